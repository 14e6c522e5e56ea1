"""What a declared rule is bound to: the table with what is known of it, and the parts that kinds of rules share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from voyant.analysis.expressions import UnknownColumn
from voyant.analysis.quality.declared.expectations import Expectations
from voyant.analysis.quality.rules import Rule
from voyant.domain.profile import ColumnProfile, Profile
from voyant.domain.table import Column, ColumnType, Dataset, Table
from voyant.lake.sql import identifier, literal

_LONGEST_LISTED = 100
"""Characters up to which the profile shows values whole."""


class Situation(Struct, frozen=True, kw_only=True, dict=True):
    """The table, what its profile and its normalization tell, and the rest that rules are judged by.

    Attributes:
        rejected: Cells of a column that could not be read as its type, and are missing in the table.
    """

    table: Table
    profile: Profile
    expectations: Expectations
    rejected: dict[str, int]

    @property
    def source(self) -> str:
        return identifier(self.table.dataset.name)

    def columns(self, names: Sequence[str]) -> tuple[Column, ...]:
        """The columns of these names, whichever case or original name was used.

        Raises:
            UnknownColumn: There is none of that name.
        """
        return columns_of(self.table.dataset, names, self._known)

    def profiled(self, column: Column) -> ColumnProfile | None:
        """What is known of the column; None of one that is computed when read."""
        return self._profiles.get(column.name)

    @cached_property
    def _known(self) -> Mapping[str, Column]:
        return known_names(self.table.dataset)

    @cached_property
    def _profiles(self) -> Mapping[str, ColumnProfile]:
        return {known.name: known for known in self.profile.columns}

    def rows_with(self, columns: Sequence[Column]) -> int | None:
        """How many rows miss none of the columns, where the profile tells."""
        profiles = [self.profiled(column) for column in columns]
        missing = [profile for profile in profiles if profile is None or profile.nulls]
        if not missing:
            return self.profile.rows
        return missing[0].count if len(profiles) == 1 and missing[0] is not None else None


def known_names(dataset: Dataset) -> Mapping[str, Column]:
    """The columns by every name that they may be called by, in lower case."""
    originals = {column.original_name.lower(): column for column in reversed(dataset.columns)}
    return originals | {column.name.lower(): column for column in dataset.columns}


def columns_of(dataset: Dataset, names: Sequence[str], known: Mapping[str, Column] | None = None) -> tuple[Column, ...]:
    """The columns of these names, whichever case or original name was used.

    Args:
        known: ``known_names`` of the dataset, for whoever asks more than once.

    Raises:
        UnknownColumn: There is none of that name.
    """
    known = known_names(dataset) if known is None else known
    for name in names:
        if name.lower() not in known:
            raise UnknownColumn(name, dataset)
    return tuple(known[name.lower()] for name in names)


def both(one: str | None, other: str | None) -> str | None:
    """SQL: the one condition and the other, where there are two."""
    return f"({one}) AND ({other})" if one and other else one or other


def present(columns: Sequence[Column]) -> str:
    """SQL: none of the columns is missing."""
    return " AND ".join(f"{identifier(column.name)} IS NOT NULL" for column in columns)


def on_values(base: Rule, column: Column, condition: str, situation: Situation, *, is_clean: bool = False) -> Rule:
    """The rule on each value that is there.

    Args:
        condition: Of a value that fails; without a value itself where that is missing.
        is_clean: The profile has seen that no value fails.
    """
    known = None
    profile = situation.profiled(column)
    if base.among is None and profile is not None:
        known = (profile.count, 0) if is_clean else _counted_on_listed(column, profile, condition, situation)
    return replace(on_present(base, [column], condition, situation), known=known)


def on_present(base: Rule, columns: Sequence[Column], condition: str, situation: Situation) -> Rule:
    """The rule on the rows that miss none of the columns.

    Args:
        condition: Of a row that fails; without a value itself where one of theirs is missing.
    """
    return replace(
        base,
        condition=condition,
        among=both(base.among, present(columns)),
        looked_at=situation.rows_with(columns) if base.among is None else None,
        follows=base.among is None,
    )


def _counted_on_listed(
    column: Column, profile: ColumnProfile, condition: str, situation: Situation
) -> tuple[int, int] | None:
    """The counts where the profile lists every value with its rows: a few values are looked at in place of all rows."""
    values = [listed.value for listed in profile.top]
    if (
        column.type is not ColumnType.TEXT
        or not values
        or not profile.distinct.exact
        or len(values) != profile.distinct.value
        or any(not isinstance(value, str) or len(value) > _LONGEST_LISTED for value in values)
    ):
        return None
    rows = ", ".join(f"({literal(str(listed.value))}, {listed.count})" for listed in profile.top)
    [counts] = situation.table.query(
        f"SELECT sum(n) AS checked, coalesce(sum(CASE WHEN {condition} THEN n END), 0) AS failed "
        f"FROM (VALUES {rows}) AS listed({identifier(column.name)}, n)"
    )
    return int(counts["checked"]), int(counts["failed"])
