"""Rows that fail: all that break a declared rule, and some examples of each check that the data suggested."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from voyant.analysis.quality.rules import JOINS_OF_A_QUERY, MASK, RULES_OF_A_QUERY, as_scalar
from voyant.domain.profile import Scalar
from voyant.domain.quality import Check, Origin, Quality
from voyant.domain.table import ROW, Column, ColumnType, Table
from voyant.lake.sql import identifier, literal

ROWS_OF_A_CHECK = 20
ROWS_OF_A_SAMPLE = 5
MOST_CHECKS = 50
MOST_COLUMNS = 200
COLUMNS_OF_ALL_CHECKS = 2_000
"""The engine reads the columns anew for each check, all at the same time."""
COLUMNS_OF_A_SAMPLE = 8
LONGEST_SHOWN = 100

ORIGIN = "_origin"
RULES = "_rules"
_PLACE = "_place"
_DUPLICATES = "duplicate_rows"


def failing_rows(table: Table, quality: Quality) -> str:
    """The statement that gives failing rows, as they are kept in ``failing_rows.parquet``.

    ``_row`` is the row's number in the table, from 1; ``_origin`` says who expected otherwise; ``_rules`` lists the ids
    of the checks that the row fails; then come the stored columns, personal data masked.

    Rows of the origin ``declared`` are complete: every row that fails any declared rule, or clause of the contract,
    stands there once, in the order of the table, tolerated failures too. Rows of the origin ``proposed`` are examples:
    at most ``ROWS_OF_A_CHECK`` of each of the first ``MOST_CHECKS`` such checks, one check a row. Wide tables show
    their first ``MOST_COLUMNS`` columns, and fewer of these checks, so that the engine can hold what it reads;
    ``left_out`` tells.
    """
    columns = _stored(table)[:MOST_COLUMNS]
    exemplified = _with_examples(quality)[: _most_exemplified(columns)]
    statements = [
        *_whole(table, _with_rows(quality.checks), columns),
        *(_examples(table, check, columns) for check in exemplified),
    ]
    if not statements:
        empty = f"CAST(NULL AS BIGINT) AS {ROW}, CAST(NULL AS VARCHAR) AS {ORIGIN}, CAST([] AS VARCHAR[]) AS {RULES}"
        return f"SELECT {empty}, {_shown(columns)} FROM {identifier(table.dataset.name)} WHERE false"
    # Joins give rows in an order of their own, which may differ from one run to the next.
    placed = "\nUNION ALL\n".join(
        f"SELECT {place} AS {_PLACE}, * FROM (\n{statement}\n) AS part_{place}"
        for place, statement in enumerate(statements)
    )
    return f"SELECT * EXCLUDE ({_PLACE}) FROM (\n{placed}\n) AS failing ORDER BY {_PLACE}, {ROW}"


def left_out(table: Table, quality: Quality) -> Iterator[str]:
    """Notes on the columns and checks that ``failing_rows`` has no room for."""
    columns, checks = _stored(table), _with_examples(quality)
    shown = columns[:MOST_COLUMNS]
    if len(shown) < len(columns):
        yield f"failing_rows.parquet shows the first {len(shown):,} of the table's {len(columns):,} columns."
    most = _most_exemplified(shown)
    if most < len(checks):
        yield (
            f"Of the {len(checks):,} checks that fail and were not declared, failing_rows.parquet has rows of the first"
            f" {most}, in the order of quality.json; the condition or SQL of the others finds theirs."
        )


def _stored(table: Table) -> list[Column]:
    return [column for column in table.dataset.columns if column.formula is None]


def _with_examples(quality: Quality) -> list[Check]:
    """The failing checks of which single rows can be shown, besides the declared ones."""
    return [
        check
        for check in quality.checks
        if not check.passed
        and check.error is None
        and check.origin is Origin.PROPOSED
        and (check.condition is not None or check.kind == _DUPLICATES)
    ]


def _most_exemplified(columns: Sequence[Column]) -> int:
    return min(MOST_CHECKS, COLUMNS_OF_ALL_CHECKS // max(len(columns), 1))


def with_samples(table: Table, checks: Sequence[Check]) -> list[Check]:
    """The checks, with the first failing rows in those that were declared and fail."""
    failing = [check for check in _with_rows(checks) if not check.passed]
    rows: dict[str, list[int]] = {}
    for group in _groups(failing):
        rows |= _first_rows(table, group)
    shown = _columns_shown(table, failing)
    values = _values(table, sorted({row for each in rows.values() for row in each}), shown)
    return [
        replace(check, sample=tuple(_of_check(check, values[row]) for row in rows[check.id]))
        if check.id in rows
        else check
        for check in checks
    ]


def _with_rows(checks: Sequence[Check]) -> list[Check]:
    """The declared rules and promises that some rows fail which can be told."""
    return [
        check
        for check in checks
        if check.origin is not Origin.PROPOSED and check.error is None and check.failed and check.condition is not None
    ]


def _whole(table: Table, failing: Sequence[Check], columns: Sequence[Column]) -> Iterator[str]:
    if not failing:
        return
    marks = ", ".join(f"({check.condition}) AS {_mark(number)}" for number, check in enumerate(failing))
    broken = ", ".join(
        f"CASE WHEN {_mark(number)} THEN {literal(check.id)} END" for number, check in enumerate(failing)
    )
    yield (
        f"SELECT {ROW}, {literal(Origin.DECLARED)} AS {ORIGIN},"
        f" list_filter([{broken}], lambda rule: rule IS NOT NULL) AS {RULES}, {_shown(columns)}\n"
        f"FROM (SELECT *, {marks} FROM {table.numbered} AS numbered) AS marked\n"
        f"WHERE {' OR '.join(_mark(number) for number in range(len(failing)))}"
    )


def _mark(number: int) -> str:
    return f"_fails_{number}"


def _examples(table: Table, check: Check, columns: Sequence[Column]) -> str:
    names = ", ".join(identifier(column.name) for column in columns)
    numbered = f"{table.numbered} AS numbered"
    condition = _first_of_equals(table) if check.kind == _DUPLICATES else check.condition
    rows = f"SELECT {ROW}, {names} FROM {numbered} WHERE {condition}"
    return (
        f"SELECT {ROW}, {literal(Origin.PROPOSED)} AS {ORIGIN}, [{literal(check.id)}] AS {RULES}, {_shown(columns)}\n"
        f"FROM ({rows} ORDER BY {ROW} LIMIT {ROWS_OF_A_CHECK}) AS kept"
    )


def _first_of_equals(table: Table) -> str:
    """The condition of the first of rows equal in every column, by 64-bit hashes, as the profile counts them."""
    row = f"hash({', '.join(identifier(column.name) for column in _stored(table))})"
    return f"{ROW} IN (SELECT min({ROW}) FROM {table.numbered} AS all_rows GROUP BY {row} HAVING count(*) > 1)"


def _shown(columns: Sequence[Column]) -> str:
    return ", ".join(masked(column) for column in columns)


def masked(column: Column) -> str:
    """SQL of the column's values, hidden where they are personal data."""
    name = identifier(column.name)
    if column.personal is None:
        return name
    if column.type is ColumnType.TEXT:
        return f"CASE WHEN {name} IS NOT NULL THEN {literal(MASK)} END AS {name}"
    return f"CAST(NULL AS {column.engine_type}) AS {name}"


def _groups(checks: Sequence[Check]) -> Iterator[Sequence[Check]]:
    joins = [check for check in checks if "(SELECT " in (check.condition or "")]
    plain = [check for check in checks if "(SELECT " not in (check.condition or "")]
    for of_a_kind, size in ((plain, RULES_OF_A_QUERY), (joins, JOINS_OF_A_QUERY)):
        for start in range(0, len(of_a_kind), size):
            yield of_a_kind[start : start + size]


def _first_rows(table: Table, checks: Sequence[Check]) -> dict[str, list[int]]:
    smallest = ", ".join(
        f"min(CASE WHEN {check.condition} THEN {ROW} END, {ROWS_OF_A_SAMPLE}) AS r{number}"
        for number, check in enumerate(checks)
    )
    [found] = table.query(f"SELECT {smallest} FROM {table.numbered} AS numbered")
    return {check.id: found[f"r{number}"] or [] for number, check in enumerate(checks)}


def _columns_shown(table: Table, checks: Sequence[Check]) -> list[Column]:
    names = {name for check in checks for name in check.columns[:COLUMNS_OF_A_SAMPLE]}
    return [column for column in table.dataset.columns if column.name in names]


def _values(table: Table, rows: Sequence[int], columns: Sequence[Column]) -> dict[int, dict[str, Scalar]]:
    if not rows:
        return {}
    cells = "".join(f", {masked(column)}" for column in columns)
    found = table.query(
        f"SELECT {ROW}{cells} FROM {table.numbered} AS numbered WHERE {ROW} IN ({', '.join(map(str, rows))})"
    )
    return {row[ROW]: {name: _short(as_scalar(value)) for name, value in row.items()} for row in found}


def _short(value: Scalar) -> Scalar:
    return f"{value[:LONGEST_SHOWN]}…" if isinstance(value, str) and len(value) > LONGEST_SHOWN else value


def _of_check(check: Check, row: dict[str, Scalar]) -> dict[str, Scalar]:
    return {ROW: row[ROW]} | {name: row[name] for name in check.columns[:COLUMNS_OF_A_SAMPLE] if name in row}
