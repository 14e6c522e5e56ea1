"""Tables made of Python values, to profile and to check by brute force."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from voyant.domain.table import Column, ColumnType, Dataset, PersonalData, Role
from voyant.lake.engine import Engine
from voyant.lake.sql import identifier
from voyant.lake.table import EngineTable

NAME = "trial"
_TYPES = {
    "BOOLEAN": ColumnType.BOOLEAN,
    "BIGINT": ColumnType.INTEGER,
    "INTEGER": ColumnType.INTEGER,
    "HUGEINT": ColumnType.INTEGER,
    "FLOAT": ColumnType.FLOAT,
    "DOUBLE": ColumnType.FLOAT,
    "DATE": ColumnType.DATE,
    "TIMESTAMP": ColumnType.TIMESTAMP,
    "TIMESTAMP WITH TIME ZONE": ColumnType.TIMESTAMP,
    "TIME": ColumnType.TIME,
    "VARCHAR": ColumnType.TEXT,
    "BLOB": ColumnType.BINARY,
}


def column(name: str, engine_type: str, role: Role = Role.MEASURE, personal: PersonalData | None = None) -> Column:
    """A column as normalization would describe it."""
    kind = ColumnType.DECIMAL if engine_type.startswith("DECIMAL") else _TYPES[engine_type]
    return Column(
        name=name,
        original_name=name,
        type=kind,
        engine_type=engine_type,
        role=role,
        role_confidence=1.0,
        role_reason="said by the test",
        personal=personal,
    )


@contextmanager
def table_of(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> Iterator[EngineTable]:
    """A table with these rows."""
    with Engine() as engine:
        fields = ", ".join(f"{identifier(each.name)} {each.engine_type}" for each in columns)
        engine.execute(f"CREATE TABLE {NAME} ({fields})")
        if rows:
            places = ", ".join("?" for _ in columns)
            engine.connection.executemany(f"INSERT INTO {NAME} VALUES ({places})", [list(row) for row in rows])
        yield EngineTable(engine, Dataset(name=NAME, rows=len(rows), columns=tuple(columns)))


@contextmanager
def table_from(columns: Sequence[Column], select: str, threads: int | None = None) -> Iterator[EngineTable]:
    """A table with the rows of a SELECT, which gives the columns in order."""
    with Engine(threads=threads) as engine:
        names = ", ".join(identifier(each.name) for each in columns)
        engine.execute(f"CREATE TABLE {NAME} AS SELECT * FROM ({select}) AS made({names})")
        [row] = engine.query(f"SELECT count(*) AS n FROM {NAME}")
        yield EngineTable(engine, Dataset(name=NAME, rows=row["n"], columns=tuple(columns)))
