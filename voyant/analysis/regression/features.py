"""What is learned from: the columns that fit, what each is made into, and why the others are left out."""

from __future__ import annotations

from msgspec import Struct

from voyant.analysis.columns import named_column
from voyant.analysis.normalize.number_roles import ENTITY_WORDS
from voyant.analysis.regression.target import Target
from voyant.analysis.time_columns import leading_time_column
from voyant.domain.profile import ColumnProfile, Profile
from voyant.domain.regression import FeatureKind, LeftOut, RegressionRequest
from voyant.domain.table import Column, ColumnType, Dataset, Role

MOST_FEATURES = 150
MOST_CODES = 31
"""Different whole numbers up to which a column that groups the rows is taken as categories."""
_LEAST_TIMED = 0.95
_FEWEST_ENTITIES = 10
_ROWS_OF_EACH = 10
_MOST_ENTITIES = 0.5
_BIRTH = frozenset(["birth", "birthday", "birthdate", "born", "dob"])


class Source(Struct, frozen=True):
    """A column to learn from, and what it is made into."""

    column: Column
    kind: FeatureKind

    @property
    def name(self) -> str:
        return self.column.name


class Choice(Struct, frozen=True):
    """The columns that take part.

    Attributes:
        time: That says when a row happened; None where no column says it of nearly all rows.
        entity: That says whom or what a row is about, where several rows are about the same.
    """

    sources: tuple[Source, ...]
    left_out: tuple[LeftOut, ...]
    time: Column | None
    entity: Column | None


def choose(
    dataset: Dataset, profile: Profile, request: RegressionRequest, target: Target, time_column: str | None
) -> Choice:
    """Every column with its part, those that were asked for first of all.

    Raises:
        InvalidInput: A column that was named is not there.
    """
    asked = [named_column(dataset, name).name for name in request.features]
    excluded = {named_column(dataset, name).name for name in request.exclude}
    time, entity = _time(dataset, profile, time_column), _entity(dataset, profile, target)
    sources: list[Source] = []
    left_out: list[LeftOut] = []
    for column in dataset.columns:
        if column.name == target.column.name:
            continue
        described = profile.column(column.name)
        if column.name in excluded:
            reason: str | None = "it was asked to be left out"
        elif asked and column.name not in asked:
            reason = "other columns were asked for"
        else:
            may_identify = column.name in asked or (time is not None and _comes_back(described))
            reason = _unfit(column, described, may_identify=may_identify)
        if reason is None and len(sources) == MOST_FEATURES:
            reason = f"the first {MOST_FEATURES} columns that fit were taken"
        if reason is None:
            sources.append(Source(column, _kind(column, described)))
        else:
            left_out.append(LeftOut(column=column.name, reason=reason))
    return Choice(tuple(sources), tuple(left_out), time, entity)


def _unfit(column: Column, described: ColumnProfile, *, may_identify: bool) -> str | None:
    if column.personal is not None:
        return "it holds personal data"
    if described.count == 0:
        return "it has no value"
    if described.constant and not described.nulls:
        return "it has the same value in every row"
    if column.type in {ColumnType.NESTED, ColumnType.BINARY}:
        return f"{column.type} values are not looked into"
    if column.role is Role.IDENTIFIER and not may_identify:
        return "it tells rows apart rather than describing them"
    is_group = column.type is ColumnType.TEXT and column.role is not Role.TEXT
    if is_group and described.distinct.value > 0.9 * described.count:
        return "nearly every row has a value of its own"
    return None


def _comes_back(described: ColumnProfile) -> bool:
    """Whether those whom an identifier names have rows enough to learn something of each: then what was learned of
    one before serves for its later rows."""
    return described.distinct.value * _ROWS_OF_EACH <= described.count


def _kind(column: Column, described: ColumnProfile) -> FeatureKind:
    if column.type is ColumnType.TEXT:
        return FeatureKind.TEXT if column.role is Role.TEXT else FeatureKind.CATEGORY
    if column.type is ColumnType.BOOLEAN or column.role is Role.IDENTIFIER:
        return FeatureKind.CATEGORY
    if column.type.is_temporal:
        return FeatureKind.TIME
    if column.type is ColumnType.TIME:
        return FeatureKind.CLOCK
    if column.role in {Role.MEASURE, Role.TIME} or "years" in column.role_reason:
        return FeatureKind.NUMBER
    if "hhmm" in column.role_reason:
        return FeatureKind.CLOCK
    is_area = column.role is Role.GEOGRAPHY and column.type is ColumnType.INTEGER
    return FeatureKind.CATEGORY if is_area or described.distinct.value <= MOST_CODES else FeatureKind.NUMBER


def _time(dataset: Dataset, profile: Profile, asked: str | None) -> Column | None:
    name = named_column(dataset, asked).name if asked is not None else leading_time_column(dataset, profile)
    if name is None:
        return None
    column, described = dataset.column(name), profile.column(name)
    if not column.type.is_temporal and column.type is not ColumnType.INTEGER:
        return None
    if asked is None and not _BIRTH.isdisjoint(name.split("_")):
        return None
    return column if described.count >= _LEAST_TIMED * described.rows else None


def _entity(dataset: Dataset, profile: Profile, target: Target) -> Column | None:
    """The filled column with most entities, of those that number or name them and repeat."""
    found = [
        (profile.column(column.name).distinct.value, column)
        for column in dataset.columns
        if column.name != target.column.name and _repeats(column, profile.column(column.name))
    ]
    return max(found, key=lambda entry: (entry[0], entry[1].name))[1] if found else None


def _repeats(column: Column, described: ColumnProfile) -> bool:
    names_one = column.role is Role.IDENTIFIER or column.personal is not None
    is_bare = column.role is Role.DIMENSION and column.name in ENTITY_WORDS
    if not (names_one or is_bare) or described.unique or described.count < _LEAST_TIMED * described.rows:
        return False
    return _FEWEST_ENTITIES <= described.distinct.value <= _MOST_ENTITIES * described.count
