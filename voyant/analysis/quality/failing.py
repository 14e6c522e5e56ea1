"""Rows that fail, as examples: a bounded number for each check."""

from __future__ import annotations

from collections.abc import Iterator

from voyant.domain.quality import Check, Quality
from voyant.domain.table import Column, ColumnType, Table
from voyant.lake.sql import identifier, literal

ROWS_OF_A_CHECK = 20
MOST_CHECKS = 50
MOST_COLUMNS = 200
COLUMNS_OF_ALL_CHECKS = 2_000
"""The engine reads the columns anew for each check, all at the same time."""

MASK = "•••"


def failing_rows(table: Table, quality: Quality) -> str:
    """The statement that gives failing rows: ``_check`` with the check's id, then the stored columns of the table.

    At most ``ROWS_OF_A_CHECK`` rows of a check, of the ``MOST_CHECKS`` worst checks, smallest values first so that they
    are the same each time. Wide tables show the first ``MOST_COLUMNS`` columns, and fewer checks, so that the engine
    can hold what it reads. Personal data is masked.
    """
    columns = [column for column in table.dataset.columns if column.formula is None][:MOST_COLUMNS]
    most_checks = min(MOST_CHECKS, COLUMNS_OF_ALL_CHECKS // max(len(columns), 1))
    failed = [check for check in quality.checks if not check.passed and check.error is None]
    statements = [
        statement for check in failed[:most_checks] for statement in _rows_of(check, columns, table.dataset.name)
    ]
    if not statements:
        source = identifier(table.dataset.name)
        return f"SELECT CAST(NULL AS VARCHAR) AS _check, {_shown(columns)} FROM {source} WHERE false"
    return "\nUNION ALL\n".join(statements)


def _rows_of(check: Check, columns: list[Column], table: str) -> Iterator[str]:
    source = identifier(table)
    names = ", ".join(identifier(column.name) for column in columns)
    if check.condition is not None:
        rows = f"SELECT {names} FROM {source} WHERE {check.condition}"
    elif check.kind == "duplicate_rows":
        rows = f"SELECT {names} FROM {source} GROUP BY {names} HAVING count(*) > 1"
    else:
        return
    yield (
        f"SELECT {literal(check.id)} AS _check, {_shown(columns)} FROM "
        f"({rows} ORDER BY {names} LIMIT {ROWS_OF_A_CHECK}) AS kept"
    )


def _shown(columns: list[Column]) -> str:
    return ", ".join(_masked(column) for column in columns)


def _masked(column: Column) -> str:
    name = identifier(column.name)
    if column.personal is None:
        return name
    if column.type is ColumnType.TEXT:
        return f"CASE WHEN {name} IS NOT NULL THEN {literal(MASK)} END AS {name}"
    return f"CAST(NULL AS {column.engine_type}) AS {name}"
