"""Do the values agree with each other?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations

from voyant.analysis.normalize.derived import stage_of
from voyant.analysis.quality.rules import Rule, Subject
from voyant.domain.finding import Severity
from voyant.domain.profile import ColumnProfile
from voyant.domain.quality import Dimension
from voyant.domain.table import Column, ColumnType, Role
from voyant.lake.sql import identifier

MOST_TIME_COLUMNS = 8
MOST_DEPENDENCIES = 20
MOST_SPELLINGS = 5_000

_ORDERED = 0.95  # of two times that nearly always follow each other, the exceptions are slips
_FEWEST_ROWS = 20
_STRONG = 0.9
_MOST_EXCEPTIONS = 0.01
_ROWS_A_VALUE = 5
_LARGEST_MAJORITY = 0.9


def propose(subject: Subject) -> Iterator[Rule]:
    """Spellings of one category, the order of paired times, values that determine others, constant columns."""
    for column in subject.stored:
        if _is_category(subject, column):
            yield _one_spelling(subject, column)
    yield from time_order(subject)
    yield from _dependencies(subject)
    constant = tuple(column.name for column in subject.stored if subject.profiles[column.name].constant)
    if constant:
        yield _constant(constant, len(subject.stored))


def _is_category(subject: Subject, column: Column) -> bool:
    profile = subject.profiles[column.name]
    return (
        column.type is ColumnType.TEXT
        and column.role in {Role.DIMENSION, Role.GEOGRAPHY}
        and column.personal is None
        and 2 <= profile.distinct.value <= MOST_SPELLINGS
    )


def _one_spelling(subject: Subject, column: Column) -> Rule:
    """Rows whose value differs from a more frequent one only in case or white space."""
    name = identifier(column.name)
    folded = f"lower(trim({name}))"
    profile = subject.profiles[column.name]
    return Rule(
        kind="spelling",
        dimension=Dimension.CONSISTENCY,
        columns=(column.name,),
        description=f"Each value of {column.name} is spelled one way",
        reason="values that differ only in case or white space around them split a group in two",
        severity=Severity.WARNING,
        weight=1.0,
        condition=(
            f"{name} IN (SELECT {name} FROM (SELECT {name}, row_number() OVER (PARTITION BY {folded} "
            f"ORDER BY count(*) DESC, {name}) AS place FROM {subject.source} GROUP BY 1) AS spelled WHERE place > 1)"
        ),
        among=f"{name} IS NOT NULL",
        known=(profile.count, 0) if _is_spelled_once(profile) else None,
    )


def _is_spelled_once(profile: ColumnProfile) -> bool:
    """Whether the profile shows every value, no two alike but for case and white space."""
    if not profile.distinct.exact or len(profile.top) != profile.distinct.value:
        return False
    folded = {str(top.value).strip().lower() for top in profile.top}
    return len(folded) == len(profile.top)


def time_order(subject: Subject) -> Iterator[Rule]:
    """Of two times that nearly always follow each other, that they do."""
    columns = [
        column
        for column in subject.stored
        if column.type.is_temporal and column.role is Role.TIME and subject.profiles[column.name].count >= _FEWEST_ROWS
    ][:MOST_TIME_COLUMNS]
    pairs = list(combinations(columns, 2))
    if not pairs:
        return
    measures = ", ".join(
        f"count(CASE WHEN {a} < {b} THEN 1 END) AS less{number}, "
        f"count(CASE WHEN {a} > {b} THEN 1 END) AS more{number}, count({a} < {b}) AS both{number}"
        for number, (a, b) in enumerate((identifier(one.name), identifier(other.name)) for one, other in pairs)
    )
    [row] = subject.table.query(f"SELECT {measures} FROM {subject.source}")
    for number, (one, other) in enumerate(pairs):
        rule = _ordered(one, other, row[f"less{number}"], row[f"more{number}"], row[f"both{number}"])
        if rule is not None:
            yield rule


def _ordered(one: Column, other: Column, less: int, more: int, both: int) -> Rule | None:
    if both < _FEWEST_ROWS or not less + more:
        return None
    first, second, reversed_rows = (one, other, more) if more <= less else (other, one, less)
    reason = f"{first.name} comes first in nearly every row"
    named = _named_order(one, other)
    if named is not None:
        first, second = named
        reversed_rows = more if first is one else less
        reason = f"going by their names, {first.name} begins what {second.name} ends"
    elif reversed_rows > (1 - _ORDERED) * both:
        return None
    a, b = identifier(first.name), identifier(second.name)
    return Rule(
        kind="time_order",
        dimension=Dimension.CONSISTENCY,
        columns=(first.name, second.name),
        description=f"{second.name} is not before {first.name}",
        reason=reason,
        severity=Severity.WARNING,
        weight=1.0,
        condition=f"{b} < {a}",
        among=f"{a} IS NOT NULL AND {b} IS NOT NULL",
        known=(both, reversed_rows),
    )


def _named_order(one: Column, other: Column) -> tuple[Column, Column] | None:
    """Start and end, where the names say so."""
    for start, end in ((one, other), (other, one)):
        if stage_of(start) in {0, 1} and stage_of(end) == 3:
            return start, end
    return None


def _dependencies(subject: Subject) -> Iterator[Rule]:
    """Columns of which one value all but determines that of another, such as a product its category."""
    columns = {column.name: column for column in subject.stored if column.personal is None}
    strong = [
        (found.a, found.b)
        for found in subject.profile.associations
        if found.measure == "cramers_v" and found.strength >= _STRONG and found.a in columns and found.b in columns
    ]
    for pair in sorted(strong)[:MOST_DEPENDENCIES]:
        for determining, determined in permutations(pair):
            if _may_determine(subject.profiles[determining], subject.profiles[determined]):
                yield _dependency(subject, determining, determined)


def _may_determine(determining: ColumnProfile, determined: ColumnProfile) -> bool:
    most_frequent = determined.top[0].count if determined.top else 0
    return (
        determining.distinct.value >= determined.distinct.value > 1
        and determining.count >= _ROWS_A_VALUE * determining.distinct.value
        and most_frequent <= _LARGEST_MAJORITY * determined.count
    )


def _dependency(subject: Subject, determining: str, determined: str) -> Rule:
    a, b = identifier(determining), identifier(determined)
    both = f"{a} IS NOT NULL AND {b} IS NOT NULL"
    return Rule(
        kind="dependency",
        dimension=Dimension.CONSISTENCY,
        columns=(determining, determined),
        description=f"Rows with the same {determining} have the same {determined}",
        reason=f"at least {1 - _MOST_EXCEPTIONS:.0%} of the rows with a {determining} have its usual {determined}",
        severity=Severity.NOTICE,
        weight=1.0,
        condition=(
            f"({a}, {b}) IN (SELECT {a}, {b} FROM (SELECT {a}, {b}, row_number() OVER (PARTITION BY {a} "
            f"ORDER BY count(*) DESC, {b}) AS place FROM {subject.source} WHERE {both} GROUP BY 1, 2) AS usual "
            "WHERE place > 1)"
        ),
        among=both,
        most_failing=_MOST_EXCEPTIONS,
    )


def _constant(names: Sequence[str], columns: int) -> Rule:
    return Rule(
        kind="constant_columns",
        dimension=Dimension.CONSISTENCY,
        columns=tuple(names),
        description="Columns with one value throughout tell rows apart by nothing",
        reason="for information: it costs nothing in the score",
        severity=Severity.INFO,
        weight=0.0,
        tolerance=1.0,
        unit="columns",
        known=(columns, len(names)),
    )
