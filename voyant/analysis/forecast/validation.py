"""Rolling-origin validation: what each method would have said at earlier times, held against what came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from msgspec import Struct

from voyant.analysis.forecast.methods import COMBINATION, Past, forecasts
from voyant.analysis.forecast.seasons import Floats, find_seasons
from voyant.analysis.forecast.work import EXOGENOUS, Error

CHOSEN = "chosen"
"""What was given by the method that would have been chosen then."""
_SHORTEST_PAST = 5
_CLEARLY = 0.8
"""Of the error of the combination: what lies above it may be lower by luck, few origins being what there is."""


class Trial(Struct, frozen=True):
    """What was forecast at one earlier time.

    Attributes:
        origin: Values known then.
        actual: What came, up to the horizon; NaN where nothing is known.
        given: By method.
    """

    origin: int
    actual: Floats
    given: dict[str, Floats]


def origins(length: int, horizon: int, season: int, most: int) -> list[int]:
    """Times to forecast from, by the values known then: evenly spread over the last third, or the last two horizons
    where these are longer.

    Two seasons stay to learn from where the series holds more than that, else half of it.
    """
    shortest = 2 * season + 1 if season > 1 and length >= 2 * season + 4 else (length + 1) // 2
    first = max(shortest, _SHORTEST_PAST, length - max(2 * horizon, most, length // 3))
    spread = np.linspace(min(first, length - 1), length - 1, most)
    return sorted({round(float(origin)) for origin in spread})


def trials(
    values: Floats,
    known: Floats,
    horizon: int,
    suggested: Sequence[int],
    names: Iterable[str],
    from_: Iterable[int],
    columns: Floats | None = None,
) -> list[Trial]:
    """What the methods give at each origin, seasons found from what was known then.

    Args:
        values: Without holes.
        known: The same with NaN where a value was filled in, against which nothing is measured.
        columns: Known ahead, as ``Past`` has them.
    """
    names = tuple(names)
    made = []
    for origin in from_:
        past = values[:origin]
        lengths = tuple(season.length for season in find_seasons(past, suggested))
        ahead = min(horizon, len(values) - origin)
        columns_then = None if columns is None else columns[: origin + ahead]
        made.append(
            Trial(
                origin=origin,
                actual=known[origin : origin + ahead],
                given=forecasts(Past(past, lengths, ahead, columns_then), names),
            )
        )
    return made


def errors(made: Sequence[Trial], scale: float) -> dict[str, Error]:
    """Of the methods that gave something in every trial."""
    common = [name for name in made[0].given if all(name in trial.given for trial in made)] if made else []
    return {name: error for name in common if (error := _error(name, made, scale)) is not None}


def _error(name: str, made: Sequence[Trial], scale: float) -> Error | None:
    actual = np.concatenate([trial.actual for trial in made])
    given = np.concatenate([trial.given[name] for trial in made])
    there = np.isfinite(actual)
    if not there.any():
        return None
    actual, given = actual[there], given[there]
    off = np.abs(actual - given)
    sizes = np.abs(actual) + np.abs(given)
    shares = np.divide(200 * off, sizes, out=np.zeros_like(off), where=sizes > 0)
    return Error(
        absolute=float(off.mean()),
        squared=float(np.sqrt(np.mean(off**2))),
        scaled=float(off.mean()) / scale if scale > 0 else None,
        percentage=float(shares.mean()),
        forecasts=len(off),
    )


def scale_of(known: Floats, season: int) -> float:
    """The mean absolute change from a season earlier; from one value to the next where there is no season."""
    lag = season if len(known) > 2 * season else 1
    changes = np.abs(known[lag:] - known[:-lag])
    there = np.isfinite(changes)
    return float(changes[there].mean()) if there.any() else 0.0


def choose(found: Mapping[str, Error], *, intermittent: bool) -> str:
    """The combination, or what else was clearly better; with columns known ahead where that was any better.

    Of what is mostly zero the squared error is compared: the absolute one would prefer to forecast nothing.
    """

    def loss(name: str) -> float:
        return found[name].squared if intermittent else found[name].absolute

    if not found:
        return COMBINATION
    best = min(found, key=lambda name: (loss(name), name))
    usual = [name for name in (COMBINATION, EXOGENOUS) if name in found]
    if not usual:
        return best
    chosen = min(usual, key=loss)
    return best if loss(best) < _CLEARLY * loss(chosen) else chosen


def followed(made: Sequence[Trial], scale: float, *, intermittent: bool) -> list[Trial]:
    """The same trials as whoever forecasts so would have lived through them: at each, the method chosen by the errors
    that were known by then, under the name ``CHOSEN``."""
    lived = []
    for trial in made:
        known = [one for earlier in made if (one := _known_by(earlier, trial.origin)) is not None]
        found = {name: error for name, error in errors(known, scale).items() if name in trial.given}
        method = choose(found, intermittent=intermittent)
        if method not in trial.given:
            method = min(trial.given)
        lived.append(Trial(origin=trial.origin, actual=trial.actual, given={CHOSEN: trial.given[method]}))
    return lived


def _known_by(trial: Trial, origin: int) -> Trial | None:
    """What of a trial had come to pass when so many values were known."""
    reach = min(len(trial.actual), origin - trial.origin)
    if reach <= 0:
        return None
    given = {name: forecast[:reach] for name, forecast in trial.given.items()}
    return Trial(origin=trial.origin, actual=trial.actual[:reach], given=given)
