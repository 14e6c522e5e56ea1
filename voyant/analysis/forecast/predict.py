"""From a table to its forecast."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from voyant.analysis.columns import named_column
from voyant.analysis.forecast import results, rows
from voyant.analysis.forecast.asked import Asked
from voyant.analysis.forecast.grid import Grid, grid
from voyant.analysis.forecast.known_ahead import past_of, with_columns
from voyant.analysis.forecast.running import fit_all
from voyant.analysis.forecast.series import Loaded, Series, load
from voyant.analysis.forecast.target import target
from voyant.analysis.forecast.work import FEWEST_VALUES, Plan, Task
from voyant.analysis.time_columns import time_column_of
from voyant.analysis.wording import count, listed
from voyant.domain.answer import Answer
from voyant.domain.forecast import Forecast, ForecastRequest
from voyant.domain.kpi import Grain
from voyant.domain.profile import Profile
from voyant.domain.table import Column, Table
from voyant.errors import Code, InvalidInput

MOST_AHEAD = 1_000
_MOST_LEVELS = 5
_USUAL_HORIZON = {
    Grain.MINUTE: 96,
    Grain.HOUR: 48,
    Grain.DAY: 28,
    Grain.WEEK: 13,
    Grain.MONTH: 12,
    Grain.QUARTER: 8,
    Grain.YEAR: 5,
}
_LOADED = 0.1
_MILLISECONDS, _MILLISECONDS_A_VALUE = 3.0, 0.08
_THOROUGH = {"auto_ces": 0.08, "mfles": 0.06, "auto_theta": 0.15, "auto_ets": 1.2, "auto_arima": 1.3}
"""Milliseconds for each value that a fit takes, those worth most for their time first. Estimates rather than measures,
so that what competes does not hang on the machine."""
_BUDGET, _THOROUGH_BUDGET = 45_000.0, 6_000.0
_FEWEST_ORIGINS, _MOST_ORIGINS = 5, 12


def forecast(
    table: Table,
    profile: Profile,
    request: ForecastRequest,
    time_column: str | None,
    *,
    progress: Callable[[float], None],
) -> Answer[Forecast]:
    """What is expected of a figure, for the whole table or for each group of its rows.

    The rows are brought onto a regular grid of periods inside the engine; processes of their own fit the series. Memory
    is bounded by two million values, of the series with most rows.

    Args:
        time_column: That periods are formed by; the leading one where None.
        progress: Told the share that is done; what it raises ends the work.

    Raises:
        InvalidInput: A column or an aggregate cannot be used; ``NOT_ENOUGH_DATA`` where the past is too short,
            ``NO_MODEL_FITS`` where the times follow no grid.
    """
    asked, series = _settled(table, profile, request, time_column)
    progress(_LOADED)
    tasks = [_task(one, asked) for one in series]
    plan = _plan(tasks, asked)
    outcomes = fit_all(tasks, plan, lambda share: progress(_LOADED + (0.95 - _LOADED) * share))
    return Answer(
        result=results.forecast(asked, series, outcomes),
        rows=rows.tables(asked, series, outcomes),
    )


def _settled(
    table: Table, profile: Profile, request: ForecastRequest, time_column: str | None
) -> tuple[Asked, tuple[Series, ...]]:
    dataset = table.dataset
    _check(request)
    by = tuple(named_column(dataset, name) for name in request.by)
    exogenous = tuple(named_column(dataset, name) for name in request.exogenous)
    time = time_column_of(dataset, profile, time_column)
    if time is None:
        raise InvalidInput(
            f"No column of {dataset.name} says when a row happened, so there is nothing to forecast from.",
            code=Code.NOT_ENOUGH_DATA,
            remedy="Name the time column: time_column.",
        )
    found = grid(table, dataset.column(time), profile.column(time), [column.name for column in by], request.grain)
    wanted = target(request.value, dataset, profile, found.periods, counts_mean_something=not found.is_own)
    loaded = load(table, found, wanted, by)
    if not loaded.series:
        raise _not_enough(f"{wanted.name} has no value that is a number in any period.", 0)
    past = past_of(found, loaded)
    if len(past.starts) < FEWEST_VALUES:
        raise _too_short(past, loaded, by)
    horizon = _horizon(request, past, found)
    if exogenous:
        loaded = with_columns(table, found, loaded, by, exogenous, len(past.starts), horizon)
    kept, ended, short = _long_enough(loaded, past, horizon)
    asked = Asked(
        table=table,
        time_column=time,
        target=wanted,
        by=by,
        exogenous=exogenous,
        levels=tuple(sorted(set(request.levels))),
        grid=past,
        horizon=horizon,
        total=loaded.total,
        ended=ended,
        short=short,
    )
    return asked, _largest_first(kept, wanted.additive, horizon)


def _check(request: ForecastRequest) -> None:
    if request.horizon is not None and not 1 <= request.horizon <= MOST_AHEAD:
        raise InvalidInput(f"A forecast reaches 1 to {count(MOST_AHEAD)} periods ahead, not {request.horizon}.")
    if not 1 <= len(request.levels) <= _MOST_LEVELS or not all(1 <= level <= 99 for level in request.levels):
        given = ", ".join(map(str, request.levels)) or "none"
        raise InvalidInput(f"Intervals have 1 to {_MOST_LEVELS} levels from 1 to 99 percent, not {given}.")


def _horizon(request: ForecastRequest, past: Grid, found: Grid) -> int:
    length = len(past.starts)
    to_come = len(found.starts) - length if request.exogenous else 0
    horizon = request.horizon or to_come or max(1, min(_USUAL_HORIZON[past.grain], length // 3))
    if horizon > length:
        raise InvalidInput(
            f"A horizon of {count(horizon)} periods is longer than the past of {count(length)}.",
            code=Code.NOT_ENOUGH_DATA,
            remedy=f"Ask for at most {length} periods, of which the first {max(1, length // 3)} can be checked well.",
            data={"horizon": horizon, "periods": length},
        )
    return horizon


def _too_short(past: Grid, loaded: Loaded, by: Sequence[Column]) -> InvalidInput:
    """Groups by a column such as a customer's id have a row or two each, whatever the length of the period."""
    length = len(past.starts)
    what = f"The times make {length} whole period{'s' if length > 1 else ''}, a {past.grain} each."
    most = max(series.rows for series in loaded.series)
    if loaded.total <= most:
        return _not_enough(what, length)
    names = listed([column.name for column in by])
    return _not_enough(
        f"There are {count(loaded.total)} groups by {names}, none of more than {count(most)} row"
        f"{'s' if most > 1 else ''}. {what}",
        length,
        remedy="Leave out by, or name a column that makes fewer groups; or ask for shorter periods: grain.",
    )


def _long_enough(loaded: Loaded, past: Grid, horizon: int) -> tuple[tuple[Series, ...], int, int]:
    """The series that can be forecast, and how many ended too early or are too short."""
    periods = len(past.starts)
    ended = [series for series in loaded.series if periods - series.end > max(horizon, len(series.values) // 2)]
    gone = {series.place for series in ended}
    kept = [
        series
        for series in loaded.series
        if series.place not in gone and _known(series) >= FEWEST_VALUES and len(series.values) <= 3 * _known(series)
    ]
    if not kept:
        most = max(_known(series) for series in loaded.series)
        raise _not_enough(f"No series has more than {most} periods with a value near the end of the data.", most)
    return tuple(kept), len(ended), len(loaded.series) - len(ended) - len(kept)


def _largest_first(series: Sequence[Series], additive: bool, horizon: int) -> tuple[Series, ...]:
    """Those of most rows first; totals of equally many by what they came to lately, so that what is shown is not what
    the alphabet begins with."""
    return tuple(
        sorted(series, key=lambda one: (-one.rows, -float(np.nansum(one.values[-horizon:])) if additive else 0.0))
    )


def _known(series: Series) -> int:
    return int(np.isfinite(series.values).sum())


def _not_enough(
    what: str, periods: int, remedy: str = "Give a longer past, or ask for shorter periods: grain."
) -> InvalidInput:
    return InvalidInput(
        f"{what[:1].upper()}{what[1:]} A forecast needs {FEWEST_VALUES} or more, two seasons for a season to be seen.",
        code=Code.NOT_ENOUGH_DATA,
        remedy=remedy,
        data={"periods": periods, "needed": FEWEST_VALUES},
    )


def _task(series: Series, asked: Asked) -> Task:
    return Task(values=series.values, beyond=len(asked.grid.starts) - series.end, columns=series.columns)


def _plan(tasks: Sequence[Task], asked: Asked) -> Plan:
    """As many origins and methods as the time allows, which follows from the number and length of the series alone."""
    values = sum(len(task.values) for task in tasks)
    once = _MILLISECONDS * len(tasks) + _MILLISECONDS_A_VALUE * values
    origins = int(min(_MOST_ORIGINS, max(_FEWEST_ORIGINS, _BUDGET / once - 1)))
    left, thorough = _THOROUGH_BUDGET, []
    for name, milliseconds in _THOROUGH.items():
        left -= milliseconds * values * (origins + 1)
        if left < 0:
            break
        thorough.append(name)
    return Plan(
        horizon=asked.horizon,
        levels=asked.levels,
        suggested=tuple(asked.grid.seasons),
        origins=origins,
        thorough=tuple(thorough),
        lowest=asked.target.lowest,
        highest=asked.target.highest,
    )
