"""What of each column is compared: its numbers, values, rhythm, terms or lengths, or why nothing is."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from voyant.analysis.drift.outlines import ColumnOutline, Outline
from voyant.domain.table import Column, ColumnType, Dataset, Role
from voyant.lake.sql import identifier

FEWEST_VALUES = 5
"""On either side; fewer show no distribution."""
_NEARLY_UNIQUE = 0.5
_FAMILIES = (
    {ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT},
    {ColumnType.DATE, ColumnType.TIMESTAMP},
    {ColumnType.TEXT},
    {ColumnType.BOOLEAN},
    {ColumnType.TIME},
)
LONGEST = 10_000
"""Characters; longer texts count as of this length."""


class Subject(StrEnum):
    """What is compared of a column."""

    NUMBERS = "numbers"
    VALUES = "values"
    RHYTHM = "rhythm"
    TERMS = "terms"
    LENGTHS = "lengths"


class Pair(Struct, frozen=True):
    """A column on both sides.

    Attributes:
        subject: None where nothing can be compared; ``reason`` says why, or why it is this.
    """

    before: Column
    after: Column
    earlier: ColumnOutline
    later: ColumnOutline
    subject: Subject | None
    reason: str | None = None

    @property
    def name(self) -> str:
        return self.before.name

    @property
    def role(self) -> Role:
        return _role(self.before, self.after)

    @property
    def is_personal(self) -> bool:
        """Whether no value may be shown."""
        return self.before.personal is not None or self.after.personal is not None

    @property
    def sides(self) -> tuple[ColumnOutline, ColumnOutline]:
        return self.earlier, self.later

    @property
    def most_distinct(self) -> float:
        """The most distinct values that either side is likely to have."""
        return max(side.distinct.value * (1 + 3 * side.distinct.error) for side in self.sides)


def shared(before: Dataset, after: Dataset) -> list[tuple[Column, Column]]:
    """The stored columns that both sides have, in the order of the reference."""
    known = {column.name: column for column in after.columns if column.formula is None}
    return [
        (column, known[column.name]) for column in before.columns if column.formula is None and column.name in known
    ]


def pairs(columns: Sequence[tuple[Column, Column]], earlier: Outline, later: Outline) -> list[Pair]:
    """Each of the columns with what is known of it, and what of it is compared."""
    return [_pair(before, after, earlier.columns[before.name], later.columns[after.name]) for before, after in columns]


def _pair(before: Column, after: Column, earlier: ColumnOutline, later: ColumnOutline) -> Pair:
    subject, reason = _subject(before, after, earlier, later)
    return Pair(before, after, earlier, later, subject, reason)


def _subject(
    before: Column, after: Column, earlier: ColumnOutline, later: ColumnOutline
) -> tuple[Subject | None, str | None]:
    for side, when in ((earlier, "before"), (later, "after")):
        if side.count < FEWEST_VALUES:
            return None, f"Too few values {when} to show a distribution: {side.count}, of at least {FEWEST_VALUES}."
    family = next((types for types in _FAMILIES if before.type in types), None)
    if family is None or after.type not in family:
        differ = before.type is not after.type
        reason = f"{before.type} before, {after.type} after" if differ else f"{before.type} values"
        return None, f"Not comparable: {reason}."
    unique = min(side.distinct.value / side.count for side in (earlier, later)) > _NEARLY_UNIQUE
    if before.type is ColumnType.TEXT:
        return _subject_of_text(before, after, unique=unique)
    if before.type.is_temporal:
        return Subject.RHYTHM, None
    role = _role(before, after)
    if before.personal is not None or after.personal is not None:
        return (None, "Not compared: personal data that hardly repeat.") if unique else (Subject.VALUES, None)
    if role is Role.IDENTIFIER and unique:
        return None, "Not compared: it numbers the rows, so that its values are new by nature."
    both_whole = before.type is after.type is ColumnType.INTEGER
    if before.type is ColumnType.BOOLEAN or (both_whole and role in {Role.DIMENSION, Role.IDENTIFIER}):
        return Subject.VALUES, None
    return Subject.NUMBERS, None


def _subject_of_text(before: Column, after: Column, *, unique: bool) -> tuple[Subject, str | None]:
    personal = before.personal is not None or after.personal is not None
    if _role(before, after) is Role.TEXT and not personal:
        return Subject.TERMS, None
    if unique:
        return Subject.LENGTHS, "Its values hardly repeat, so their lengths are compared."
    return Subject.VALUES, None


def _role(before: Column, after: Column) -> Role:
    """That of the reference, unless it says nothing."""
    return after.role if before.role in {Role.CONSTANT, Role.EMPTY} else before.role


def number_sql(column: Column, subject: Subject) -> str:
    """SQL of a value as a double, NULL where it has none that is finite."""
    name = identifier(column.name)
    if subject is Subject.LENGTHS:
        # Not least(length, …), which skips the NULLs and gives the other.
        return f"CASE WHEN length({name}) > {LONGEST} THEN {LONGEST}.0 ELSE CAST(length({name}) AS DOUBLE) END"
    if column.type is ColumnType.TIME:
        return f"CAST(epoch_us(CAST({name} AS TIME)) AS DOUBLE) / 1e6"
    number = f"CAST({name} AS DOUBLE)"
    # Adding zero makes -0 a 0: both are one value, which groups would tell apart.
    return f"CASE WHEN isfinite({number}) THEN {number} + 0 END" if column.type is ColumnType.FLOAT else number


def value_sql(column: Column) -> str:
    """SQL of a value's hash, NULL where there is no value; equal texts have equal hashes in every table."""
    name = identifier(column.name)
    return f"CASE WHEN {name} IS NOT NULL THEN hash({text_sql(column)}) END"


def text_sql(column: Column) -> str:
    """SQL of a value as text."""
    return f"CAST({identifier(column.name)} AS VARCHAR)"


def clock_sql(column: Column, part: str) -> str:
    """SQL of a part of a time, such as ``isodow``."""
    name = identifier(column.name)
    return f"CASE WHEN isfinite({name}) THEN CAST(date_part('{part}', {name}) AS DOUBLE) END"
