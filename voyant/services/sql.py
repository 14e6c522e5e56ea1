"""SQL of callers: one read-only statement over their own tables, within limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from voyant.domain.caller import Caller
from voyant.lake.lake import add_view
from voyant.lake.sql import identifier
from voyant.security.sql_guard import referenced_tables
from voyant.services.wiring import lake
from voyant.settings.configuration import settings


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResult:
    """The first rows of a statement's result.

    Attributes:
        columns: Names, with the engine's types in ``types``.
        truncated: Whether there are more rows than these.
    """

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    truncated: bool


def tables(caller: Caller) -> list[str]:
    """The names of the caller's tables."""
    return lake().tables(caller.tenant)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """A column as statements name it, with the engine's type."""

    name: str
    type: str


def columns(caller: Caller, table: str) -> list[TableColumn]:
    """The columns of one of the caller's tables.

    Raises:
        NotFound: There is no such table.
    """
    found = query(caller, f"SELECT * FROM {identifier(table)}", limit=1)
    return [TableColumn(name=name, type=type_) for name, type_ in zip(found.columns, found.types, strict=True)]


def query(caller: Caller, sql: str, *, limit: int | None = None) -> QueryResult:
    """Runs one SELECT over the caller's tables.

    Args:
        limit: Rows returned at most; never more than ``VOYANT_SQL_ROW_LIMIT``.

    Raises:
        QueryRejected: It is not one read-only SELECT, or the engine refuses it.
        NotFound: It names a table that the caller does not have.
        InvalidInput: It took too long or too much memory.
    """
    configured = settings()
    rows_wanted = min(limit or configured.sql_row_limit, configured.sql_row_limit)
    names = referenced_tables(sql, tables(caller))
    snapshots = [lake().snapshot(caller.tenant, name) for name in names]
    with lake().engine() as engine:
        for snapshot in snapshots:
            add_view(engine, snapshot, snapshot.table)
        engine.lock(file for snapshot in snapshots for file in snapshot.files)
        with engine.time_limit(configured.sql_timeout_seconds):
            columns, types, rows = engine.first_rows(sql, rows_wanted + 1)
    return QueryResult(columns=columns, types=types, rows=tuple(rows[:rows_wanted]), truncated=len(rows) > rows_wanted)
