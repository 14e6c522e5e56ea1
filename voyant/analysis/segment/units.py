"""The rows or entities that are grouped, as a relation: a key, and a column for each feature."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, field

from voyant.analysis.columns import named_column
from voyant.analysis.segment.features import Feature
from voyant.analysis.segment.subjects import Subject
from voyant.analysis.wording import called, readable
from voyant.domain.profile import ColumnProfile, Profile
from voyant.domain.table import ROW, Aggregation, Column, ColumnType, Dataset, Role, Table
from voyant.errors import InvalidInput
from voyant.lake.sql import identifier

MOST_FEATURES = 24
_MOST_CATEGORY_VALUES = 50
_CONSTANT = 0.99
RESERVED = ("segment", "segment_name")


class Units(Struct, frozen=True, kw_only=True):
    """What is grouped.

    Attributes:
        sql: The relation's SELECT: ``key`` and the features.
        key: Its first column: the entity, or the number of a row.
        features: By name.
        left_out: Columns that are no features, each with the reason.
        noun: What units are called, in the plural.
    """

    sql: str
    key: str
    features: dict[str, Feature]
    left_out: tuple[str, ...]
    noun: str


class _Choice(Struct):
    features: list[Feature] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def units_of(table: Table, profile: Profile, subject: Subject, asked: Sequence[str]) -> Units:
    """The units of a table, with the features that were asked for, or all that fit.

    Raises:
        InvalidInput: ``UNKNOWN_COLUMN`` where a column does not exist; where it cannot be a feature.
    """
    dataset = table.dataset
    columns = [named_column(dataset, name) for name in dict.fromkeys(asked)]
    if subject.entity is None:
        return _rows(table, profile, columns)
    return _entities(table, dataset, profile, subject, subject.entity, columns)


def _rows(table: Table, profile: Profile, asked: list[Column]) -> Units:
    choice = _Choice()
    for column in _candidates(asked or table.dataset.columns, profile, bool(asked), choice):
        name = identifier(column.name)
        category = _is_category(column, profile.column(column.name))
        choice.features.append(
            Feature(
                name=_unreserved(column.name, "row"),
                words=_words(column),
                source=f"CAST({name} AS VARCHAR)" if category else _finite(f"CAST({name} AS DOUBLE)"),
                is_category=category,
                unit=column.unit,
            )
        )
    features = _bounded(choice)
    sql = f'SELECT {identifier(ROW)} AS "row"{_listed(features)}\nFROM {table.numbered}'
    return Units(sql=sql, key="row", features=features, left_out=tuple(choice.left_out), noun="rows")


def _entities(
    table: Table, dataset: Dataset, profile: Profile, subject: Subject, entity: Column, asked: list[Column]
) -> Units:
    key = "first_row" if entity.personal else entity.name
    choice = _Choice()
    if not asked:
        choice.features += _activity(subject, key)
    used = {entity.name, *subject.spends, *(column.name for column in (subject.order, subject.when) if column)}
    others = [column for column in dataset.columns if column.name not in used]
    candidates = list(_candidates(asked or others, profile, bool(asked), choice))
    categories = [column for column in candidates if _is_category(column, profile.column(column.name))]
    steady = _steady(table, entity, categories)
    for column in candidates:
        name = identifier(column.name)
        if column not in categories:
            choice.features.append(_of_rows(column, key))
        elif column.name in steady:
            choice.features.append(
                Feature(
                    name=_unreserved(column.name, key),
                    words=_words(column),
                    source=f"CAST(min({name}) AS VARCHAR)",
                    is_category=True,
                )
            )
        else:
            choice.left_out.append(f"{column.name}: differs between the rows of one {readable(entity.name)}")
    features = _bounded(choice)
    by = identifier(entity.name)
    first = f"min({identifier(ROW)})" if entity.personal else by
    source = table.numbered if entity.personal else identifier(dataset.name)
    sql = (
        f"SELECT {first} AS {identifier(key)}{_listed(features)}\nFROM {source}\nWHERE {by} IS NOT NULL\nGROUP BY {by}"
    )
    return Units(sql=sql, key=key, features=features, left_out=tuple(choice.left_out), noun=plural(entity))


def plural(entity: Column) -> str:
    """What entities are called.

    The end of a name that only says that it names: ``customer_id`` are customers.
    """
    words = [word for word in entity.name.split("_") if word not in {"id", "no", "nr", "number", "key", "code", "uuid"}]
    text = " ".join(words) or readable(entity.name)
    return f"{text[:-1]}ies" if text.endswith("y") and text[-2:-1] not in "aeiou" else f"{text.removesuffix('s')}s"


def _activity(subject: Subject, key: str) -> Iterator[Feature]:
    """How much an entity does, when it did so last, and for how long it has."""
    count = f"count(DISTINCT {identifier(subject.order.name)})" if subject.order else "count(*)"
    name = "orders" if subject.order else "records"
    if subject.amount:
        total = f"CAST(sum({subject.amount}) AS DOUBLE)"
        yield Feature(name=_unreserved("amount", key), words="amount", source=_finite(total), is_category=False)
    yield Feature(name=_unreserved(name, key), words=name, source=f"CAST({count} AS DOUBLE)", is_category=False)
    if subject.amount:
        yield Feature(
            name=_unreserved(f"amount_per_{name[:-1]}", key),
            words=f"amount per {name[:-1]}",
            source=_finite(f"CAST(sum({subject.amount}) AS DOUBLE) / nullif({count}, 0)"),
            is_category=False,
        )
    if subject.time:
        moment = subject.moment
        yield Feature(
            name=_unreserved("days_active", key),
            words="days from the first to the last",
            source=f"CAST(date_diff('day', min({moment}), max({moment})) AS DOUBLE)",
            is_category=False,
            unit="days",
        )
        yield Feature(
            name=_unreserved("days_since_last", key),
            words="days since the last",
            source=f"CAST(date_diff('day', max({moment}), {subject.as_of}) AS DOUBLE)",
            is_category=False,
            unit="days",
        )


def _of_rows(column: Column, key: str) -> Feature:
    """A number of an entity: the sum of what adds up, else the mean."""
    value = _finite(f"CAST({identifier(column.name)} AS DOUBLE)")
    adds_up = column.aggregation is Aggregation.SUM
    return Feature(
        name=_unreserved(column.name, key),
        words=f"{'total' if adds_up else 'average'} {_words(column)}",
        source=f"{'sum' if adds_up else 'avg'}({value})",
        is_category=False,
        unit=column.unit,
    )


def _candidates(columns: Iterable[Column], profile: Profile, asked: bool, choice: _Choice) -> Iterator[Column]:
    """The columns that can be features, and why the others cannot."""
    for column in columns:
        reason = _flaw(column, profile.column(column.name), asked)
        if reason is None:
            yield column
        elif asked and reason in {_PERSONAL, _NO_FEATURE}:
            raise InvalidInput(
                f"The column {column.name} cannot make segments: it {reason}.", data={"column": column.name}
            )
        else:
            choice.left_out.append(f"{column.name}: {reason}")


_CALENDAR = {"year", "quarter", "month", "week", "weekday", "day", "hour"}
_PERSONAL = "holds personal data"
_NO_FEATURE = "holds neither numbers nor categories"


def _flaw(column: Column, profile: ColumnProfile, asked: bool) -> str | None:
    if column.personal is not None:
        return _PERSONAL
    if profile.count == 0:
        return "is empty"
    if profile.constant:
        return "always the same"
    if not asked and column.type is ColumnType.INTEGER and _CALENDAR & set(column.name.split("_")):
        return "is a part of the date"
    if column.type.is_numeric:
        if column.role is Role.MEASURE and column.aggregation is not Aggregation.CIRCULAR:
            return None
        if asked:
            return None
    if not _is_category(column, profile):
        if column.type in {ColumnType.BINARY, ColumnType.NESTED} or (asked and column.type.is_temporal):
            return _NO_FEATURE
        return "too many different values" if column.type is ColumnType.TEXT else "is neither measure nor category"
    return "nearly always the same" if profile.near_constant and not asked else None


def _is_category(column: Column, profile: ColumnProfile) -> bool:
    if column.type is ColumnType.BOOLEAN or (column.type.is_numeric and profile.distinct.value == 2):
        return True
    if column.type is ColumnType.TEXT or (column.type.is_numeric and column.role in {Role.DIMENSION, Role.GEOGRAPHY}):
        few = profile.distinct.value <= _MOST_CATEGORY_VALUES
        return few and profile.distinct.value <= profile.count / 4 and column.role is not Role.IDENTIFIER
    return False


def _steady(table: Table, entity: Column, categories: Sequence[Column]) -> set[str]:
    """The categories that hardly an entity has two values of."""
    if not categories:
        return set()
    by, names = identifier(entity.name), [identifier(column.name) for column in categories]
    same = ", ".join(
        f"CASE WHEN min({name}) = max({name}) OR count({name}) = 0 THEN 1 ELSE 0 END AS c{place}"
        for place, name in enumerate(names)
    )
    shares = ", ".join(f"avg(c{place}) AS c{place}" for place in range(len(names)))
    [row] = table.query(
        f"SELECT {shares} FROM (SELECT {same} FROM {identifier(table.dataset.name)} "
        f"WHERE {by} IS NOT NULL GROUP BY {by}) AS entities"
    )
    return {column.name for place, column in enumerate(categories) if (row[f"c{place}"] or 0) >= _CONSTANT}


def _bounded(choice: _Choice) -> dict[str, Feature]:
    beyond = choice.features[MOST_FEATURES:]
    choice.left_out += [f"{feature.name}: {MOST_FEATURES} others come before it" for feature in beyond]
    return {feature.name: feature for feature in choice.features[:MOST_FEATURES]}


def _listed(features: dict[str, Feature]) -> str:
    return "".join(f",\n  {feature.source} AS {identifier(feature.name)}" for feature in features.values())


def _words(column: Column) -> str:
    """What it is called, without the unit that stands beside its values."""
    return called(column).removesuffix(f" {column.unit}") if column.unit else called(column)


def _finite(number: str) -> str:
    return f"CASE WHEN isfinite({number}) THEN {number} END"


def _unreserved(name: str, key: str) -> str:
    return f"{name}_" if name in {*RESERVED, key} else name
