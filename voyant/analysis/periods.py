"""The periods of a table: which time column leads, how long its natural period is, which periods are whole.

Periods follow the calendar of UTC; weeks are those of ISO 8601.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median

from voyant.analysis.columns import named_column
from voyant.analysis.coverage import NONE_THIN, Thin, thin_end
from voyant.domain.kpi import Grain, Period
from voyant.domain.profile import ColumnProfile, Profile
from voyant.domain.table import Column, ColumnType, Dataset, Role, Table
from voyant.errors import Code, InvalidInput
from voyant.lake.sql import identifier

_LENGTHS = {
    Grain.HOUR: timedelta(hours=1),
    Grain.DAY: timedelta(days=1),
    Grain.WEEK: timedelta(days=7),
    Grain.MONTH: timedelta(days=30),
    Grain.QUARTER: timedelta(days=91),
    Grain.YEAR: timedelta(days=365),
}
_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}

_LONGEST_SPAN = {  # beyond it a series has too many points to read, and the next longer period is taken
    Grain.HOUR: timedelta(days=3),
    Grain.DAY: timedelta(days=62),
    Grain.WEEK: timedelta(days=200),
    Grain.MONTH: timedelta(days=15 * 366),
}
_FEWEST_PERIODS = 3
_FILLED = 0.6  # five working days of seven pass, a quarterly series counted by months does not
_ROWS_A_PERIOD = 5

_EVERY_YEAR = (1000, 2999)


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """A time column as SQL: its periods and its ranges.

    Attributes:
        low: Rows before it lie so far from all others that periods leave them out; ``high``: the same, from it on.
    """

    column: Column
    low: datetime | None = None
    high: datetime | None = None

    @property
    def moment(self) -> str:
        """The SQL of a row's time."""
        name = identifier(self.column.name)
        if self.column.type is ColumnType.INTEGER:
            low, high = _EVERY_YEAR
            return (
                f"CASE WHEN {name} BETWEEN {low} AND {high} THEN CAST(CAST({name} AS VARCHAR) || '-01-01' AS DATE) END"
            )
        if "ZONE" in self.column.engine_type.upper() or "TZ" in self.column.engine_type.upper():
            return f"CAST({name} AS TIMESTAMP)"
        return name

    def bucket(self, grain: Grain) -> str:
        """The SQL of the first moment of a row's period, NULL for rows that have none."""
        truncated = f"date_trunc('{grain}', {self.moment})"
        if self.low is None or self.high is None:
            return truncated
        return f"CASE WHEN {self.within(self.low, self.high)} THEN {truncated} END"

    def within(self, start: datetime, end: datetime) -> str:
        """The SQL condition of the rows from ``start`` to just before ``end``."""
        return f"{self.since(start)} AND {self.before(end)}"

    def since(self, start: datetime) -> str:
        """The SQL condition of the rows from ``start`` on."""
        if self.column.type is ColumnType.INTEGER:
            return f"{identifier(self.column.name)} >= {_first_year(start)}"
        return f"{self.moment} >= {self._literal(start)}"

    def before(self, end: datetime) -> str:
        """The SQL condition of the rows before ``end``."""
        if self.column.type is ColumnType.INTEGER:
            return f"{identifier(self.column.name)} < {_first_year(end)}"
        return f"{self.moment} < {self._literal(end)}"

    @property
    def timed(self) -> str:
        """The SQL condition of the rows that some period holds."""
        if self.low is not None and self.high is not None:
            return self.within(self.low, self.high)
        return f"{self.moment} IS NOT NULL"

    def _literal(self, moment: datetime) -> str:
        if self.column.type is ColumnType.DATE:
            return f"DATE '{moment:%Y-%m-%d}'"
        return f"TIMESTAMP '{moment.isoformat(sep=' ')}'"


@dataclass(frozen=True, slots=True)
class Timeline:
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


def _first_year(moment: datetime) -> int:
    """The first year that does not begin before that moment: a row that says a year stands at its beginning."""
    return moment.year if moment == datetime(moment.year, 1, 1) else moment.year + 1


def floor(moment: datetime, grain: Grain) -> datetime:
    """The first moment of the period that holds ``moment``.

    >>> floor(datetime(2013, 5, 17, 13, 45), Grain.QUARTER)
    datetime.datetime(2013, 4, 1, 0, 0)
    """
    if grain is Grain.HOUR:
        return moment.replace(minute=0, second=0, microsecond=0)
    day = datetime.combine(moment.date(), time())
    if grain is Grain.DAY:
        return day
    if grain is Grain.WEEK:
        return day - timedelta(days=day.weekday())
    months = _MONTHS[grain]
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)


def advance(start: datetime, grain: Grain, periods: int = 1) -> datetime:
    """The first moment of the period so many later; ``start`` is the first moment of one.

    >>> advance(datetime(2013, 11, 1), Grain.MONTH, 3)
    datetime.datetime(2014, 2, 1, 0, 0)
    """
    if grain not in _MONTHS:
        return start + periods * _LENGTHS[grain]
    month = start.year * 12 + start.month - 1 + periods * _MONTHS[grain]
    return start.replace(year=month // 12, month=month % 12 + 1)


def label(start: datetime, grain: Grain) -> str:
    """How the period is written.

    >>> label(datetime(2013, 12, 30), Grain.WEEK)
    '2014-W01'
    """
    match grain:
        case Grain.HOUR:
            return f"{start:%Y-%m-%dT%H}"
        case Grain.DAY:
            return f"{start:%Y-%m-%d}"
        case Grain.WEEK:
            year, week, _ = start.isocalendar()
            return f"{year}-W{week:02}"
        case Grain.MONTH:
            return f"{start:%Y-%m}"
        case Grain.QUARTER:
            return f"{start:%Y}-Q{(start.month + 2) // 3}"
        case Grain.YEAR:
            return f"{start:%Y}"


def leading_time_column(dataset: Dataset, profile: Profile) -> str | None:
    """The time column that says when a row happened: the one filled most, of those the earliest, such as
    ``opened_at`` before ``closed_at``; dates of birth only where there is nothing else; None without time columns."""
    profiles = {column.name: column for column in profile.columns}

    def preference(column: Column) -> tuple[bool, bool, float, str, str]:
        described = profiles[column.name]
        middle = described.quantile(0.5)
        missing = described.nulls / max(1, described.rows)
        born = any(word in {"birth", "birthday", "birthdate", "born", "dob"} for word in column.name.split("_"))
        return born, not column.type.is_temporal, round(missing, 2), str(middle.value if middle else ""), column.name

    candidates = [
        column
        for column in dataset.with_role(Role.TIME)
        if (column.type.is_temporal or column.type is ColumnType.INTEGER) and profiles[column.name].distinct.value > 1
    ]
    return min(candidates, key=preference).name if candidates else None


def time_column_of(dataset: Dataset, profile: Profile, asked: str | None) -> str | None:
    """The name of the column that was asked for, by its name or its original one; of the leading one where None.

    Raises:
        InvalidInput: ``UNKNOWN_COLUMN`` where there is no such column or it holds no times.
    """
    if asked is None:
        return leading_time_column(dataset, profile)
    column = named_column(dataset, asked, "time column")
    if not column.type.is_temporal and column.type is not ColumnType.INTEGER:
        raise InvalidInput(
            f"The column {asked!r} holds {column.type} values, not times.",
            code=Code.UNKNOWN_COLUMN,
            data={"column": asked},
        )
    return column.name


def timeline(table: Table, profile: ColumnProfile, grain: Grain | None = None) -> Timeline | None:
    """The natural periods of a time column, or those of the grain; None where no row has a time that a period could
    hold.

    The shortest period is taken at which the series can still be read as a whole and whose periods are mostly filled
    with several rows each (or with one row each, as in a regular series).
    """
    axis = time_axis(table.dataset.column(profile.name), profile)
    if axis is None:
        return None
    if grain is not None:
        return _timeline_at(table, axis, grain, profile)
    chosen: Timeline | None = None
    for grain in _grains_to_try(axis, profile):
        found = _timeline_at(table, axis, grain, profile)
        if found is None or (chosen is not None and len(found.starts) < _FEWEST_PERIODS):
            return chosen
        chosen = found
        if _dense(found):
            break
    return chosen


def time_axis(column: Column, profile: ColumnProfile) -> TimeAxis | None:
    """The column as an axis that leaves out times lying further from the middle 98 % than these are wide,
    slips such as the year 9999; None where it has no time."""
    if profile.minimum is None or profile.maximum is None:
        return None
    if column.type is ColumnType.INTEGER:
        return TimeAxis(column)
    low, high = profile.quantile(0.01), profile.quantile(0.99)
    if low is None or high is None or low.value is None or high.value is None:
        return TimeAxis(column)
    start, end = as_moment(low.value), as_moment(high.value)
    margin = max(end - start, timedelta(days=1))
    if as_moment(profile.minimum) >= start - margin and as_moment(profile.maximum) <= end + margin:
        return TimeAxis(column)
    return TimeAxis(column, low=floor(start - margin, Grain.DAY), high=floor(end + margin, Grain.DAY))


def as_moment(value: object) -> datetime:
    """A time as a profile or an engine gives it (ISO 8601 text, date, year) as a datetime in UTC without zone."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, int | float):
        return datetime(int(value), 1, 1)
    return datetime.fromisoformat(str(value)).replace(tzinfo=None)


def _grains_to_try(axis: TimeAxis, profile: ColumnProfile) -> Iterator[Grain]:
    if axis.column.type is ColumnType.INTEGER:
        yield Grain.YEAR
        return
    start = axis.low or as_moment(profile.minimum)
    end = axis.high or as_moment(profile.maximum)
    granularity = profile.time.granularity if profile.time else "second"
    finest = {"day": Grain.DAY, "month": Grain.MONTH, "year": Grain.YEAR}.get(granularity, Grain.HOUR)
    for grain in Grain:
        if _LENGTHS[grain] < _LENGTHS[finest]:
            continue
        if end - start <= _LONGEST_SPAN.get(grain, timedelta.max) and not (
            grain is Grain.QUARTER and end - start > _LONGEST_SPAN[Grain.MONTH]
        ):
            yield grain


def _timeline_at(table: Table, axis: TimeAxis, grain: Grain, profile: ColumnProfile) -> Timeline | None:
    bucket = axis.bucket(grain)
    counted = table.query(
        f"SELECT {bucket} AS period, count(*) AS n, min({axis.moment}) AS first, max({axis.moment}) AS last\n"
        f"FROM {identifier(table.dataset.name)} GROUP BY 1 ORDER BY 1"
    )
    present = [row for row in counted if row["period"] is not None]
    without_period = sum(row["n"] for row in counted if row["period"] is None)
    if not present:
        return None
    rows = {as_moment(row["period"]): row["n"] for row in present}
    starts = [min(rows)]
    while starts[-1] < max(rows):
        starts.append(advance(starts[-1], grain))
    filled = len(rows) / len(starts)
    if filled < _FILLED:
        starts = sorted(rows)
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
        outside=without_period - profile.nulls,
        untimed=profile.nulls,
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
        return missing <= max(others) + 0.05 * _LENGTHS[grain]
    return missing <= 0.1 * _LENGTHS[grain]


def _dense(found: Timeline) -> bool:
    rows = [count for count in found.rows if count]
    regular = max(Counter(rows).values()) >= 0.9 * len(rows)
    return found.filled >= _FILLED and (regular or median(rows) >= _ROWS_A_PERIOD)
