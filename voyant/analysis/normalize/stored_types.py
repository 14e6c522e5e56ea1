"""Columns that come with types: which stay, and which the lake stores as another type."""

from __future__ import annotations

import re
from dataclasses import dataclass

from voyant.domain.table import ColumnType


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """How a typed column is stored.

    Attributes:
        sql: Expression over the column.
        note: What changes and what that costs; None where nothing does.
        may_fail: Some values may be beyond the stored type: NULL then, and to be reported.
    """

    type: ColumnType
    engine_type: str
    sql: str
    note: str | None = None
    may_fail: bool = False


_KEPT = {
    "BOOLEAN": ColumnType.BOOLEAN,
    "INTEGER": ColumnType.INTEGER,
    "BIGINT": ColumnType.INTEGER,
    "FLOAT": ColumnType.FLOAT,
    "DOUBLE": ColumnType.FLOAT,
    "DATE": ColumnType.DATE,
    "TIMESTAMP": ColumnType.TIMESTAMP,
    "TIME": ColumnType.TIME,
    "BLOB": ColumnType.BINARY,
}
_WIDENED = {
    "TINYINT": "INTEGER",
    "SMALLINT": "INTEGER",
    "UTINYINT": "INTEGER",
    "USMALLINT": "INTEGER",
    "UINTEGER": "BIGINT",
    "UBIGINT": "DECIMAL(20,0)",
}
_MOMENTS = {"TIMESTAMP_NS", "TIMESTAMP_MS", "TIMESTAMP_S"}
_ZONED = {"TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ", "TIMESTAMPTZ_NS", "TIMESTAMP_NS WITH TIME ZONE"}
_AS_TEXT = {"UUID", "BIT", "VARINT", "BIGNUM", "GEOMETRY", "TIME WITH TIME ZONE", "TIMETZ"}


def map_type(engine_type: str, cell: str) -> Mapped:
    """The stored type of a column of any engine type; ``cell`` is the SQL of its values."""
    kind = engine_type.upper()
    if kind in _KEPT:
        return Mapped(type=_KEPT[kind], engine_type=kind, sql=cell)
    if match := re.fullmatch(r"DECIMAL\((\d+),\s*(\d+)\)", kind):
        whole = match[2] == "0"
        return Mapped(
            type=ColumnType.INTEGER if whole else ColumnType.DECIMAL, engine_type=kind.replace(" ", ""), sql=cell
        )
    if kind in _WIDENED:
        return _cast(cell, kind, _WIDENED[kind], ColumnType.INTEGER)
    if kind in {"HUGEINT", "UHUGEINT"}:
        return _cast(cell, kind, "DECIMAL(38,0)", ColumnType.INTEGER, may_fail=True)
    if kind in _MOMENTS:
        lost = "; digits beyond microseconds are dropped" if kind == "TIMESTAMP_NS" else ""
        return _cast(cell, kind, "TIMESTAMP", ColumnType.TIMESTAMP, note=lost)
    if kind in _ZONED:
        sql = f"CAST({cell} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
        return Mapped(
            type=ColumnType.TIMESTAMP, engine_type="TIMESTAMP", sql=sql, note=f"{kind} stored as TIMESTAMP in UTC"
        )
    if kind == "INTERVAL":
        sql = f"CAST(epoch({cell}) AS DECIMAL(18,6))"
        note = "INTERVAL stored as seconds; a month counts 30 days"
        return Mapped(type=ColumnType.DECIMAL, engine_type="DECIMAL(18,6)", sql=sql, note=note)
    if kind == "TIME_NS":
        return _cast(cell, kind, "TIME", ColumnType.TIME, note="; digits beyond microseconds are dropped")
    if kind in _AS_TEXT or kind.startswith("ENUM"):
        return _cast(cell, kind.split("(")[0], "VARCHAR", ColumnType.TEXT)
    if kind in {"VARCHAR", "JSON"}:
        return Mapped(type=ColumnType.TEXT, engine_type="VARCHAR", sql=cell)
    note = f"{engine_type.split('(')[0]} values stored as JSON text"
    return Mapped(type=ColumnType.NESTED, engine_type="VARCHAR", sql=f"CAST(to_json({cell}) AS VARCHAR)", note=note)


def _cast(
    cell: str, kind: str, target: str, column_type: ColumnType, *, note: str = "", may_fail: bool = False
) -> Mapped:
    return Mapped(
        type=column_type,
        engine_type=target,
        sql=f"{'try_cast' if may_fail else 'CAST'}({cell} AS {target})",
        note=f"{kind} stored as {target}{note}",
        may_fail=may_fail,
    )
