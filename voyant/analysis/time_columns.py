"""The time column of a table: which one leads, and its moments and stretches as SQL."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from voyant.analysis.columns import named_column
from voyant.analysis.grains import as_moment, floor
from voyant.domain.kpi import Grain
from voyant.domain.profile import ColumnProfile, Profile
from voyant.domain.table import Column, ColumnType, Dataset, Role
from voyant.errors import Code, InvalidInput
from voyant.lake.sql import identifier

_EVERY_YEAR = (1000, 2999)


class TimeAxis(Struct, frozen=True):
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


def _first_year(moment: datetime) -> int:
    """The first year that does not begin before that moment: a row that says a year stands at its beginning."""
    return moment.year if moment == datetime(moment.year, 1, 1) else moment.year + 1


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
