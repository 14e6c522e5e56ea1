"""The periods that brands are compared in: of the calendar, or numbered by the data themselves."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from voyant.analysis.columns import named_column
from voyant.analysis.grains import advance, as_moment, label
from voyant.analysis.normalize.names import word_set
from voyant.analysis.periods import timeline
from voyant.analysis.time_columns import leading_time_column
from voyant.domain.benchmark import BrandRequest, Span
from voyant.domain.kpi import Grain
from voyant.domain.profile import Profile
from voyant.domain.table import Column, ColumnType, Dataset, Table
from voyant.errors import Code, InvalidInput
from voyant.lake.sql import identifier

MOST_PERIODS = 400
_FEWEST_NUMBERED = 6
_YEARS = (1000, 2999)
_NUMBERED_WORDS = word_set("week weekof wk period wave round")
_YEAR = {Grain.WEEK: 52, Grain.MONTH: 12, Grain.QUARTER: 4}

Key = datetime | int


class Periods(Struct, frozen=True, kw_only=True):
    """Whole periods, in order.

    Attributes:
        sql: Of a row's period.
        grain: None for periods that are numbered.
        keys: What ``sql`` gives for each; those without rows are among them.
    """

    column: Column
    sql: str
    grain: Grain | None
    keys: tuple[Key, ...]
    notes: tuple[str, ...] = ()

    def label(self, index: int) -> str:
        """As artifacts write the period."""
        return self.written(self.keys[index])

    def ahead(self, count: int) -> tuple[str, ...]:
        """The periods to come, as artifacts write them."""
        return tuple(map(self.written, self.keys_ahead(count)))

    def keys_ahead(self, count: int) -> tuple[Key, ...]:
        """What ``sql`` will give for them."""
        last = self.keys[-1]
        if isinstance(last, datetime) and self.grain is not None:
            return tuple(advance(last, self.grain, step) for step in range(1, count + 1))
        return tuple(int(str(last)) + step for step in range(1, count + 1))

    def written(self, key: Key) -> str:
        """As artifacts write a period, which need not be among them."""
        return label(key, self.grain) if isinstance(key, datetime) and self.grain is not None else str(key)

    def span(self, indices: range) -> Span | None:
        """From the first to the last of them."""
        if not indices:
            return None
        return Span(first=self.label(indices[0]), last=self.label(indices[-1]), periods=len(indices))

    def key(self, value: object) -> Key:
        """A period as the engine gave it."""
        return as_moment(value) if self.grain is not None else int(str(value))

    def literal(self, key: Key) -> str:
        """The SQL of such a key."""
        return f"TIMESTAMP '{key.isoformat(sep=' ')}'" if isinstance(key, datetime) else str(key)

    def year_before(self, index: int) -> int | None:
        """The same period a year earlier, where a year has a whole number of them."""
        year = _YEAR.get(self.grain) if self.grain is not None else None
        return index - year if year is not None and index >= year else None

    @property
    def spans(self) -> tuple[range, range]:
        """The two spans of equal length that are compared, the earlier one first: the last two years where there are
        so many, else halves, of whole weeks where days are long enough; both empty where there is but one period."""
        count = len(self.keys)
        year = _YEAR.get(self.grain) if self.grain is not None else None
        length = year if year is not None and count >= 2 * year else count // 2
        if self.grain is Grain.DAY and length >= 7:
            length -= length % 7
        return range(count - 2 * length, count - length), range(count - length, count)

    @property
    def are_years(self) -> bool:
        """Whether the spans are two years."""
        before, _ = self.spans
        return self.grain is not None and len(before) == _YEAR.get(self.grain)

    def within(self, first: Key, last: Key) -> Periods:
        """Those from the first to the last."""
        return replace(self, keys=tuple(key for key in self.keys if first <= key <= last))  # type: ignore[operator]


def find_periods(table: Table, profile: Profile, request: BrandRequest, asked: str | None) -> Periods | None:
    """The periods; None where no column says when a row happened.

    Raises:
        InvalidInput: The column asked for is not there, holds no periods, or too many.
    """
    dataset = table.dataset
    name = asked or leading_time_column(dataset, profile) or _numbered_column(dataset, profile)
    if name is None:
        return None
    column = named_column(dataset, name, "time column")
    if column.type is ColumnType.INTEGER and not _are_years(profile, column):
        return _numbered(table, profile, column, request.grain)
    if not column.type.is_temporal and column.type is not ColumnType.INTEGER:
        raise InvalidInput(
            f"The column {column.name} holds {column.type} values, neither times nor numbers of periods.",
            code=Code.UNKNOWN_COLUMN,
            data={"column": column.name},
        )
    return _of_calendar(table, profile, column, request.grain)


def _of_calendar(table: Table, profile: Profile, column: Column, grain: Grain | None) -> Periods | None:
    found = timeline(table, profile.column(column.name), grain)
    if found is None:
        return None
    whole = [index for index in range(len(found.starts)) if found.complete(index)]
    notes = []
    left_out = [found.label(index) for index in range(len(found.starts)) if index not in set(whole)]
    if left_out:
        shown = ", ".join(left_out[:4]) + (" …" if len(left_out) > 4 else "")
        notes.append(f"Periods that the data do not cover whole are in no comparison over time: {shown}.")
    empty = [found.label(index) for index in whole if not found.rows[index]]
    if empty:
        shown = ", ".join(empty[:4]) + (f" and {len(empty) - 4} more" if len(empty) > 4 else "")
        notes.append(f"No brand has rows in {shown}: there is no share then.")
    if found.untimed + found.outside:
        notes.append(
            f"{found.untimed + found.outside:,} rows have no usable {column.name}: they count over all rows only."
        )
    return _bounded(
        Periods(
            column=column,
            sql=found.axis.bucket(found.grain),
            grain=found.grain,
            keys=tuple(found.starts[index] for index in whole),
            notes=tuple(notes),
        )
    )


def _numbered(table: Table, profile: Profile, column: Column, grain: Grain | None) -> Periods | None:
    if grain is not None:
        raise InvalidInput(
            f"{column.name} holds numbers of periods, which cannot be put together by {grain}.",
            remedy="Leave grain out, or name a column of dates.",
        )
    name = identifier(column.name)
    if profile.column(column.name).distinct.value > 100 * MOST_PERIODS:
        raise InvalidInput(
            f"{column.name} has about {profile.column(column.name).distinct.value:,} different values: it does not "
            "number periods.",
            remedy="Name a column of dates or of period numbers.",
        )
    rows = table.query(
        f"SELECT DISTINCT {name} AS period FROM {identifier(table.dataset.name)} WHERE {name} IS NOT NULL ORDER BY 1"
    )
    keys = tuple(int(row["period"]) for row in rows)
    if not keys:
        return None
    note = (
        f"Periods are numbered by {column.name}, each different number a period; numbers without rows are passed over."
    )
    return _bounded(Periods(column=column, sql=name, grain=None, keys=keys, notes=(note,)))


def _bounded(periods: Periods) -> Periods:
    if len(periods.keys) <= MOST_PERIODS:
        return periods
    note = f"Of {len(periods.keys):,} periods the latest {MOST_PERIODS} are compared."
    return replace(periods, keys=periods.keys[-MOST_PERIODS:], notes=(*periods.notes, note))


def _are_years(profile: Profile, column: Column) -> bool:
    described = profile.column(column.name)
    bounds = (described.minimum, described.maximum)
    return all(isinstance(bound, int) and _YEARS[0] <= bound <= _YEARS[1] for bound in bounds)


def _numbered_column(dataset: Dataset, profile: Profile) -> str | None:
    """An integer that counts periods on, by its name: more than the weeks or periods of a year come back each year."""
    for column in dataset.columns:
        named = _NUMBERED_WORDS & set(column.name.split("_"))
        if named and column.type is ColumnType.INTEGER and column.personal is None:
            distinct = profile.column(column.name).distinct.value
            if _FEWEST_NUMBERED <= distinct <= MOST_PERIODS:
                return column.name
    return None
