"""What is kept of a forecast in its artifact."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from voyant.analysis.forecast.asked import Asked
from voyant.analysis.forecast.seasons import holds_two
from voyant.analysis.forecast.series import Series
from voyant.analysis.forecast.work import EXOGENOUS, Error, Outcome
from voyant.analysis.rounding import rounded, rounded_if_finite
from voyant.analysis.wording import count, listed, number, period_name, quantity, readable
from voyant.domain.forecast import (
    Carrier,
    ChangePoint,
    Coverage,
    Effect,
    Forecast,
    ForecastPoint,
    Interval,
    MethodError,
    MethodShare,
    SeasonFound,
    SeriesForecast,
)

MOST_SERIES = 20
"""In the artifact's JSON; the rows hold all."""
_SLOWEST = 26
"""Times what is forecast: over less of its cycle a season hardly moves."""
_ENOUGH_CHECKS, _FAR_OFF = 30, 12


def forecast(asked: Asked, series: Sequence[Series], outcomes: Sequence[Outcome]) -> Forecast:
    """The artifact: the series of most rows in full, all of them together in figures."""
    grid = asked.grid
    return Forecast(
        table=asked.table.dataset.name,
        time_column=asked.time_column,
        value=asked.target.name,
        expression=asked.target.expression,
        columns=asked.target.columns,
        additive=asked.target.additive,
        unit=asked.target.unit,
        by=tuple(column.name for column in asked.by),
        grain=grid.grain,
        step=grid.step,
        horizon=asked.horizon,
        levels=asked.levels,
        first=grid.label(grid.starts[0]),
        last=grid.label(grid.starts[-1]),
        series=tuple(
            _series(place, asked, one, outcome)
            for place, (one, outcome) in enumerate(zip(series[:MOST_SERIES], outcomes, strict=False))
        ),
        series_total=len(series),
        series_left_out=asked.total - len(series),
        methods=_methods(outcomes),
        coverage=tuple(coverage(outcomes, level) for level in asked.levels),
        worse_than_naive=sum(map(_is_worse, outcomes)),
        notes=tuple(_notes(asked, series, outcomes)),
    )


def label(one: Series) -> str:
    """What a series is called, by the values of its grouping columns."""
    return " / ".join("no value" if value is None else value for value in one.key)


def against_naive(outcome: Outcome) -> float | None:
    """The absolute error of such forecasts at earlier times over that of the seasonal naive one."""
    floor = outcome.errors.get("seasonal_naive")
    return outcome.lived.absolute / floor.absolute if floor and outcome.lived and floor.absolute else None


def _is_worse(outcome: Outcome) -> bool:
    """Whether such forecasts erred more than the seasonal naive ones."""
    floor = outcome.errors.get("seasonal_naive")
    return floor is not None and outcome.lived is not None and outcome.lived.absolute > floor.absolute


def coverage(outcomes: Iterable[Outcome], level: int) -> Coverage:
    """Over the checks of all that had an interval by then."""
    inside = values = 0
    for outcome in outcomes:
        for check in outcome.checks:
            if level in check.bounds:
                low, high = check.bounds[level]
                inside += int(np.sum((check.actual >= low) & (check.actual <= high)))
                values += int(np.isfinite(check.actual).sum())
    return Coverage(level=level, share=rounded(100 * inside / values) if values else None, values=values)


def carriers(outcome: Outcome) -> list[Carrier]:
    """The parts of the past by their share of the variance of all parts; none of what never changes."""
    parts = {"trend": outcome.trend} | {
        f"season of {season.length}": wave for season, wave in zip(outcome.seasons, outcome.seasonal, strict=True)
    }
    parts["remainder"] = outcome.filled - outcome.trend - outcome.seasonal.sum(axis=0)
    sizes = {name: float(np.var(part)) for name, part in parts.items()}
    whole = sum(sizes.values())
    return [Carrier(part=name, share=rounded(size / whole)) for name, size in sizes.items()] if whole > 0 else []


def before(asked: Asked, one: Series) -> float:
    """The mean of what is known of as many last periods as are forecast."""
    return float(np.nanmean(one.values[-asked.horizon :]))


def change(asked: Asked, one: Series, outcome: Outcome) -> float | None:
    """Of the mean forecast against that, in percent; None where that means nothing."""
    was = 0.0 if asked.target.signed else before(asked, one)
    return rounded(100 * (float(outcome.given.mean()) / was - 1)) if was > 0 else None


def _series(place: int, asked: Asked, one: Series, outcome: Outcome) -> SeriesForecast:
    grid = asked.grid
    return SeriesForecast(
        series=place,
        label=label(one),
        key=one.key,
        rows=one.rows,
        periods=len(one.values),
        unknown=int(np.isnan(one.values).sum()),
        first=grid.label(grid.starts[one.first]),
        last=grid.label(grid.starts[one.end - 1]),
        method=outcome.method,
        methods=tuple(_errors(outcome)),
        error=rounded(outcome.lived.absolute) if outcome.lived else None,
        against_naive=rounded_if_finite(against_naive(outcome)),
        coverage=tuple(coverage([outcome], level) for level in asked.levels),
        checked_ahead=outcome.reach,
        seasons=tuple(
            SeasonFound(
                length=season.length,
                name=grid.seasons.get(season.length),
                strength=rounded(season.strength),
                correlation=rounded(season.correlation),
            )
            for season in outcome.seasons
        ),
        unseen_season=_unseen_season(asked, len(one.values)),
        carriers=tuple(carriers(outcome)),
        change_points=tuple(
            ChangePoint(
                period=grid.label(grid.starts[one.first + found.at]),
                before=rounded(found.before),
                after=rounded(found.after),
                slope_before=rounded(found.slope_before),
                slope_after=rounded(found.slope_after),
            )
            for found in outcome.breaks
        ),
        effects=tuple(
            Effect(column=column.name, effect=rounded(float(effect)), used=outcome.method == EXOGENOUS)
            for column, effect in zip(asked.exogenous, () if outcome.effects is None else outcome.effects, strict=True)
        ),
        change=change(asked, one, outcome),
        points=tuple(_points(asked, outcome)),
        notes=tuple(_limits(asked, one, outcome)),
    )


def _unseen_season(asked: Asked, periods: int) -> str | None:
    """The shortest season of the calendar that can move what is forecast, and of which the past holds less than two."""
    lengths = asked.grid.seasons
    unseen = (length for length in lengths if not holds_two(periods, length) and length <= _SLOWEST * asked.horizon)
    return lengths.get(min(unseen, default=0))


def _errors(outcome: Outcome) -> list[MethodError]:
    return [
        MethodError(
            method=name,
            chosen=name == outcome.method,
            forecasts=error.forecasts,
            mae=rounded(error.absolute),
            rmse=rounded(error.squared),
            mase=rounded_if_finite(error.scaled),
            smape=rounded_if_finite(error.percentage),
        )
        for name, error in sorted(outcome.errors.items(), key=lambda item: (item[1].absolute, item[0]))
    ]


def _points(asked: Asked, outcome: Outcome) -> Iterable[ForecastPoint]:
    for place, start in enumerate(asked.grid.ahead(asked.horizon)):
        yield ForecastPoint(
            period=asked.grid.label(start),
            value=rounded(float(outcome.given[place])),
            intervals=tuple(
                Interval(level=level, low=rounded(float(low[place])), high=rounded(float(high[place])))
                for level, (low, high) in outcome.bounds.items()
            ),
        )


def _methods(outcomes: Sequence[Outcome]) -> tuple[MethodShare, ...]:
    errors: dict[str, list[Error]] = defaultdict(list)
    for outcome in outcomes:
        for name, error in outcome.errors.items():
            errors[name].append(error)
    chosen = {name: sum(outcome.method == name for outcome in outcomes) for name in errors}
    return tuple(
        MethodShare(
            method=name,
            chosen=chosen[name],
            series=len(found),
            mase=_mean(error.scaled for error in found),
            smape=_mean(error.percentage for error in found),
        )
        for name, found in sorted(errors.items(), key=lambda item: (-chosen[item[0]], item[0]))
    )


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return rounded(math.fsum(known) / len(known)) if known else None


def _limits(asked: Asked, one: Series, outcome: Outcome) -> Iterable[str]:
    """What limits the forecast of one series."""
    unknown = int(np.isnan(one.values).sum())
    if unknown:
        yield f"{_some(unknown, len(one.values), 'period')} no value; one between its neighbours stands in for it."
    if float(np.ptp(outcome.filled)) == 0:
        yield "The past has one value only, and so has the forecast: how sure that is cannot be told."
    elif not outcome.bounds:
        yield "The past is too short for intervals."
    elif outcome.reach < asked.horizon:
        yield (
            f"Errors are known of up to {count(outcome.reach)} periods ahead; intervals beyond are drawn on from these."
        )
    if asked.exogenous:
        names = listed([readable(column.name) for column in asked.exogenous])
        helped = "are used" if outcome.method == EXOGENOUS else "did not bring forecasts closer, and are not used"
        yield f"Held against earlier times, the columns known ahead ({names}) {helped}."
    if unseen := _unseen_season(asked, len(one.values)):
        yield f"The past holds less than two {unseen}s: a season of the {unseen} cannot be told, and is not forecast."
    if _is_worse(outcome):
        yield f"At earlier times such forecasts erred more than repeating {repeated(bool(outcome.seasons))}."
    for level in asked.levels:
        found = coverage([outcome], level)
        if found.share is not None and found.values >= _ENOUGH_CHECKS and abs(found.share - level) > _FAR_OFF:
            yield (
                f"The {level} % intervals held {found.share:.0f} % of the values that came: take them for "
                f"{'narrower' if found.share < level else 'wider'} than they should be."
            )
    if outcome.surprise is not None:
        yield _surprised(asked, outcome, outcome.surprise)
    if outcome.clipped:
        yield f"Forecasts or intervals went {_beyond(asked)}, where no value ever was, and were cut there."


def _surprised(asked: Asked, outcome: Outcome, surprise: tuple[float, float, float]) -> str:
    value, low, high = (quantity(figure, asked.target.unit) for figure in surprise)
    text = (
        f"The last value, {value}, lies outside of the {asked.levels[-1]} % interval that would have been given for "
        f"it, {low} to {high}: whether it is a slip or a lasting change cannot be told yet."
    )
    if outcome.without_last is None:
        return text
    without, given = (quantity(float(one.mean()), asked.target.unit) for one in (outcome.without_last, outcome.given))
    return f"{text} Without it the mean forecast would be {without}, not {given}."


def repeated(has_seasons: bool) -> str:
    """What the seasonal naive forecast repeats."""
    return "the last season" if has_seasons else "the last value"


def _beyond(asked: Asked) -> str:
    highest = asked.target.highest
    return "below 0" if highest is None else f"below 0 or above {number(highest)}"


def _some(some: int, of: int, what: str) -> str:
    return f"{count(some)} of {count(of)} {what}s {'has' if some == 1 else 'have'}"


def _notes(asked: Asked, series: Sequence[Series], outcomes: Sequence[Outcome]) -> Iterable[str]:
    """What limits the forecast as a whole."""
    grid = asked.grid
    periods = f"{period_name(grid.label(grid.starts[0]))} to {period_name(grid.label(grid.starts[-1]))}"
    yield f"The forecast of {asked.target.name} is learnt from {count(len(grid.starts))} periods, {periods}."
    yield from grid.notes
    empty = sum(start in grid.empty for start in grid.starts)
    if empty:
        held = "counts as 0 there" if asked.target.additive and not grid.has_holes else "is not known there"
        yield f"{_some(empty, len(grid.starts), 'period')} no rows: {asked.target.name} {held}."
    unread = asked.total - len(series) - asked.ended - asked.short
    if unread > 0:
        yield f"Of {count(asked.total)} groups those {count(asked.total - unread)} with most rows were read."
    if asked.ended:
        yield f"{count(asked.ended)} groups have no value near the end of the data, and are not forecast."
    if asked.short:
        yield f"{count(asked.short)} groups have too few values, and are not forecast."
    yield from _shared_limits(asked, series, outcomes)


def _shared_limits(asked: Asked, series: Sequence[Series], outcomes: Sequence[Outcome]) -> Iterable[str]:
    if len(series) == 1:
        yield from _limits(asked, series[0], outcomes[0])
        return
    told: dict[str, int] = defaultdict(int)
    for one, outcome in zip(series, outcomes, strict=True):
        told["periods without a value are filled in between"] += bool(np.isnan(one.values).any())
        told["the past is too short for intervals"] += not outcome.bounds
        told["the columns known ahead brought forecasts at earlier times closer, and are used"] += (
            outcome.method == EXOGENOUS
        )
        told[f"the last value lies outside of its {asked.levels[-1]} % interval, a slip or a lasting change"] += (
            outcome.surprise is not None
        )
        told["fewer periods ahead were checked than are forecast"] += outcome.reach < asked.horizon
        told["such forecasts erred more at earlier times than repeating the last season or value"] += _is_worse(outcome)
        told[f"forecasts or intervals went {_beyond(asked)}, where no value ever was, and were cut there"] += (
            outcome.clipped
        )
    yield from (f"In {count(some)} of {count(len(series))} series {what}." for what, some in told.items() if some)
