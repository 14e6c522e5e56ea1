"""The first of two guards over callers' SQL: the statement itself. The second is the engine, locked by ``lake``."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from voyant.errors import Code, NotFound, QueryRejected

TABLE_FUNCTIONS = frozenset({"unnest", "generate_series", "range"})
"""Table functions that reach no further than their arguments."""

FORBIDDEN_FUNCTIONS = (
    "read_", "parquet_", "sniff_", "glob", "getenv", "current_setting", "duckdb_", "pragma_", "query", "query_table",
    "install", "load", "sqlite_", "postgres_", "mysql_", "iceberg_", "delta_", "http", "which_secret", "copy",
)  # fmt: skip
"""Beginnings of the names of functions that reach files, settings or other catalogues."""


def referenced_tables(sql: str, known: Collection[str]) -> tuple[str, ...]:
    """The known tables that a single read-only SELECT reads.

    Raises:
        QueryRejected: It is not one, or reaches for anything but the known tables.
        NotFound: It names a table that is not known.
    """
    tree = _parse_select(sql)
    _check_functions(tree)
    return _check_tables(tree, known)


def _parse_select(sql: str) -> Any:
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        statements = [tree for tree in sqlglot.parse(sql, read="duckdb") if tree is not None]
    except (SqlglotError, RecursionError) as error:
        raise QueryRejected(f"The statement cannot be parsed: {str(error).splitlines()[0][:300]}") from None
    if len(statements) != 1:
        raise QueryRejected(f"Send one statement; these are {len(statements)}.")
    tree = statements[0]
    if not isinstance(tree, exp.Query):
        raise QueryRejected(f"Only SELECT is allowed; this is {tree.key.upper()}.")
    for node in tree.find_all(exp.Into, exp.DML, exp.DDL, exp.Command, exp.Lock):
        if not isinstance(node, exp.Query):
            raise QueryRejected(f"Only reading is allowed; the statement has {node.key.upper()}.")
    return tree


def _check_functions(tree: Any) -> None:
    from sqlglot import exp

    for node in tree.find_all(exp.Func):
        name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
        if name.startswith(FORBIDDEN_FUNCTIONS):
            raise QueryRejected(f"The function {name!r} is not allowed.")


def _check_tables(tree: Any, known: Collection[str]) -> tuple[str, ...]:
    from sqlglot import exp

    by_name = {name.lower(): name for name in known}
    defined = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    found: list[str] = []
    for node in tree.find_all(exp.Table):
        if isinstance(node.this, exp.Func):
            name = (node.this.name if isinstance(node.this, exp.Anonymous) else node.this.sql_name()).lower()
            if name not in TABLE_FUNCTIONS:
                raise QueryRejected(f"The table function {name!r} is not allowed.")
            continue
        if node.catalog or node.db:
            raise QueryRejected(f"Name tables without catalogue or schema; this is {node.sql()!r}.")
        name = node.name.lower()
        if name in by_name:
            found.append(by_name[name])
        elif name not in defined:
            raise NotFound(f"There is no table {node.name!r}.", code=Code.NO_TABLE, data={"tables": sorted(known)})
    return tuple(dict.fromkeys(found))
