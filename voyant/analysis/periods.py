"""The periods of a table: how long its natural period is, and which of its periods are whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from statistics import median

from msgspec import Struct

from voyant.analysis.coverage import NONE_THIN, Thin, thin_end
from voyant.analysis.grains import LENGTHS, advance, as_moment, between, floor, label
from voyant.analysis.time_columns import TimeAxis, time_axis
from voyant.domain.kpi import Grain, Period
from voyant.domain.profile import ColumnProfile
from voyant.domain.table import ColumnType, Table
from voyant.lake.sql import identifier

_LONGEST_SPAN = {  # beyond it a series has too many points to read, and the next longer period is taken
    Grain.HOUR: timedelta(days=3),
    Grain.DAY: timedelta(days=62),
    Grain.WEEK: timedelta(days=200),
    Grain.MONTH: timedelta(days=15 * 366),
}
_FEWEST_PERIODS = 3
_FILLED = 0.6  # five working days of seven pass, a quarterly series counted by months does not
_ROWS_A_PERIOD = 5


class Timeline(Struct, frozen=True):
    """The natural periods of a table, from the first with a row to the last.

    Periods without rows are among them, unless so many have none that the rows stand for points in time rather than
    for whole periods, as in a census every ten years.

    Attributes:
        filled: The share of the calendar's periods from first to last that have rows.
        rows: Rows in each period.
        thin_start: The first periods that hold too few rows for the data to cover them; ``thin_end`` the last ones.
        outside: Rows whose time lies so far off that no period holds them.
        untimed: Rows without a time.
    """

    axis: TimeAxis
    grain: Grain
    starts: tuple[datetime, ...]
    rows: tuple[int, ...]
    filled: float
    first_complete: bool
    last_complete: bool
    outside: int
    untimed: int
    thin_start: Thin = NONE_THIN
    thin_end: Thin = NONE_THIN

    def complete(self, index: int) -> bool:
        """Whether the data reach over the whole of that period, and cover it."""
        reached = (index > 0 or self.first_complete) and (index < len(self.starts) - 1 or self.last_complete)
        return reached and self.covers(index)

    def covers(self, index: int) -> bool:
        """Whether the period has its share of rows, as far as it is over."""
        return self.thin_start.periods <= index < len(self.starts) - self.thin_end.periods

    def end(self, index: int) -> datetime:
        """The first moment after that period."""
        return advance(self.starts[index], self.grain)

    def label(self, index: int) -> str:
        return label(self.starts[index], self.grain)

    def period(self, index: int) -> Period:
        """That period as artifacts show it."""
        start, end = self.starts[index], self.end(index)
        return Period(
            label=self.label(index),
            start=start.isoformat(),
            end=end.isoformat(),
            complete=self.complete(index),
        )

    @property
    def last_whole(self) -> int | None:
        """The index of the last complete period."""
        return next((index for index in reversed(range(len(self.starts))) if self.complete(index)), None)


def timeline(table: Table, profile: ColumnProfile, grain: Grain | None = None, where: str = "TRUE") -> Timeline | None:
    """The natural periods of a time column, or those of the grain; None where no row has a time that a period could
    hold.

    The shortest period is taken at which the series can still be read as a whole and whose periods are mostly filled
    with several rows each (or with one row each, as in a regular series).

    Args:
        where: SQL condition of the rows that are looked at; the axis is that of all.
    """
    axis = time_axis(table.dataset.column(profile.name), profile)
    if axis is None:
        return None
    if grain is not None:
        return _timeline_at(table, axis, grain, profile, where)
    chosen: Timeline | None = None
    for grain in _grains_to_try(axis, profile):
        found = _timeline_at(table, axis, grain, profile, where)
        if found is None or (chosen is not None and len(found.starts) < _FEWEST_PERIODS):
            return chosen
        chosen = found
        if _dense(found):
            break
    return chosen


def _grains_to_try(axis: TimeAxis, profile: ColumnProfile) -> Iterator[Grain]:
    if axis.column.type is ColumnType.INTEGER:
        yield Grain.YEAR
        return
    start = axis.low or as_moment(profile.minimum)
    end = axis.high or as_moment(profile.maximum)
    granularity = profile.time.granularity if profile.time else "second"
    finest = {"day": Grain.DAY, "month": Grain.MONTH, "year": Grain.YEAR}.get(granularity, Grain.HOUR)
    for grain in Grain:
        if LENGTHS[grain] < LENGTHS[finest]:
            continue
        if end - start <= _LONGEST_SPAN.get(grain, timedelta.max) and not (
            grain is Grain.QUARTER and end - start > _LONGEST_SPAN[Grain.MONTH]
        ):
            yield grain


def _timeline_at(table: Table, axis: TimeAxis, grain: Grain, profile: ColumnProfile, where: str) -> Timeline | None:
    bucket = axis.bucket(grain)
    counted = table.query(
        f"SELECT {bucket} AS period, count(*) AS n, min({axis.moment}) AS first, max({axis.moment}) AS last,\n"
        f"count(*) - count({identifier(axis.column.name)}) AS untimed\n"
        f"FROM {identifier(table.dataset.name)} WHERE {where} GROUP BY 1 ORDER BY 1"
    )
    present = [row for row in counted if row["period"] is not None]
    without_period = sum(row["n"] for row in counted if row["period"] is None)
    untimed = sum(row["untimed"] for row in counted)
    if not present:
        return None
    rows = {as_moment(row["period"]): row["n"] for row in present}
    starts = sorted(rows)
    periods = between(starts[0], starts[-1], grain) + 1
    filled = len(rows) / periods
    if filled >= _FILLED:
        starts = [advance(starts[0], grain, place) for place in range(periods)]
    leads = [as_moment(row["first"]) - as_moment(row["period"]) for row in present]
    tails = [_tail(as_moment(row["period"]), as_moment(row["last"]), grain, profile) for row in present]
    counts = tuple(rows.get(start, 0) for start in starts)
    first_complete, last_complete = _reaches(leads[0], leads[1:-1], grain), _reaches(tails[-1], tails[1:-1], grain)
    return Timeline(
        axis=axis,
        grain=grain,
        starts=tuple(starts),
        rows=counts,
        filled=filled,
        first_complete=first_complete,
        last_complete=last_complete,
        thin_start=_thin(counts[::-1], grain, first_complete),
        thin_end=_thin(counts, grain, last_complete),
        outside=without_period - untimed,
        untimed=untimed,
    )


def _thin(counts: Sequence[int], grain: Grain, complete: bool) -> Thin:
    """The thin last periods; a single one that is not over has few rows for that reason."""
    thin = thin_end(counts, grain)
    return thin if complete or thin.periods > 1 else NONE_THIN


def _tail(start: datetime, last: datetime, grain: Grain, profile: ColumnProfile) -> timedelta:
    """The time from the end of what the last value stands for (a date stands for its day) to the period's end."""
    granularity = profile.time.granularity if profile.time else ""
    end = advance(start, grain)
    if profile.type is ColumnType.INTEGER or granularity == "year":
        return timedelta()
    stands_for = {"month": Grain.MONTH, "day": Grain.DAY, "hour": Grain.HOUR}.get(granularity)
    if stands_for is None:
        return end - last
    return max(timedelta(), end - advance(floor(last, stands_for), stands_for))


def _reaches(missing: timedelta, others: list[timedelta], grain: Grain) -> bool:
    """Whether no more is missing at the edge of a period than the whole periods between lack too."""
    if len(others) >= 3:
        return missing <= max(others) + 0.05 * LENGTHS[grain]
    return missing <= 0.1 * LENGTHS[grain]


def _dense(found: Timeline) -> bool:
    rows = [count for count in found.rows if count]
    regular = max(Counter(rows).values()) >= 0.9 * len(rows)
    return found.filled >= _FILLED and (regular or median(rows) >= _ROWS_A_PERIOD)
