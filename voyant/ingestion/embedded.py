"""Databases that are files: every table of SQLite and DuckDB."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from voyant.domain.source import table_name
from voyant.errors import Code, InvalidInput, QueryRejected, VoyantError
from voyant.ingestion.protocol import StagedColumn, StagedTable
from voyant.ingestion.staging import Workspace, insert_arrow
from voyant.lake.sql import identifier, literal

_COLUMNS_PER_QUERY = 400  # SQLite gives at most 2,000 values a row, and four are asked for each column
_CELLS_PER_BATCH = 400_000
_QUERY_VIEW = "voyant query"
_INTERRUPTED = "interrupted"  # SQLite's word for a statement that the progress handler stopped
_STEPS_BETWEEN_LOOKS = 100_000  # of SQLite's machine: some milliseconds


def stage_duckdb(path: Path, name: str, workspace: Workspace) -> list[StagedTable]:
    """The tables of a DuckDB file, read where they stand."""
    engine = workspace.engine
    attached = table_name(f"attached {path.stem}")
    taken = {database for (database,) in engine.tuples("SELECT database_name FROM duckdb_databases()")}
    attached = next(f"{attached}_{number}" for number in range(len(taken) + 1) if f"{attached}_{number}" not in taken)
    try:
        engine.execute(f"ATTACH {literal(str(path))} AS {identifier(attached)} (READ_ONLY)")
    except VoyantError as error:
        raise InvalidInput(
            f"The DuckDB file {path.name!r} cannot be opened: {error.message}",
            code=Code.UNREADABLE,
            remedy="Close the program that writes to it, or write it again with a version of DuckDB that is not newer.",
        ) from error
    tables = engine.query(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? AND NOT internal "
        "ORDER BY schema_name, table_name",
        [attached],
    )
    schemas = {table["schema_name"] for table in tables}
    staged = []
    for table in tables:
        schema, original = table["schema_name"], table["table_name"]
        relation = f"{identifier(attached)}.{identifier(schema)}.{identifier(original)}"
        columns = engine.query(f"DESCRIBE {relation}")
        selected = ", ".join(f"{identifier(column['column_name'])} AS c{index}" for index, column in enumerate(columns))
        view = workspace.new_name("raw")
        engine.execute(f"CREATE VIEW {view} AS SELECT row_number() OVER () AS _row, {selected} FROM {relation}")
        staged.append(
            StagedTable(
                name=table_name(original if len(schemas) == 1 else f"{schema}_{original}"),
                relation=f"main.{view}",
                columns=tuple(
                    StagedColumn(name=column["column_name"], engine_type=column["column_type"]) for column in columns
                ),
                rows=engine.tuples(f"SELECT count(*) FROM {relation}")[0][0],
                text=False,
            )
        )
    return staged


def stage_sqlite(
    path: Path, name: str, workspace: Workspace, *, tables: Sequence[str] | None = None, query: str | None = None
) -> list[StagedTable]:
    """The tables of a SQLite file. Each column gets the type that all its values have, or text where they differ.

    Args:
        name: Of the query's table.
        tables: Only these tables or views; all tables where none are given.
        query: A SELECT to take in place of tables.
    """
    with _sqlite(path, workspace) as connection:
        if query is not None:
            # A temporary view stands in memory: the file is open for reading only.
            connection.execute(f"CREATE TEMP VIEW {identifier(_QUERY_VIEW)} AS {query}\n")
            try:
                return [replace(_stage_sqlite_table(connection, _QUERY_VIEW, workspace), name=name)]
            except sqlite3.OperationalError as error:
                if str(error) == _INTERRUPTED:
                    raise
                raise QueryRejected(f"The SQLite file {path.name!r} refuses the query: {error}.") from error
        chosen = tables or [found for found, is_table in _sqlite_relations(connection) if is_table]
        return [_stage_sqlite_table(connection, table, workspace) for table in chosen]


def sqlite_relations(path: Path, workspace: Workspace) -> list[tuple[str, bool]]:
    """The names of the tables and views of a SQLite file, and whether each is a table."""
    with _sqlite(path, workspace) as connection:
        return _sqlite_relations(connection)


def _sqlite_relations(connection: sqlite3.Connection) -> list[tuple[str, bool]]:
    found = connection.execute(
        "SELECT name, type = 'table' FROM sqlite_master "
        "WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
    )
    return [(name, bool(is_table)) for name, is_table in found]


@contextmanager
def _sqlite(path: Path, workspace: Workspace) -> Iterator[sqlite3.Connection]:
    """The file, open for reading only and for as long as a query may take."""
    deadline = time.monotonic() + workspace.limits.query_seconds
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.text_factory = lambda raw: raw.decode("utf-8", "backslashreplace")
            connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_LOOKS)
            yield connection
    except sqlite3.OperationalError as error:
        if str(error) == _INTERRUPTED:
            raise InvalidInput(
                f"Reading the SQLite file {path.name!r} took longer than {workspace.limits.query_seconds:g} seconds.",
                code=Code.TIMEOUT,
                remedy="Ask for less, or raise VOYANT_QUERY_TIMEOUT_SECONDS.",
            ) from error
        is_busy = error.sqlite_errorcode in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
        raise InvalidInput(
            f"The SQLite file {path.name!r} cannot be read: {error}.",
            code=Code.UNREADABLE,
            remedy="Close the program that writes to it, or copy the file." if is_busy else None,
        ) from error
    except sqlite3.Error as error:
        raise InvalidInput(f"The SQLite file {path.name!r} cannot be read: {error}.", code=Code.UNREADABLE) from error


def _stage_sqlite_table(connection: sqlite3.Connection, original: str, workspace: Workspace) -> StagedTable:
    import pyarrow as pa

    cursor = connection.execute(f"SELECT * FROM {identifier(original)} LIMIT 0")
    names = [column[0] for column in cursor.description]
    types = _sqlite_types(connection, original, names)
    table = workspace.new_name("raw")
    declared = ", ".join(f"c{index} {type_}" for index, type_ in enumerate(types))
    workspace.engine.execute(f"CREATE TABLE {table} (_row BIGINT, {declared})")
    arrow_types = {"BIGINT": pa.int64(), "DOUBLE": pa.float64(), "BLOB": pa.binary(), "VARCHAR": pa.string()}
    cursor = connection.execute(f"SELECT * FROM {identifier(original)}")
    size = max(1, _CELLS_PER_BATCH // max(len(names), 1))
    rows = 0
    while batch := cursor.fetchmany(size):
        columns = [
            pa.array(_as_text(column) if type_ == "VARCHAR" else column, arrow_types[type_])
            for column, type_ in zip(zip(*batch, strict=True), types, strict=True)
        ]
        numbers = pa.array(range(rows + 1, rows + len(batch) + 1), pa.int64())
        filled = pa.table([numbers, *columns], names=["_row", *(f"c{index}" for index in range(len(names)))])
        insert_arrow(workspace.engine, table, filled)
        rows += len(batch)
        workspace.progress(0.0)
    return StagedTable(
        name=table_name(original),
        relation=f"main.{table}",
        columns=tuple(StagedColumn(name=column, engine_type=type_) for column, type_ in zip(names, types, strict=True)),
        rows=rows,
        text=False,
    )


def _sqlite_types(connection: sqlite3.Connection, table: str, names: Sequence[str]) -> list[str]:
    types = []
    for start in range(0, len(names), _COLUMNS_PER_QUERY):
        chunk = names[start : start + _COLUMNS_PER_QUERY]
        asked = ", ".join(
            f"max(typeof({identifier(column)}) = '{kind}')"
            for column in chunk
            for kind in ("integer", "real", "text", "blob")
        )
        found = connection.execute(f"SELECT {asked} FROM {identifier(table)}").fetchone()
        types += [_sqlite_type(*found[index : index + 4]) for index in range(0, len(found), 4)]
    return types


def _sqlite_type(integer: int | None, real: int | None, text: int | None, blob: int | None) -> str:
    if blob and not (integer or real or text):
        return "BLOB"
    if text or blob or not (integer or real):
        return "VARCHAR"
    return "DOUBLE" if real else "BIGINT"


def _as_text(values: Sequence[Any]) -> Iterator[str | None]:
    for value in values:
        if value is None or isinstance(value, str):
            yield value
        else:
            yield value.hex() if isinstance(value, bytes) else repr(value)
