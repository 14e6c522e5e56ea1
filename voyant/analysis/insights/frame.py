"""The columns of a table as arrays: groups as small integers, measures as floats, times as periods.

One scan of the engine fills it. At most ``MOST_ROWS`` rows are taken, chosen by a hash of their content, so that
memory does not grow with the table; tests say how many rows they used, and sentences are computed over all rows.
"""

from __future__ import annotations

import re
from functools import cached_property, partial
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from voyant.analysis.insights.ranks import Floats, Ints, distinct, midranks_of
from voyant.analysis.insights.subjects import Subjects
from voyant.analysis.periods import Timeline
from voyant.domain.kpi import Grain
from voyant.domain.profile import ColumnProfile, Profile
from voyant.domain.table import Column, Dataset, Table
from voyant.lake.sql import identifier, literal

MOST_ROWS = 500_000
MOST_VALUES = 40
"""Of a grouping; rows with rarer values are left out of its tests."""
MOST_BINS = 104
_HASHED_COLUMNS = 24

_DAY = 86_400


class Factor(Struct, frozen=True, dict=True):
    """A grouping of the rows.

    Attributes:
        values: Most frequent first, ties by value.
        codes: Of each row the index into ``values``; -1 for missing and rarer ones.
        others: Distinct values beyond those.
    """

    column: Column
    values: tuple[str, ...]
    codes: Ints
    others: int

    @cached_property
    def counts(self) -> Ints:
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.values)).astype(np.int64)

    @cached_property
    def rows(self) -> tuple[NDArray[np.intp], ...]:
        """The rows of each value."""
        return tuple(np.flatnonzero(self.codes == index) for index in range(len(self.values)))

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def is_boolean(self) -> bool:
        return {value.lower() for value in self.values} <= {"true", "false"}

    @property
    def truth(self) -> int | None:
        """Of true and false, or 1 and 0, the index of what is so; None for other values."""
        if not {value.lower() for value in self.values} <= ({"true", "false"} if self.is_boolean else {"0", "1"}):
            return None
        return next((index for index, value in enumerate(self.values) if value.lower() in {"true", "1"}), None)

    def is_value(self, index: int) -> str:
        """The SQL condition of one value."""
        return equals(self.column, self.values[index])


class Measure(Struct, frozen=True, dict=True):
    """A number of each row; NaN where missing."""

    column: Column
    values: Floats

    @property
    def name(self) -> str:
        return self.column.name

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        return np.isfinite(self.values)

    @cached_property
    def _distinct(self) -> tuple[Floats, Ints]:
        levels, known = distinct(self.values[self.known])
        places = np.zeros(len(self.values), dtype=np.int64)
        places[self.known] = known
        return levels, places

    @property
    def levels(self) -> Floats:
        """The different known values, in order."""
        return self._distinct[0]

    @property
    def places(self) -> Ints:
        """Of each row the index of its value into ``levels``; 0 where missing."""
        return self._distinct[1]

    @cached_property
    def ordered(self) -> Floats:
        """The known values, sorted: quantiles of them take a tenth of the time."""
        return np.sort(self.values[self.known])

    @cached_property
    def ranks(self) -> Floats:
        """Over the known values; 0 elsewhere."""
        ranks = np.zeros(len(self.values))
        ranks[self.known] = midranks_of(self.places[self.known])
        return ranks

    @cached_property
    def is_skewed(self) -> bool:
        """Whether the mean says little of a usual value."""
        if len(self.ordered) < 10:
            return False
        low, middle, high = np.quantile(self.ordered, [0.05, 0.5, 0.95])
        return bool(high - middle > 4 * max(middle - low, 1e-12))


class Clock(Struct, frozen=True, dict=True):
    """When each row happened.

    Attributes:
        periods: Index of the row's natural period; -1 where it has none or the period is not whole.
        bins: Index of the row's bin for tests: of equal length, all whole; -1 outside.
        bin_starts: Seconds since 1970.
        seconds: Since 1970; of rows without a time, undefined.
        regular: Rows are taken at regular times, so that counting them tells nothing.
    """

    timeline: Timeline
    periods: Ints
    bins: Ints
    bin_starts: Ints
    seconds: Ints
    timed: NDArray[np.bool_]
    regular: bool

    @property
    def column(self) -> Column:
        return self.timeline.axis.column

    @property
    def grain(self) -> Grain:
        return self.timeline.grain

    @cached_property
    def days(self) -> Ints:
        """Of each row its day since 1970."""
        return self.seconds // _DAY

    @property
    def months(self) -> Ints:
        """Of each row its month since January 1970."""
        return self._calendar[0]

    @property
    def days_of_month(self) -> Ints:
        """Of each row its day of the month, from 0."""
        return self._calendar[1]

    @cached_property
    def _calendar(self) -> tuple[Ints, Ints]:
        days, places = distinct(self.days)  # looked up once per day: conversions of dates are slow
        months = days.astype("datetime64[D]").astype("datetime64[M]")
        firsts = months.astype("datetime64[D]").astype(np.int64)
        return months.astype(np.int64)[places], (days - firsts)[places]

    @property
    def bucket(self) -> str:
        """The SQL of a row's period."""
        return self.timeline.axis.bucket(self.grain)

    def whole(self) -> tuple[int, int]:
        """Index of the first and the last whole period."""
        whole = [index for index in range(len(self.timeline.starts)) if self.timeline.complete(index)]
        return (whole[0], whole[-1]) if whole else (0, -1)

    def within(self) -> str:
        """The SQL condition of the rows in whole periods."""
        first, last = self.whole()
        return self.timeline.axis.within(self.timeline.starts[first], self.timeline.end(last))


class Frame(Struct, frozen=True, dict=True):
    """A table for the detectors.

    Attributes:
        rows: In the arrays; ``sampled`` where the table has more.
        counted: Whether numbers of records mean something: False where rows were taken at regular times.
        sampling: The WHERE clause that chose the rows, with a line break before it; empty for all.
    """

    table: Table
    profile: Profile
    subjects: Subjects
    rows: int
    sampled: bool
    factors: tuple[Factor, ...]
    measures: tuple[Measure, ...]
    clock: Clock | None
    counted: bool
    sampling: str

    @cached_property
    def described(self) -> dict[str, ColumnProfile]:
        """The columns' profiles by name."""
        return {column.name: column for column in self.profile.columns}

    @property
    def source(self) -> str:
        """What stands after FROM."""
        return identifier(self.table.dataset.name)


def equals(column: Column, value: str) -> str:
    """The SQL condition of one value, given as text."""
    name = identifier(column.name)
    if column.type.value == "boolean":
        return name if value == "true" else f"NOT {name}"
    if column.type.is_numeric:
        return f"{name} = {value}"
    if column.type.value == "text":
        return f"{name} = {literal(value)}"
    return f"CAST({name} AS VARCHAR) = {literal(value)}"


def load(table: Table, profile: Profile, subjects: Subjects, timeline: Timeline | None) -> Frame:
    """The columns that ``subjects`` chose, in arrays."""
    dataset = table.dataset
    selected = [f"CAST({identifier(column.name)} AS VARCHAR) AS f{i}" for i, column in enumerate(subjects.groupings)]
    selected += [f"CAST({identifier(column.name)} AS DOUBLE) AS m{i}" for i, column in enumerate(subjects.measures)]
    if timeline is not None:
        selected.append(f"CAST(floor(epoch({timeline.axis.moment})) AS BIGINT) AS t")
    sampled = dataset.rows > MOST_ROWS
    where = f"\nWHERE {_chosen(dataset)}" if sampled else ""
    arrow = table.arrow(f"SELECT {', '.join(selected or ['1 AS one'])}\nFROM {identifier(dataset.name)}{where}")
    factors = table.gather(
        partial(_factor, column, arrow.column(f"f{i}")) for i, column in enumerate(subjects.groupings)
    )
    measures = tuple(Measure(column, _floats(arrow.column(f"m{i}"))) for i, column in enumerate(subjects.measures))
    clock = None
    if timeline is not None:
        clock = _clock(timeline, arrow.column("t"), _keyed_by_time(timeline.axis.column, profile))
    return Frame(
        table=table,
        profile=profile,
        subjects=subjects,
        rows=arrow.num_rows,
        sampled=sampled,
        factors=tuple(factor for factor in factors if len(factor.values) > 1),
        measures=measures,
        clock=clock,
        counted=not (clock is not None and clock.regular),
        sampling=where,
    )


def _chosen(dataset: Dataset) -> str:
    """The SQL condition of the sample: by content, so that the same table gives the same sample in any order."""
    columns = [identifier(column.name) for column in dataset.columns if column.formula is None][:_HASHED_COLUMNS]
    return f"hash({', '.join(columns)}) % {dataset.rows} < {MOST_ROWS}"


def _factor(column: Column, values: Any) -> Factor:
    encoded = values.combine_chunks().dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    labels = encoded.dictionary.to_pylist()
    counts = np.bincount(codes[codes >= 0], minlength=len(labels))
    order = sorted(range(len(labels)), key=lambda i: (-int(counts[i]), labels[i]))
    kept = order[:MOST_VALUES]
    renumbered = np.full(len(labels) + 1, -1, dtype=np.int64)
    renumbered[kept] = np.arange(len(kept))
    return Factor(column, tuple(labels[i] for i in kept), renumbered[codes], len(labels) - len(kept))


def _floats(values: Any) -> Floats:
    return np.asarray(values.to_numpy(), dtype=np.float64)


def _keyed_by_time(column: Column, profile: Profile) -> bool:
    """Whether the time, alone or with one other column, tells all rows apart: then it is when values were taken."""
    names = {column.name, *re.findall(r'"((?:[^"]|"")+)"', column.formula or "")}
    return any(len(key) <= 2 and not names.isdisjoint(key) for key in profile.keys)


def _clock(timeline: Timeline, values: Any, keyed: bool) -> Clock:
    timed = np.asarray(values.is_valid().to_numpy(), dtype=np.bool_)
    seconds = values.fill_null(0).to_numpy().astype(np.int64)
    starts = np.asarray(
        [_epoch(start) for start in timeline.starts] + [_epoch(timeline.end(-1 % len(timeline.starts)))]
    )
    periods = np.searchsorted(starts, seconds, side="right") - 1
    whole = np.asarray([timeline.complete(index) for index in range(len(timeline.starts))] + [False])
    covered = np.asarray([timeline.covers(index) for index in range(len(timeline.starts))] + [False])
    outside = ~timed | (periods < 0) | ~covered[np.clip(periods, 0, len(timeline.starts))]
    periods = np.where(outside, -1, periods)
    periods = np.where(whole[np.maximum(periods, 0)] & (periods >= 0), periods, -1).astype(np.int64)
    in_range = seconds[~outside]
    bins, bin_starts = _bins(timeline, seconds, ~outside, periods, starts)
    return Clock(timeline, periods, bins, bin_starts, seconds, timed, keyed and _regular(in_range))


def _epoch(moment: Any) -> int:
    return int((moment - type(moment)(1970, 1, 1)).total_seconds())


def _bins(
    timeline: Timeline, seconds: Ints, valid: NDArray[np.bool_], periods: Ints, starts: Ints
) -> tuple[Ints, Ints]:
    """Weeks (or a multiple of them) where months would be few; otherwise the whole periods themselves."""
    whole = np.unique(periods[periods >= 0])
    if timeline.grain is not Grain.MONTH or not valid.any():
        first = int(whole[0]) if len(whole) else 0
        count = int(whole[-1]) - first + 1 if len(whole) else 0
        return np.where(periods >= 0, periods - first, -1), starts[first : first + count]
    start, end = int(seconds[valid].min()) // _DAY * _DAY, int(seconds[valid].max())
    weeks = (end - start) // (7 * _DAY)
    width = 7 * _DAY * max(1, -(-weeks // MOST_BINS))
    count = (end - start) // width
    bins = np.where(valid, (seconds - start) // width, -1)
    return np.where(bins < count, bins, -1), start + width * np.arange(count)


def _regular(seconds: Ints) -> bool:
    """Whether most steps between successive times are alike; lengths of months vary, so a tenth is no difference."""
    moments = np.unique(seconds)
    if len(moments) < 4:
        return len(moments) > 1 and len(seconds) >= 4
    steps = np.diff(moments)
    return float((np.abs(steps - np.median(steps)) <= 0.1 * np.median(steps)).mean()) >= 0.7
