"""From the values of one series to its forecast; runs in the processes that fit."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from msgspec.structs import replace

from voyant.analysis.forecast.adjustment import adjust
from voyant.analysis.forecast.changes import Break, find_breaks
from voyant.analysis.forecast.intervals import spread
from voyant.analysis.forecast.methods import CORE, FLOOR, INTERMITTENT, Past, effects, forecasts
from voyant.analysis.forecast.seasons import Floats, find_seasons, moving_average
from voyant.analysis.forecast.validation import CHOSEN, Trial, choose, errors, followed, origins, scale_of, trials
from voyant.analysis.forecast.work import EXOGENOUS, FEWEST_VALUES, Check, Error, Outcome, Plan, Task

_MOSTLY_ZERO = 0.4
_LONGEST_THOROUGH = 400
"""Values; beyond, the methods that choose their own form take minutes."""


def fit(task: Task, plan: Plan) -> Outcome:
    """The forecast of a series, with what speaks for it, and what it would be without a last value that nobody could
    expect: whether that is a slip or a lasting change, only what follows can tell."""
    outcome = _fit(task, plan)
    if outcome.surprise is None:
        return outcome
    known = np.flatnonzero(np.isfinite(task.values))[:-1]
    if len(known) < FEWEST_VALUES:
        return outcome
    shorter = task.values[: known[-1] + 1]
    left = replace(task, values=shorter, beyond=task.beyond + len(task.values) - len(shorter))
    return replace(outcome, without_last=_fit(left, plan).given)


def _fit(task: Task, plan: Plan) -> Outcome:
    """The forecast.

    The errors of all methods are those of earlier times, at which neither they nor the choice of seasons had seen what
    came. The method is chosen by them; how far it will be off is judged by what would have been chosen at each of those
    times, since the least of many errors is partly luck.
    """
    size = float(np.nanmean(np.abs(task.values))) or 1.0
    known = task.values / size
    values = _without_holes(known)
    horizon = plan.horizon + task.beyond
    seasons = find_seasons(values, plan.suggested)
    lengths = tuple(season.length for season in seasons)
    shortest = lengths[0] if lengths else 1
    intermittent = _is_intermittent(values)
    names = _names(plan, task, intermittent=intermittent)
    starts = origins(len(values), horizon, shortest, plan.origins)
    made = trials(values, known, horizon, plan.suggested, names, starts, task.columns)
    past = Past(values, lengths, horizon, task.columns)
    given = forecasts(past, names)
    scale = scale_of(known, shortest)
    found = errors(made, scale)
    method = choose({name: found[name] for name in found if name in given}, intermittent=intermittent)
    lived = followed(made, scale, intermittent=intermittent)
    limits = _limits(values, plan, size)
    levels = plan.levels if float(np.ptp(values)) > 0 else ()  # what never changed tells nothing of how it will
    raw = {0: (given[method], given[method])} | _bounds(lived, known, given[method], levels)
    held = {level: _cut(ends, limits, size, task.beyond) for level, ends in raw.items()}
    adjusted = adjust(values, lengths, 1)
    return Outcome(
        method=method,
        errors={name: _in_units(error, size) for name, error in found.items()},
        lived=next((_in_units(error, size) for error in errors(lived, scale).values()), None),
        given=held.pop(0)[0],
        bounds=held,
        clipped=any(_exceeds(end, limits) for ends in raw.values() for end in ends),
        checks=tuple(_check(trial, lived, known, levels, limits, size) for trial in lived),
        reach=max((len(trial.actual) for trial in made), default=0),
        seasons=seasons,
        filled=values * size,
        trend=_smoothed(adjusted.rest, shortest) * size,
        seasonal=adjusted.seasonal * size,
        breaks=tuple(_break_in_units(found_break, size) for found_break in find_breaks(adjusted.rest, shortest)),
        effects=None if task.columns is None else effects(past) * size,
    )


def _without_holes(known: Floats) -> Floats:
    """Holes filled by the straight line between their neighbours."""
    there = np.isfinite(known)
    places = np.arange(len(known))
    return np.asarray(np.interp(places, places[there], known[there]))


def _is_intermittent(values: Floats) -> bool:
    return float(values.min()) >= 0 and float(np.mean(values == 0)) >= _MOSTLY_ZERO


def _names(plan: Plan, task: Task, *, intermittent: bool) -> list[str]:
    """Of the methods that compete."""
    names = [*FLOOR, *(INTERMITTENT if intermittent else CORE)]
    if len(task.values) <= _LONGEST_THOROUGH:
        names += plan.thorough
    return names if task.columns is None else [*names, EXOGENOUS]


def _limits(values: Floats, plan: Plan, size: float) -> tuple[float, float]:
    """Where no value can be, for a series that never was there."""
    lowest = -np.inf if plan.lowest is None else plan.lowest / size
    highest = np.inf if plan.highest is None else plan.highest / size
    return (
        lowest if float(values.min()) >= lowest else -np.inf,
        highest if float(values.max()) <= highest else np.inf,
    )


def _bounds(lived: list[Trial], past: Floats, given: Floats, levels: Iterable[int]) -> dict[int, tuple[Floats, Floats]]:
    known = spread(lived, CHOSEN, past)
    return {} if known is None else {level: known.bounds(given, level) for level in levels}


def _exceeds(ends: Floats, limits: tuple[float, float]) -> bool:
    return bool(np.any(ends < limits[0]) or np.any(ends > limits[1]))


def _cut(ends: tuple[Floats, Floats], limits: tuple[float, float], size: float, beyond: int) -> tuple[Floats, Floats]:
    low, high = (np.clip(end, *limits)[beyond:] * size for end in ends)
    return low, high


def _check(
    trial: Trial, lived: list[Trial], known: Floats, levels: Iterable[int], limits: tuple[float, float], size: float
) -> Check:
    given = trial.given[CHOSEN]
    bounds = _bounds(lived, known[: trial.origin], given, levels)
    return Check(
        origin=trial.origin,
        actual=trial.actual * size,
        given=_cut((given, given), limits, size, 0)[0],
        bounds={level: _cut(ends, limits, size, 0) for level, ends in bounds.items()},
    )


def _smoothed(rest: Floats, season: int) -> Floats:
    """The trend: a moving average over a season, or over an eighth of the series where that is longer."""
    window = min(max(3, season, len(rest) // 8), len(rest) // 2)
    return moving_average(rest, window)


def _in_units(error: Error, size: float) -> Error:
    return replace(error, absolute=error.absolute * size, squared=error.squared * size)


def _break_in_units(found: Break, size: float) -> Break:
    return Break(
        at=found.at,
        before=found.before * size,
        after=found.after * size,
        slope_before=found.slope_before * size,
        slope_after=found.slope_after * size,
    )
