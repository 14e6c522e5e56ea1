"""Columns that come with types: which stay, and which the lake stores as another type."""

from __future__ import annotations

import re

from msgspec import Struct

from voyant.domain.table import ColumnType


class Mapped(Struct, frozen=True, kw_only=True):
    """How a typed column is stored.

    Attributes:
        sql: Expression over the column.
        note: What changes and what that costs; None where nothing does.
        may_fail: Some values may be beyond the stored type: NULL then, and to be reported.
        raw: SQL of the text that stands for such a value; None where it can be cast to text.
        unit: ``UTC`` for times that came with a zone.
    """

    type: ColumnType
    engine_type: str
    sql: str
    note: str | None = None
    may_fail: bool = False
    raw: str | None = None
    unit: str | None = None


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
# The engine also knows infinite times and years before 1 and after 9999, which few formats and clients can hold.
_FIRST_AND_LAST = {
    "DATE": ("0001-01-01", "9999-12-31"),
    "TIMESTAMP": ("0001-01-01 00:00:00", "9999-12-31 23:59:59.999999"),
    "TIMESTAMP_MS": ("0001-01-01 00:00:00", "9999-12-31 23:59:59.999"),
    "TIMESTAMP_S": ("0001-01-01 00:00:00", "9999-12-31 23:59:59"),
    "TIMESTAMPTZ": ("0001-01-01 00:00:00+00", "9999-12-31 23:59:59.999999+00"),
    "TIME": ("00:00:00", "23:59:59.999999"),
}
_ZONED = {"TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ", "TIMESTAMPTZ_NS", "TIMESTAMP_NS WITH TIME ZONE"}
_AS_TEXT = {"UUID", "BIT", "VARINT", "BIGNUM", "GEOMETRY", "TIME WITH TIME ZONE", "TIMETZ"}


def map_type(engine_type: str, cell: str) -> Mapped:
    """The stored type of a column of any engine type; ``cell`` is the SQL of its values."""
    kind = engine_type.upper()
    if kind in {"DATE", "TIME", "TIMESTAMP"}:
        raw = "'no time of day'" if kind == "TIME" else None
        return Mapped(type=_KEPT[kind], engine_type=kind, sql=_within(cell, kind, cell), may_fail=True, raw=raw)
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
    if kind == "TIMESTAMP_NS":
        return _cast(cell, kind, "TIMESTAMP", ColumnType.TIMESTAMP, note="; digits beyond microseconds are dropped")
    if kind in {"TIMESTAMP_MS", "TIMESTAMP_S"}:
        sql = _within(cell, kind, f"CAST({cell} AS TIMESTAMP)")
        note = f"{kind} stored as TIMESTAMP"
        # Casting one to text goes through microseconds, which cannot count that far: the engine stops for good.
        raw = f"CASE WHEN {cell} > CAST('2000-01-01' AS {kind}) THEN 'after the year 9999' ELSE 'before the year 1' END"
        return Mapped(type=ColumnType.TIMESTAMP, engine_type="TIMESTAMP", sql=sql, note=note, may_fail=True, raw=raw)
    if kind in _ZONED:
        zoned = f"CAST({cell} AS TIMESTAMPTZ)"
        sql = _within(zoned, "TIMESTAMPTZ", f"{zoned} AT TIME ZONE 'UTC'")
        note = f"{kind} stored as TIMESTAMP in UTC"
        return Mapped(type=ColumnType.TIMESTAMP, engine_type="TIMESTAMP", sql=sql, note=note, may_fail=True, unit="UTC")
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


def _within(cell: str, kind: str, value: str) -> str:
    """The value where the cell is a date or time that anyone can hold."""
    first, last = _FIRST_AND_LAST[kind]
    return f"CASE WHEN {cell} BETWEEN CAST('{first}' AS {kind}) AND CAST('{last}' AS {kind}) THEN {value} END"


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
