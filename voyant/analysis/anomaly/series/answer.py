"""The odd stretches of all series of a table, and the rows behind them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from voyant.analysis.anomaly.series.examine import Examined, Found, examine
from voyant.analysis.anomaly.series.grid import Grid, grid_of
from voyant.analysis.anomaly.series.live import alarms, distances
from voyant.analysis.anomaly.series.reading import Series, read
from voyant.analysis.anomaly.series.search import FEWEST_POINTS, LEVEL
from voyant.analysis.anomaly.series.sources import split_of, time_of, values_of
from voyant.analysis.anomaly.series.tails import Floats
from voyant.analysis.rounding import rounded
from voyant.analysis.time_columns import time_axis
from voyant.domain.anomaly import AnomalyRequest
from voyant.domain.answer import Answer
from voyant.domain.profile import Profile
from voyant.domain.series_anomaly import SeriesAnomalies, SeriesAnomaly, Stretch
from voyant.domain.table import Table
from voyant.errors import Code, InvalidInput

if TYPE_CHECKING:
    import pyarrow

STRETCHES = "anomaly_stretches"
POINTS = "anomaly_series"
_DIGITS = 10
_OFFLINE = (
    "Every point is judged by the whole series, what came after it included; noticed says what showed at the time."
)


def odd_stretches(
    table: Table,
    profile: Profile,
    request: AnomalyRequest,
    time_column: str | None,
    *,
    progress: Callable[[float], None] = lambda _share: None,
) -> Answer[SeriesAnomalies]:
    """What is odd over time.

    Rows are ``anomaly_series``, one a point (series, time, value, expected, low, high, score, flagged), and
    ``anomaly_stretches``, one a stretch. ``low`` and ``high`` bound what a single value can be without being odd by
    itself; ``score`` is its distance from ``expected`` in usual deviations of single values.

    Raises:
        InvalidInput: ``UNKNOWN_COLUMN`` and ``BAD_KPI`` for what the request names, ``NOT_ENOUGH_DATA`` where the table
            has no two different times.
    """
    time = time_of(table.dataset, profile, time_column)
    split = split_of(table.dataset, profile, request, time)
    axis = time_axis(time, profile.column(time.name))
    grid = None if axis is None else grid_of(table, axis, split, request.grain)
    if grid is None:
        raise InvalidInput(
            f"The column {time.name} of {table.dataset.name} does not hold two different times.",
            code=Code.NOT_ENOUGH_DATA,
            remedy=f"A series needs {FEWEST_POINTS} points: name another time column, or look for odd rows instead.",
        )
    found = read(table, grid, split, values_of(table.dataset, profile, request, split, events=grid.events))
    level = LEVEL / max(1, len(found.series))
    examined = []
    for number, series in enumerate(found.series):
        examined.append(examine(series.values, grid.cycles(), level))
        progress((number + 1) / len(found.series))
    results = [_result(series, each, grid) for series, each in zip(found.series, examined, strict=True)]
    return Answer(
        result=SeriesAnomalies(
            time_column=time.name,
            by=split,
            step=grid.step,
            level=LEVEL,
            series=tuple(results),
            stretches=sum(len(result.stretches) for result in results),
            notes=(*found.notes, *_unlooked(results), _OFFLINE),
        ),
        rows={
            POINTS: _points(found.series, examined, grid),
            STRETCHES: _stretches(results),
        },
    )


def _result(series: Series, examined: Examined, grid: Grid) -> SeriesAnomaly:
    noticing = alarms(distances(series.values, grid.cycles())) if examined.found else np.zeros(0, dtype=np.bool_)
    return SeriesAnomaly(
        name=series.name,
        value=series.value.expression,
        unit=series.value.unit,
        columns=series.value.columns,
        group=series.group,
        points=len(series.values),
        filled=int(np.sum(~np.isnan(series.values))),
        seasons=tuple(cycle.name or f"{cycle.points} points" for cycle in examined.seasons),
        logarithmic=examined.logarithmic,
        deviation=_number(examined.deviation),
        stretches=tuple(_stretch(found, series, grid, np.flatnonzero(noticing).tolist()) for found in examined.found),
        note=examined.note,
    )


def _stretch(found: Found, series: Series, grid: Grid, noticing: Sequence[int]) -> Stretch:
    def at(place: int) -> str:
        return grid.at(series.first + place).isoformat()

    seen = next((place for place in noticing if found.start <= place < found.end), None)
    return Stretch(
        kind=found.kind,
        start=at(found.start),
        end=at(max(found.start, found.end - 1)),
        lasting=found.lasting,
        points=found.end - found.start,
        value=_number(found.value),
        expected=_number(found.expected),
        size=rounded(found.size),
        score=_number(found.score),
        p_value=rounded(math.exp(max(found.log_p, -690.0))),
        noticed=None if seen is None else at(seen),
    )


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else rounded(value)


def _unlooked(results: Sequence[SeriesAnomaly]) -> Iterator[str]:
    """Why series were not looked at, each reason once."""
    by_note: dict[str, list[str]] = {}
    for result in results:
        if result.note:
            by_note.setdefault(result.note, []).append(result.name)
    for note, names in by_note.items():
        more = f" and {len(names) - 1} more series" if len(names) > 1 else ""
        yield f"{names[0]}{more} cannot be judged: {note}."


def _points(series: Sequence[Series], examined: Sequence[Examined], grid: Grid) -> pyarrow.Table:
    import pyarrow as pa

    def column(parts: Sequence[Floats]) -> pa.Array:
        values = np.concatenate(parts) if parts else np.zeros(0)
        return pa.array(_significant(values), from_pandas=True)

    names = [each.name for each in series]
    lengths = [len(each.values) for each in series]
    return pa.table(
        {
            "series": pa.array(
                [name for name, length in zip(names, lengths, strict=True) for _ in range(length)], pa.string()
            ),
            "time": pa.array(
                [grid.at(each.first + place) for each in series for place in range(len(each.values))],
                pa.timestamp("us"),
            ),
            "value": column([each.values for each in series]),
            "expected": column([each.expected for each in examined]),
            "low": column([each.low for each in examined]),
            "high": column([each.high for each in examined]),
            "score": column([each.score for each in examined]),
            "flagged": pa.array(np.concatenate([each.flagged for each in examined]) if examined else [], pa.bool_()),
        }
    )


def _significant(values: Floats) -> Floats:
    """Rounded to ten significant digits; what is not finite becomes NaN."""
    sizes = np.abs(values)
    digits = _DIGITS - 1 - np.floor(np.log10(sizes, where=sizes > 0, out=np.zeros_like(sizes)))
    factors = 10.0 ** np.clip(digits, -300, 300)
    result = np.round(values * factors) / factors
    return np.where(np.isfinite(result), result, np.nan)


def _stretches(results: Sequence[SeriesAnomaly]) -> pyarrow.Table:
    import pyarrow as pa

    rows = [(result, stretch) for result in results for stretch in result.stretches]

    def times(found: Sequence[str | None]) -> pa.Array:
        return pa.array([None if each is None else datetime.fromisoformat(each) for each in found], pa.timestamp("us"))

    def numbers(found: Sequence[float | None]) -> pa.Array:
        return pa.array(found, pa.float64())

    stretches = [stretch for _, stretch in rows]
    return pa.table(
        {
            "series": pa.array([result.name for result, _ in rows], pa.string()),
            "kind": pa.array([str(stretch.kind) for stretch in stretches], pa.string()),
            "start": times([stretch.start for stretch in stretches]),
            "end": times([stretch.end for stretch in stretches]),
            "lasting": pa.array([stretch.lasting for stretch in stretches], pa.bool_()),
            "points": pa.array([stretch.points for stretch in stretches], pa.int64()),
            "value": numbers([stretch.value for stretch in stretches]),
            "expected": numbers([stretch.expected for stretch in stretches]),
            "size": numbers([stretch.size for stretch in stretches]),
            "score": numbers([stretch.score for stretch in stretches]),
            "p_value": numbers([stretch.p_value for stretch in stretches]),
            "noticed": times([stretch.noticed for stretch in stretches]),
        }
    )
