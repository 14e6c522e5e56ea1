"""The second guard: what the engine's own parser sees in a statement, whatever any other parser made of it."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import duckdb

from voyant.domain.answer import ROWS_SCHEMA
from voyant.security.sql_functions import TABLE_FUNCTIONS, is_allowed
from voyant.security.sql_guard import PIVOT_REMEDY, of_job, refusal, unknown_table

QUERY_NODES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
DESCRIBING = frozenset({"DESCRIBE", "SUMMARY"})
TREE = "SELECT json_serialize_sql(?, skip_null := true, skip_empty := true, skip_default := true)"


def check_reading(
    connection: duckdb.DuckDBPyConnection, sql: str, tables: Collection[str], rows: Collection[str] = ()
) -> frozenset[str]:
    """The names of the parameters of a single statement that only reads these tables; positions are ``1``, ``2`` …

    Args:
        rows: What may follow ``job.``.

    Raises:
        QueryRejected: It is not one, or calls a function that is not allowed.
        NotFound: It names another table.
    """
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise refusal(f"Send one statement; these are {len(statements)}.", sql)
    kind = str(statements[0].type).rpartition(".")[2]
    if kind == "MULTI":
        raise refusal("PIVOT takes its columns from the data here.", sql, remedy=PIVOT_REMEDY)
    if kind != "SELECT":
        raise refusal(f"Only SELECT is allowed; this is {kind}.", sql)
    [(serialized,)] = connection.execute(TREE, [sql]).fetchall()
    try:
        _Reading(sql, tables, rows).check(json.loads(serialized), frozenset())
    except RecursionError:
        raise refusal("The statement is nested too deeply.", sql, remedy="Split it with WITH.") from None
    return frozenset(statements[0].named_parameters)


class _Reading:
    """A walk through the engine's tree of one statement."""

    def __init__(self, sql: str, tables: Collection[str], rows: Collection[str]) -> None:
        self._sql = sql
        self._tables = {table.lower() for table in tables}
        self._rows = {name.lower() for name in rows}
        self._named = (*tables, *map(of_job, rows))

    def check(self, node: Any, ctes: frozenset[str]) -> None:
        """Refuses what the node or anything below it reaches for; ``ctes`` are those that can be seen from it."""
        if isinstance(node, list):
            for item in node:
                self.check(item, ctes)
        elif isinstance(node, dict):
            self._check_one(node, ctes)
            ctes = self._check_ctes(node.get("cte_map"), ctes)
            for key, value in node.items():
                if key != "cte_map":
                    self.check(value, ctes)

    def _check_ctes(self, cte_map: Any, ctes: frozenset[str]) -> frozenset[str]:
        for entry in (cte_map or {}).get("map", ()):
            name = entry["key"].lower()
            recursive = _is_recursive(entry["value"])
            self.check(entry["value"], ctes | {name} if recursive else ctes)
            ctes |= {name}
        return ctes

    def _check_one(self, node: dict[str, Any], ctes: frozenset[str]) -> None:
        kind = node.get("type")
        if isinstance(kind, str) and kind.endswith("_NODE") and kind not in QUERY_NODES:
            raise refusal(f"Only reading is allowed; the statement has {kind}.", self._sql)
        if "function_name" in node and not is_allowed(node["function_name"]):
            raise self._refused(node)
        if kind == "TABLE_FUNCTION" and node["function"].get("function_name", "").lower() not in TABLE_FUNCTIONS:
            raise self._refused(node["function"])
        if kind == "BASE_TABLE":
            self._check_table(node, ctes)
        if kind == "SHOW_REF" and (node.get("show_type") not in DESCRIBING or "query" not in node):
            raise refusal("Only DESCRIBE and SUMMARIZE of a table are allowed.", self._sql)

    def _check_table(self, node: dict[str, Any], ctes: frozenset[str]) -> None:
        path = node["qualified_name"]["path"]
        if "at_clause" not in node and self._is_of_job(path):
            return
        if len(path) != 1 or "at_clause" in node:
            raise refusal(f"Name tables without catalogue or schema; this is {'.'.join(path)[:100]!r}.", self._sql)
        name = node.get("table_name", "")
        if name.lower() not in ctes | self._tables:
            raise unknown_table(name, self._named, self._sql)

    def _is_of_job(self, path: list[str]) -> bool:
        return len(path) == 2 and path[0].lower() == ROWS_SCHEMA and path[1].lower() in self._rows

    def _refused(self, node: dict[str, Any]) -> Exception:
        at = place(self._sql, node.get("query_location"))
        return refusal(f"The function {node.get('function_name')!r} is not allowed.", self._sql, at=at)


def place(sql: str, offset: int | None) -> tuple[int, int] | None:
    """Line and column, both from 1, of a byte's offset."""
    if offset is None:
        return None
    before = sql.encode()[:offset].decode(errors="ignore")
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _is_recursive(value: Any) -> bool:
    node = value.get("query_node") or {}
    return bool(node.get("type") == "RECURSIVE_CTE_NODE")
