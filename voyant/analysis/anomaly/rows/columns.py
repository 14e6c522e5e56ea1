"""Which columns can make a row odd, and as what they are compared."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from voyant.analysis.columns import named_column
from voyant.domain.profile import ColumnProfile, Profile
from voyant.domain.table import Aggregation, Column, ColumnType, Dataset, Role
from voyant.lake.sql import identifier

MOST_NUMBERS = 100
MOST_CATEGORIES = 20
MOST_VALUES = 10_000
_FEW_VALUES = 50


class Chosen(Struct, frozen=True):
    """The columns that are compared: numbers by distance, categories by frequency.

    Attributes:
        left_out: Sentences on the others.
    """

    numbers: tuple[Column, ...]
    categories: tuple[Column, ...]
    left_out: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in (*self.numbers, *self.categories))


def choose(dataset: Dataset, profile: Profile, asked: Sequence[str]) -> Chosen:
    """The columns of a table that can make a row odd, of those asked for where any are.

    Raises:
        InvalidInput: ``UNKNOWN_COLUMN`` where one that is asked for is not there.
    """
    columns = [named_column(dataset, name) for name in dict.fromkeys(asked)] if asked else dataset.columns
    numbers: list[Column] = []
    categories: list[Column] = []
    reasons: dict[str, list[str]] = {}
    for column in columns:
        reason = _unfit(column, profile.column(column.name), bool(asked))
        if reason is not None:
            reasons.setdefault(reason, []).append(column.name)
        elif is_number(column, profile.column(column.name)):
            numbers.append(column)
        else:
            categories.append(column)
    left_out = [f"{_named(names)}: {reason}." for reason, names in reasons.items()]
    for kind, found, most in (("numbers", numbers, MOST_NUMBERS), ("categories", categories, MOST_CATEGORIES)):
        if len(found) > most:
            left_out.append(
                f"Of {len(found):,} columns of {kind} the first {most} were looked at; name others to see them."
            )
    return Chosen(tuple(numbers[:MOST_NUMBERS]), tuple(categories[:MOST_CATEGORIES]), tuple(left_out))


def is_number(column: Column, described: ColumnProfile) -> bool:
    """Whether distances between its values mean something; whole numbers that name things are categories."""
    if column.type.is_temporal:
        return True
    if not column.type.is_numeric:
        return False
    names = column.type is ColumnType.INTEGER and column.role in {Role.DIMENSION, Role.GEOGRAPHY}
    return not names or described.distinct.value > _FEW_VALUES


def _unfit(column: Column, described: ColumnProfile, is_asked: bool) -> str | None:
    """Why a column takes no part; a phrase."""
    if described.count == 0:
        return "no values"
    if described.constant or described.distinct.value < 2:
        return "one value in all rows"
    if column.type in {ColumnType.NESTED, ColumnType.BINARY}:
        return "nested or binary values are not compared"
    if column.type is ColumnType.TIME or column.aggregation is Aggregation.CIRCULAR:
        return "times of day and directions go round, and are not compared"
    if column.role is Role.IDENTIFIER and not (is_asked and column.type.is_numeric):
        return "identifiers, of which every value is its own"
    if is_number(column, described):
        return None
    if column.role is Role.TEXT or described.distinct.value > min(MOST_VALUES, described.count / 2):
        return "texts that hardly repeat are not compared"
    return None


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:8])
    return f"{shown} and {len(names) - 8:,} more" if len(names) > 8 else shown


def as_number(column: Column) -> str:
    """The SQL of a column as a double; of times the seconds since 1970; missing where it is not finite."""
    name = identifier(column.name)
    if column.type.is_temporal:
        return f"CASE WHEN isfinite({name}) THEN epoch(CAST({name} AS TIMESTAMP)) END"
    value = f"CAST({name} AS DOUBLE)"
    return f"CASE WHEN isfinite({value}) THEN {value} END" if column.type is ColumnType.FLOAT else value
