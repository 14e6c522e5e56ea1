"""Snapshots as views of an engine, which reads their files in place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from voyant.domain.answer import ROWS_SCHEMA
from voyant.domain.table import ROW
from voyant.lake.sql import identifier, literal

if TYPE_CHECKING:
    from voyant.lake.engine import Engine
    from voyant.lake.snapshot import Snapshot

SCHEMA_STATEMENT = f"CREATE SCHEMA IF NOT EXISTS {identifier(ROWS_SCHEMA)}"
"""Comes before the statements that make a job's rows readable."""


def add_view(engine: Engine, snapshot: Snapshot, name: str) -> None:
    """Makes the snapshot's rows readable in that engine under that name."""
    engine.execute(view_statement(snapshot, name))


def add_rows(engine: Engine, file: Path, name: str) -> None:
    """Makes the rows of a Parquet file that a job has made readable in that engine, as ``job.<name>``."""
    engine.execute(SCHEMA_STATEMENT)
    engine.execute(file_view_statement(file, name, ROWS_SCHEMA))


def add_table(engine: Engine, file: Path, name: str, numbered: str) -> None:
    """Makes the rows of a Parquet file that a job has made readable as a table, and with each row's number besides."""
    engine.execute(file_view_statement(file, name))
    engine.execute(
        f"CREATE OR REPLACE VIEW {identifier(numbered)} AS "
        f"SELECT file_row_number + 1 AS {identifier(ROW)}, * EXCLUDE (file_row_number) "
        f"FROM read_parquet({literal(str(file))}, file_row_number = true)"
    )


def view_statement(snapshot: Snapshot, name: str) -> str:
    """The statement that makes the snapshot's rows readable under that name."""
    return f"CREATE VIEW {identifier(name)} AS SELECT *{_derived(snapshot)} FROM read_parquet([{_files(snapshot)}])"


def file_view_statement(file: Path, name: str, schema: str | None = None) -> str:
    """The statement that makes the rows of a Parquet file readable under that name, in that schema."""
    named = identifier(name) if schema is None else f"{identifier(schema)}.{identifier(name)}"
    return f"CREATE OR REPLACE VIEW {named} AS SELECT * FROM read_parquet({literal(str(file))})"


def add_numbered_view(engine: Engine, snapshot: Snapshot, name: str) -> None:
    """Makes them readable with each row's number besides, from 1 in the order of the files."""
    if len(snapshot.files) > 1:
        numbered = f"SELECT row_number() OVER () AS {identifier(ROW)}, * FROM read_parquet([{_files(snapshot)}])"
    else:
        numbered = (
            f"SELECT file_row_number + 1 AS {identifier(ROW)}, * EXCLUDE (file_row_number) "
            f"FROM read_parquet([{_files(snapshot)}], file_row_number = true)"
        )
    engine.execute(f"CREATE VIEW {identifier(name)} AS SELECT *{_derived(snapshot)} FROM ({numbered})")


def _files(snapshot: Snapshot) -> str:
    return ", ".join(literal(str(file)) for file in snapshot.files)


def _derived(snapshot: Snapshot) -> str:
    return "".join(
        f", {column.formula} AS {identifier(column.name)}" for column in snapshot.columns if column.formula is not None
    )
