"""The regular grid that series run on: found in the data where times are regular, made where they are not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from voyant.analysis.anomaly.series.search import FEWEST_POINTS
from voyant.analysis.anomaly.series.seasons import Cycle
from voyant.analysis.grains import advance, as_moment, floor
from voyant.analysis.time_columns import TimeAxis
from voyant.analysis.wording import count, listed
from voyant.domain.kpi import Grain
from voyant.domain.table import Table
from voyant.lake.sql import identifier

MOST_POINTS = 100_000
"""Of a series: with more, the grid is made coarser."""
_REGULAR = 0.75
"""Of the distances between neighbours: so many alike make times regular."""
_MEASURED = 0.25
"""With fewer alike, rows are events, which are counted rather than read off."""
_ROWS_A_POINT = 5
_FILLED = 0.6
_DAY = 86_400.0
_NICE: tuple[float, ...] = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1200, 1800),
    *(3600, 7200, 10_800, 14_400, 21_600, 28_800, 43_200, 86_400, 7 * 86_400),
)
_CALENDAR = {Grain.MONTH: (28, 31), Grain.QUARTER: (90, 92), Grain.YEAR: (365, 366)}
_LENGTHS = {Grain.MINUTE: 60.0, Grain.HOUR: 3600.0, Grain.DAY: _DAY, Grain.WEEK: 7 * _DAY}
_OF_A_YEAR = {Grain.MONTH: 12, Grain.QUARTER: 4}
_SEASONS = {"hour": 3600.0, "day": _DAY, "week": 7 * _DAY, "year": 365.2425 * _DAY}
_UNITS = ((7 * _DAY, "week"), (_DAY, "day"), (3600.0, "hour"), (60.0, "minute"), (1.0, "second"))


class Grid(Struct, frozen=True, kw_only=True):
    """Points at equal distances.

    Attributes:
        grain: Of the calendar, where the distance is one of its; ``seconds`` then is None for months and longer.
        origin: The first point.
        events: Rows are events: points are periods that they are counted over.
        made: In a sentence, how the grid comes from the times; empty where the times are regular as they are.
    """

    axis: TimeAxis
    grain: Grain | None
    seconds: float | None
    origin: datetime
    events: bool
    made: str = ""

    @property
    def bucket(self) -> str:
        """The SQL of the point that a row belongs to."""
        if self.grain is not None:
            return f"CAST(date_trunc('{self.grain}', {self.axis.moment}) AS TIMESTAMP)"
        return (
            f"time_bucket(INTERVAL '{self.seconds:.10g} seconds', CAST({self.axis.moment} AS TIMESTAMP), "
            f"TIMESTAMP '{self.origin.isoformat(sep=' ')}')"
        )

    @property
    def step(self) -> str:
        """The distance in words, such as ``5 minutes``."""
        if self.grain is not None:
            return str(self.grain)
        return _in_words(self.seconds or 0.0)

    def at(self, place: int) -> datetime:
        """The time of a point."""
        if self.grain is not None:
            return advance(self.origin, self.grain, place)
        return self.origin + timedelta(seconds=place * (self.seconds or 0.0))

    def place(self, at: datetime) -> int:
        """The point at a time."""
        if self.seconds is not None:
            return round((at - self.origin).total_seconds() / self.seconds)
        months = (at.year - self.origin.year) * 12 + at.month - self.origin.month
        return months // {Grain.QUARTER: 3, Grain.YEAR: 12}.get(self.grain or Grain.MONTH, 1)

    def cycles(self) -> list[Cycle]:
        """The seasons that the calendar suggests for points at this distance."""
        if self.seconds is None:
            points = _OF_A_YEAR.get(self.grain or Grain.YEAR)
            return [Cycle(points, "year")] if points else []
        lengths = {name: length / self.seconds for name, length in _SEASONS.items()}
        return [
            Cycle(round(points), name)
            for name, points in lengths.items()
            if points >= 4 and abs(points - round(points)) < 0.01 * points
        ]


def grid_of(table: Table, axis: TimeAxis, split: Sequence[str], grain: Grain | None) -> Grid | None:
    """The grid of the table's series; None where no two times differ."""
    measured = _measured(table, axis, split)
    if measured["distances"] == 0:
        return None
    first, last = as_moment(measured["earliest"]), as_moment(measured["latest"])
    if grain is not None:
        events = measured["n"] > 1.05 * measured["times"] or not _follows(grain, measured)
        if grain is Grain.MINUTE:
            return _spaced(axis, 60.0, first, last, events=events)
        return _calendar(axis, grain, first, events=events)
    alike = measured["alike"] / measured["distances"]
    twice = measured["n"] > 1.05 * measured["times"]
    usual = measured["usual"] / 1e6
    if found := _calendar_step(measured):
        return _calendar(axis, found, first, events=twice)
    if alike >= _REGULAR and not twice:
        return _spaced(axis, usual, first, last, events=False)
    if alike >= _MEASURED and not twice:
        upper = measured["upper"] / 1e6
        return _spaced(axis, _nice(upper), first, last, events=False, irregular=True)
    return _of_events(table, axis, first, last)


def _measured(table: Table, axis: TimeAxis, split: Sequence[str]) -> dict[str, Any]:
    """How far apart neighbouring times are within a series, in microseconds."""
    names = [identifier(name) for name in split]
    over = f"PARTITION BY {', '.join(names)} " if names else ""
    source = identifier(table.dataset.name)
    listed_names = "".join(f"{name}, " for name in names)
    return table.query(
        f"WITH times AS (\n  SELECT {listed_names}epoch_us(CAST({axis.moment} AS TIMESTAMP)) AS moment, count(*) AS n\n"
        f"  FROM {source} WHERE {axis.timed} GROUP BY ALL\n), apart AS (\n"
        f"  SELECT moment, n, moment - lag(moment) OVER ({over}ORDER BY moment) AS distance FROM times\n), usual AS (\n"
        "  SELECT distance AS usual, count(*) AS alike FROM apart WHERE distance IS NOT NULL\n"
        "  GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1\n)\n"
        "SELECT CAST(sum(n) AS BIGINT) AS n, count(*) AS times, count(distance) AS distances,\n"
        "  make_timestamp(min(moment)) AS earliest, make_timestamp(max(moment)) AS latest,\n"
        "  (SELECT usual FROM usual) AS usual, (SELECT alike FROM usual) AS alike,\n"
        "  quantile_disc(distance, 0.1) AS lower, quantile_disc(distance, 0.75) AS upper\nFROM apart"
    )[0]


def _calendar_step(measured: dict[str, Any]) -> Grain | None:
    lower, upper = (measured[each] / 1e6 / _DAY for each in ("lower", "upper"))
    return next((grain for grain, (low, high) in _CALENDAR.items() if low <= lower and upper <= high), None)


def _follows(grain: Grain, measured: dict[str, Any]) -> bool:
    """Whether the times stand a period apart already."""
    if grain in _LENGTHS:
        return bool(measured["usual"] / 1e6 == _LENGTHS[grain])
    return _calendar_step(measured) is grain


def _calendar(axis: TimeAxis, grain: Grain, first: datetime, *, events: bool) -> Grid:
    return Grid(
        axis=axis,
        grain=grain,
        seconds=_LENGTHS.get(grain),
        origin=floor(first, grain),
        events=events,
        made=f"Rows are put together by {grain}." if events else "",
    )


def _spaced(
    axis: TimeAxis, seconds: float, first: datetime, last: datetime, *, events: bool, irregular: bool = False
) -> Grid:
    """Points so many seconds apart, farther where there would be too many."""
    span = (last - first).total_seconds()
    wanted = seconds
    while span / seconds > MOST_POINTS:
        seconds *= 2
    made = ""
    if seconds > wanted:
        made = (
            f"Steps of {_in_words(wanted)} would be more than {count(MOST_POINTS)} points: values are put together "
            f"over steps of {_in_words(seconds)}."
        )
    elif events:
        made = f"Rows are events at irregular times: they are put together by steps of {_in_words(seconds)}."
    elif irregular:
        made = f"Times are irregular: values are averaged over steps of {_in_words(seconds)}."
    whole = datetime(first.year, first.month, first.day)
    return Grid(
        axis=axis,
        grain=None,
        seconds=seconds,
        origin=whole if events else first,
        events=events,
        made=made,
    )


def _of_events(table: Table, axis: TimeAxis, first: datetime, last: datetime) -> Grid:
    """The shortest step at which most points hold several rows; with sparse rows, the longest that leaves enough."""
    span = max(1.0, (last - first).total_seconds())
    steps = [step for step in _NICE if step >= 60 and FEWEST_POINTS <= span / step <= MOST_POINTS] or [
        _nice(span / 100)
    ]
    moment = f"epoch_us(CAST({axis.moment} AS TIMESTAMP))"
    counts = ", ".join(
        f"count(DISTINCT {moment} // {round(step * 1e6)}) AS s{place}" for place, step in enumerate(steps)
    )
    row = table.query(f"SELECT count(*) AS n, {counts} FROM {identifier(table.dataset.name)} WHERE {axis.timed}")[0]
    for place, step in enumerate(steps):
        filled = row[f"s{place}"]
        if filled >= _FILLED * span / step and row["n"] >= _ROWS_A_POINT * filled:
            return _spaced(axis, step, first, last, events=True)
    return _spaced(axis, steps[-1], first, last, events=True)


def _nice(seconds: float) -> float:
    return float(next((step for step in _NICE if step >= seconds), round(seconds / _DAY + 0.5) * _DAY))


def _in_words(seconds: float) -> str:
    """
    >>> _in_words(300), _in_words(3600), _in_words(5400)
    ('5 minutes', '1 hour', '1 hour and 30 minutes')
    """
    parts, left = [], seconds
    for length, unit in _UNITS:
        whole = int(left // length)
        if whole:
            parts.append(f"{whole} {unit}{'s' if whole > 1 else ''}")
            left -= whole * length
    return listed(parts) if parts else f"{seconds:.10g} seconds"
