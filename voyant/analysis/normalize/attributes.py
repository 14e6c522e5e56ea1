"""Numbers that belong to something else in the row: parts of its time, and attributes of the thing it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from voyant.analysis.normalize.facts import Facts
from voyant.analysis.normalize.number_roles import is_price
from voyant.analysis.normalize.typed_rows import TypedRows
from voyant.domain.table import Aggregation, Column, ColumnType, Role
from voyant.lake.engine import Engine
from voyant.lake.sql import identifier

COMPARED_ROWS = 20_000
"""Rows from the start that tell what belongs to what."""
MOST_THINGS = 6
MOST_MEASURES = 20
MOST_TIMES = 2
FEWEST_THINGS = 10
FEWEST_ROWS = 100
ROWS_A_THING = 3
DETERMINED = 0.9
"""Of the rows that differ from the most frequent value of all, those that share the usual value of their thing."""
SAME_PART = 0.999
FEW_VALUES = 12

_PARTS = ("year", "quarter", "month", "week", "day", "dayofyear", "isodow", "dayofweek", "hour", "minute")
_LARGEST_PART, _YEARS = 366, (1000, 2999)


def settle(engine: Engine, rows: TypedRows, facts: Sequence[Facts], columns: Sequence[Column]) -> tuple[Column, ...]:
    """The columns, where numbers that were taken for measures turn out to belong to a time or a thing."""
    known = {fact.name: fact for fact in facts}
    settled = {column.name: column for column in columns}
    for measure, part in _parts_of_times(engine, rows, known, columns).items():
        settled[measure] = _as_dimension(settled[measure], 0.9, part)
    measures = [column for column in settled.values() if _is_candidate(column)][:MOST_MEASURES]
    for measure, thing in _attributes(engine, rows, measures, _things(known, columns)).items():
        settled[measure] = _as_attribute(settled[measure], known[measure], thing)
    return tuple(settled[column.name] for column in columns)


def _is_candidate(column: Column) -> bool:
    return column.role is Role.MEASURE and column.personal is None and not is_price(column)


def _things(known: Mapping[str, Facts], columns: Sequence[Column]) -> list[str]:
    """Columns whose values name things that come back, those with the most values first."""
    names = [
        column.name
        for column in columns
        if column.role in {Role.DIMENSION, Role.IDENTIFIER, Role.GEOGRAPHY}
        and column.type in {ColumnType.TEXT, ColumnType.INTEGER}
        and FEWEST_THINGS <= known[column.name].distinct <= known[column.name].present / ROWS_A_THING
    ]
    return sorted(names, key=lambda name: (-known[name].distinct, name))[:MOST_THINGS]


def _parts_of_times(
    engine: Engine, rows: TypedRows, known: Mapping[str, Facts], columns: Sequence[Column]
) -> dict[str, str]:
    times = [column.name for column in columns if column.role is Role.TIME and column.type.is_temporal][:MOST_TIMES]
    measures = [column.name for column in columns if column.role is Role.MEASURE and _may_be_part(known[column.name])]
    pairs = [(measure, time, part) for measure in measures[:MOST_MEASURES] for time in times for part in _PARTS]
    if not pairs:
        return {}
    aggregates = ", ".join(
        f"count({identifier(measure)} = {part}({identifier(time)})), "
        f"count(CASE WHEN {identifier(measure)} = {part}({identifier(time)}) THEN 1 END)"
        for measure, time, part in pairs
    )
    first_rows = rows.select([*measures[:MOST_MEASURES], *times], first=COMPARED_ROWS)
    values = iter(engine.tuples(f"SELECT {aggregates} FROM ({first_rows})")[0])
    found: dict[str, str] = {}
    for measure, time, part in pairs:
        both, same = next(values), next(values)
        if both >= FEWEST_THINGS and same >= SAME_PART * both:
            found.setdefault(measure, f"the {part} of {time} in every row looked at")
    return found


def _may_be_part(facts: Facts) -> bool:
    return facts.is_whole and facts.distinct > 1 and (facts.within(0, _LARGEST_PART) or facts.within(*_YEARS))


def _attributes(engine: Engine, rows: TypedRows, measures: Sequence[Column], things: Sequence[str]) -> dict[str, str]:
    """For each measure that has one value for each of some thing, that thing."""
    names = [column.name for column in measures]
    if not names or not things:
        return {}
    first_rows = engine.new_name("first_rows")
    selected = rows.select(dict.fromkeys([*names, *things]), first=COMPARED_ROWS)
    engine.execute(f"CREATE TEMP TABLE {first_rows} AS {selected}")
    overall = _alike(engine, first_rows, names, "true", besides=0)
    found: dict[str, str] = {}
    for thing in reversed(things):  # of several, the one with the fewest values says most
        of_things = _alike(engine, first_rows, names, identifier(thing), besides=1)
        for name, (pairs, alike), (rows_with_it, most) in zip(names, of_things, overall, strict=True):
            if _is_determined(pairs, alike, rows_with_it, most):
                found.setdefault(name, thing)
    return found


def _alike(engine: Engine, relation: str, names: Sequence[str], thing: str, *, besides: int) -> list[tuple[int, int]]:
    """For each column the rows with a value, and those that share the most frequent value of their thing.

    Args:
        besides: So many rows of each thing are not counted.
    """
    counted = " UNION ALL ".join(
        f"SELECT {place} AS place, coalesce(sum(n - {besides}), 0), coalesce(sum(top - {besides}), 0) FROM ("
        f"SELECT sum(n) AS n, max(n) AS top FROM (SELECT {thing} AS thing, {name} AS value, count(*) AS n "
        f"FROM {relation} WHERE {thing} IS NOT NULL AND {name} IS NOT NULL GROUP BY ALL) GROUP BY thing)"
        for place, name in enumerate(map(identifier, names))
    )
    return [(pairs, alike) for _, pairs, alike in engine.tuples(f"{counted} ORDER BY place")]


def _is_determined(pairs: int, alike: int, rows: int, most: int) -> bool:
    """Whether knowing the thing leaves little to guess (Goodman and Kruskal's lambda, 1954, the first row of each thing
    not counted: it agrees with itself)."""
    if pairs < FEWEST_ROWS or most >= rows:
        return False
    return 1 - alike / pairs <= (1 - DETERMINED) * (1 - most / rows)


def _as_dimension(column: Column, confidence: float, reason: str) -> Column:
    return replace(
        column, role=Role.DIMENSION, role_confidence=confidence, role_reason=reason, aggregation=None, unit=None
    )


def _as_attribute(column: Column, facts: Facts, thing: str) -> Column:
    reason = f"an attribute of {thing}, each value of which has its own: not added up over rows"
    if facts.is_whole and facts.distinct <= FEW_VALUES and column.unit is None:
        return _as_dimension(column, 0.75, reason)
    aggregation = Aggregation.MEAN if column.aggregation is Aggregation.SUM else column.aggregation
    return replace(column, role_confidence=0.45, role_reason=reason, aggregation=aggregation)
