"""The regular grid of periods that a forecast needs: found in the times of the rows, or made of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from statistics import median

from msgspec import Struct

from voyant.analysis.grains import advance, between, label
from voyant.analysis.periods import Timeline, timeline
from voyant.analysis.time_columns import TimeAxis, time_axis
from voyant.analysis.wording import adverb, count, listed, period_name, sentence, weekday
from voyant.domain.kpi import Grain
from voyant.domain.profile import ColumnProfile
from voyant.domain.table import Column, Table
from voyant.errors import Code, InvalidInput
from voyant.lake.sql import identifier

MOST_PERIODS = 5_000
"""Of the past, the latest: a season of a year is found in eight of them, even by the hour no more is learnt."""
_ENOUGH = 30
_FILLED = 0.6
_REGULAR = 0.9
_ROWS_A_PERIOD = 5
_FEWEST_WEEKS = 4
_DAYS = 7
_FEWEST_MINUTES = 5
_FINEST = {"day": Grain.DAY, "month": Grain.MONTH, "year": Grain.YEAR}
SEASONS = {
    Grain.MINUTE: {"day": 24 * 60, "week": 7 * 24 * 60},
    Grain.HOUR: {"day": 24, "week": 168},
    Grain.DAY: {"week": 7, "year": 365},
    Grain.WEEK: {"year": 52},
    Grain.MONTH: {"year": 12},
    Grain.QUARTER: {"year": 4},
}


class Grid(Struct, frozen=True, kw_only=True):
    """Periods of one length at one distance.

    Attributes:
        periods: Of the calendar, as the table has them.
        starts: Of the whole periods, oldest first.
        is_own: Whether the rows themselves stand at these times, one in each, or one of each group.
        step: Periods of the calendar from one to the next, such as 10 of years in a census.
        closed: Weekdays, from 1 for Monday, that never have rows and are no periods.
        empty: Those without rows.
        has_holes: Whether these are holes in what was recorded, as in a regular series that lacks a few of its rows,
            rather than times at which nothing happened.
        notes: What was made of the times of the rows, in sentences.
    """

    periods: Timeline
    starts: tuple[datetime, ...]
    is_own: bool
    step: int = 1
    closed: tuple[int, ...] = ()
    empty: frozenset[datetime] = frozenset()
    has_holes: bool = False
    notes: tuple[str, ...] = ()

    @property
    def grain(self) -> Grain:
        return self.periods.grain

    @property
    def bucket(self) -> str:
        """The SQL of the first moment of a row's period."""
        return self.periods.axis.bucket(self.grain)

    @property
    def within(self) -> str:
        """The SQL condition of the rows in its periods."""
        return self.periods.axis.within(self.starts[0], advance(self.starts[-1], self.grain))

    @property
    def seasons(self) -> dict[int, str]:
        """Those that the calendar suggests: their lengths in periods, shortest first, and names."""
        days = _DAYS - len(self.closed)
        lengths = (
            (round(length * days / _DAYS) if self.grain is Grain.DAY else length, name)
            for name, length in SEASONS.get(self.grain, {}).items()
        )
        return {
            length // self.step: name for length, name in lengths if length % self.step == 0 and length // self.step > 1
        }

    def ahead(self, periods: int) -> list[datetime]:
        """The first moments of the periods that follow."""
        made: list[datetime] = []
        at = self.starts[-1]
        while len(made) < periods:
            at = advance(at, self.grain, self.step)
            if at.isoweekday() not in self.closed:
                made.append(at)
        return made

    def label(self, start: datetime) -> str:
        return label(start, self.grain)


def grid(table: Table, column: Column, profile: ColumnProfile, by: Sequence[str], asked: Grain | None) -> Grid:
    """The grid of the table's times.

    Periods are as long as asked. Else a table with one row for each time, or for each time and group, keeps its own
    step; of others those periods are taken that key figures have, or shorter ones where these are few.

    Raises:
        InvalidInput: ``NOT_ENOUGH_DATA`` where no row has a time, ``NO_MODEL_FITS`` where the times follow no grid.
    """
    axis = time_axis(column, profile)
    own = _own_step(table, axis, profile, by) if axis else None
    if axis is None or (asked is None and own is not None):
        periods = own
    else:
        periods = timeline(table, profile, asked) if asked else _readable(table, profile)
    if periods is None:
        raise InvalidInput(
            f"No row of {table.dataset.name} has a time in {column.name!r}.",
            code=Code.NOT_ENOUGH_DATA,
            remedy="Name the column that says when a row happened: time_column.",
            data={"time_column": column.name},
        )
    return _regular(periods, is_own=own is not None)


def _own_step(table: Table, axis: TimeAxis, profile: ColumnProfile, by: Sequence[str]) -> Timeline | None:
    """The longest periods that hold one row each, in each group; None where rows are events."""
    finest = _FINEST.get(profile.time.granularity if profile.time else "", Grain.MINUTE)
    grains = list(Grain)
    keys = "".join(f", {identifier(name)}" for name in by)
    for grain in reversed(grains[grains.index(finest) :]):
        counted = table.query(
            f"SELECT count(*) AS places, coalesce(sum(n), 0) AS rows FROM (\n"
            f"  SELECT count(*) AS n FROM {identifier(table.dataset.name)} WHERE {axis.timed}\n"
            f"  GROUP BY {axis.bucket(grain)}{keys}\n) AS counted"
        )[0]
        if counted["places"] >= _REGULAR * int(counted["rows"]):
            if grain is Grain.MINUTE and not _divides_the_hour(table, axis):
                return None
            periods = timeline(table, profile, grain)
            return periods if periods is not None and _step(periods) is not None else None
    return None


def _divides_the_hour(table: Table, axis: TimeAxis) -> bool:
    """Whether the times stand as many minutes apart as an hour is made of, and not so few that the periods which are
    learnt from hold no two weeks."""
    found = table.query(
        "WITH apart AS (\n"
        "  SELECT date_diff('minute', lag(moment) OVER (ORDER BY moment), moment) AS minutes\n"
        f"  FROM (SELECT DISTINCT {axis.bucket(Grain.MINUTE)} AS moment FROM {identifier(table.dataset.name)} "
        f"WHERE {axis.timed})\n)\n"
        "SELECT minutes, count(*) AS n, sum(count(*)) OVER () AS total FROM apart WHERE minutes IS NOT NULL\n"
        "GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
    )
    if not found or found[0]["n"] < _REGULAR * int(found[0]["total"]):
        return False
    minutes = int(found[0]["minutes"])
    return minutes >= _FEWEST_MINUTES and 60 % minutes == 0


def _readable(table: Table, profile: ColumnProfile) -> Timeline | None:
    """The periods of key figures; shorter ones, still filled with several rows each, where these are few, or where
    the times themselves are no finer than a month."""
    finest = _FINEST.get(profile.time.granularity if profile.time else "", Grain.HOUR)
    if finest in {Grain.MONTH, Grain.YEAR}:
        own = timeline(table, profile, finest)
        if own is not None and own.filled >= _FILLED:
            return own
    chosen = timeline(table, profile)
    if chosen is None:
        return None
    grains = list(Grain)
    while len(chosen.starts) < _ENOUGH and chosen.grain is not Grain.HOUR:
        shorter = timeline(table, profile, grains[grains.index(chosen.grain) - 1])
        if shorter is None or shorter.filled < _FILLED or median(shorter.rows) < _ROWS_A_PERIOD:
            break
        chosen = shorter
    return chosen


def _step(periods: Timeline) -> int | None:
    """Periods of the calendar from one with rows to the next, where that is nearly always the same number."""
    present = [start for start, rows in zip(periods.starts, periods.rows, strict=True) if rows]
    if len(present) < 2:
        return 1
    apart = Counter(between(before, after, periods.grain) for before, after in pairwise(present))
    usual, often = min(apart.items(), key=lambda item: (-item[1], item[0]))
    if often >= _REGULAR * (len(present) - 1):
        return usual
    return 1 if periods.filled >= _FILLED else None


def _regular(periods: Timeline, *, is_own: bool) -> Grid:
    """The whole periods at one distance from each other, and what had to be done for that."""
    step = _step(periods)
    if step is None:
        raise InvalidInput(
            f"The times in {periods.axis.column.name!r} follow no grid: {100 * periods.filled:.0f} % of the "
            f"{adverb(periods.grain)} periods from {periods.label(0)} to {periods.label(len(periods.starts) - 1)} have "
            "rows, at no steady distance.",
            code=Code.NO_MODEL_FITS,
            remedy="Ask for longer periods: grain.",
            data={"grain": str(periods.grain), "filled": round(periods.filled, 4)},
        )
    whole = [index for index in range(len(periods.starts)) if periods.complete(index)]
    notes = list(_left_out(periods, whole))
    kept = [(periods.starts[index], periods.rows[index]) for index in whole] or list(
        zip(periods.starts, periods.rows, strict=True)
    )
    closed = _closed(kept, periods.grain)
    if closed:
        notes.append(
            sentence(f"no rows fall on {listed([f'{weekday(day)}s' for day in closed])}: these are no periods")
        )
    starts = _stepped(kept[0][0], kept[-1][0], periods.grain, step, closed)
    if step > 1:
        notes.append(f"Times are {step} {periods.grain}s apart.")
    rows = dict(kept)
    if len(starts) > MOST_PERIODS:
        notes.append(f"Of {count(len(starts))} periods the latest {count(MOST_PERIODS)} are used.")
    used = starts[-MOST_PERIODS:]
    empty = frozenset(start for start in used if not rows.get(start))
    return Grid(
        periods=periods,
        is_own=is_own,
        starts=used,
        step=step,
        closed=closed,
        empty=empty,
        has_holes=is_own and len(empty) <= (1 - _REGULAR) * len(used),
        notes=tuple(notes),
    )


def _left_out(periods: Timeline, whole: Sequence[int]) -> list[str]:
    """Which periods are not whole, and rows that no period holds."""
    notes = []
    if whole and whole[-1] < len(periods.starts) - 1:
        last = [period_name(periods.label(index)) for index in range(whole[-1] + 1, len(periods.starts))]
        notes.append(sentence(f"{_named(last)} not whole, and left out"))
    if whole and whole[0] > 0:
        notes.append(
            sentence(
                f"{_named([period_name(periods.label(index)) for index in range(whole[0])])} not whole, and left out"
            )
        )
    if not whole:
        notes.append("No period is whole: all are used as they are.")
    if periods.outside:
        notes.append(f"{count(periods.outside)} rows have a time far from all others, and are left out.")
    if periods.untimed:
        notes.append(f"{count(periods.untimed)} rows have no time, and are left out.")
    return notes


def _named(periods: list[str]) -> str:
    return f"{periods[0]} is" if len(periods) == 1 else f"{periods[0]} to {periods[-1]} are"


def _closed(kept: Sequence[tuple[datetime, int]], grain: Grain) -> tuple[int, ...]:
    """The weekdays, from 1 for Monday, that never have rows although the others do."""
    if grain is not Grain.DAY or len(kept) < _FEWEST_WEEKS * _DAYS:
        return ()
    rows = Counter[int]()
    for start, number in kept:
        rows[start.isoweekday()] += number
    closed = tuple(day for day in range(1, _DAYS + 1) if not rows[day])
    return closed if len(closed) < _DAYS - 1 else ()


def _stepped(first: datetime, last: datetime, grain: Grain, step: int, closed: tuple[int, ...]) -> tuple[datetime, ...]:
    """Counted back from the last, so that what is to come follows it."""
    length = between(first, last, grain)
    starts = (advance(last, grain, -back) for back in range(length // step * step, -1, -step))
    return tuple(start for start in starts if start.isoweekday() not in closed)
