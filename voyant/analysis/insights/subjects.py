"""Which columns are worth looking at, and in which part."""

from __future__ import annotations

from msgspec import Struct

from voyant.domain.profile import ColumnProfile, Profile
from voyant.domain.table import Aggregation, Column, ColumnType, Dataset, Role

MOST_GROUPINGS = 12
MOST_MEASURES = 10
MOST_ACTORS = 3
MOST_TEXTS = 2
_MOST_GROUPS = 120


class Subjects(Struct, frozen=True):
    """The columns that detectors look at, by what they ask of them.

    Attributes:
        groupings: With few values: they split the rows.
        measures: Numbers of each row, derived durations included.
        actors: With many values that come back: users, customers, products.
        texts: Free text.
        skipped: Why the others are not looked at, one sentence each.
    """

    groupings: tuple[Column, ...]
    measures: tuple[Column, ...]
    actors: tuple[Column, ...]
    texts: tuple[Column, ...]
    skipped: tuple[str, ...]


def choose(dataset: Dataset, profile: Profile) -> Subjects:
    """The subjects of a table, best first; beyond the bounds it says what it left out."""
    described = {column.name: column for column in profile.columns}
    usable = [column for column in dataset.columns if _varies(described.get(column.name))]
    groupings = [column for column in usable if _splits(column, described[column.name])]
    measures = [
        column
        for column in usable
        if column.role is Role.MEASURE
        and column.type.is_numeric
        and column.personal is None
        and described[column.name].count >= 10
    ]
    texts = [
        column
        for column in usable
        if column.role is Role.TEXT and column.personal is None and column.type is ColumnType.TEXT
    ]
    # Sorting is stable: ties stay in table order.
    kept_groupings = sorted(groupings, key=lambda column: _grouping_order(described[column.name]))
    kept_measures = sorted(measures, key=lambda column: -round(column.role_confidence, 1))
    taken = {column.name for column in groupings}
    actors = [column for column in usable if column.name not in taken and _acts(column, described[column.name])]
    skipped = []
    if len(groupings) > MOST_GROUPINGS:
        skipped.append(
            f"Of {len(groupings)} columns that split the rows, the {MOST_GROUPINGS} best filled were looked at."
        )
    if len(measures) > MOST_MEASURES:
        skipped.append(f"Of {len(measures)} measures, the first {MOST_MEASURES} were looked at.")
    return Subjects(
        groupings=tuple(kept_groupings[:MOST_GROUPINGS]),
        measures=tuple(kept_measures[:MOST_MEASURES]),
        actors=tuple(actors[:MOST_ACTORS]),
        texts=tuple(texts[:MOST_TEXTS]),
        skipped=tuple(skipped),
    )


def _varies(profile: ColumnProfile | None) -> bool:
    return profile is not None and profile.count > 0 and not profile.constant and profile.distinct.value > 1


def _splits(column: Column, profile: ColumnProfile) -> bool:
    if column.personal is not None or column.type in {ColumnType.NESTED, ColumnType.BINARY}:
        return False
    if column.type is ColumnType.BOOLEAN:
        return True
    if column.role not in {Role.DIMENSION, Role.GEOGRAPHY}:
        return False
    distinct = profile.distinct.value
    return 2 <= distinct <= _MOST_GROUPS and distinct <= profile.count / 4 and not profile.near_constant


def _acts(column: Column, profile: ColumnProfile) -> bool:
    if column.role not in {Role.DIMENSION, Role.IDENTIFIER, Role.GEOGRAPHY} or profile.unique:
        return False
    if column.aggregation is Aggregation.CIRCULAR:
        return False
    return 10 <= profile.distinct.value <= profile.count * 0.7


def _grouping_order(profile: ColumnProfile) -> tuple[float, float]:
    """Well filled ones first, then those whose groups are neither two nor dozens."""
    missing = profile.nulls / max(1, profile.rows)
    crowd = abs(min(profile.distinct.value, _MOST_GROUPS) - 6) / _MOST_GROUPS
    return (round(missing, 1), round(crowd, 1))
