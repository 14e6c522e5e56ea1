"""Files that hold typed columns: Parquet, read where it stands, and Arrow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from voyant.errors import Code, InvalidInput, VoyantError
from voyant.ingestion.protocol import StagedColumn, StagedTable
from voyant.ingestion.staging import Workspace, insert_arrow
from voyant.lake.sql import identifier, literal

_ROWS_PER_PART = 100_000
_BATCHES_PER_PART = 500


def stage_parquet(path: Path, name: str, workspace: Workspace) -> list[StagedTable]:
    """The table of a Parquet file, not copied."""
    relation = f"read_parquet({literal(str(path))}, hive_partitioning = false)"
    try:
        described = workspace.engine.query(f"DESCRIBE SELECT * FROM {relation}")
        rows = workspace.engine.tuples(f"SELECT count(*) FROM {relation}")[0][0]
    except VoyantError as error:
        raise InvalidInput(
            f"{path.name!r} is no whole Parquet file: {error.message}",
            code=Code.UNREADABLE,
            remedy="Copy or write the file again: it was cut off or damaged.",
        ) from error
    columns = tuple(StagedColumn(name=row["column_name"], engine_type=row["column_type"]) for row in described)
    if _is_plain(path):
        return [StagedTable(name=name, relation=relation, columns=columns, rows=rows, text=False, parquet=path)]
    cells = ", ".join(f"{identifier(column.name)} AS c{index}" for index, column in enumerate(columns))
    numbered = f"read_parquet({literal(str(path))}, hive_partitioning = false, file_row_number = true)"
    view = workspace.new_name("raw")
    workspace.engine.execute(f"CREATE VIEW {view} AS SELECT file_row_number + 1 AS _row, {cells} FROM {numbered}")
    return [StagedTable(name=name, relation=f"main.{view}", columns=columns, rows=rows, text=False)]


def _is_plain(path: Path) -> bool:
    """Whether every reader takes the file's types as the engine does, so that it may stand in the lake as it is."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        schema = parquet.read_schema(path)
    except (pa.ArrowException, OSError):
        return False
    strange = (pa.types.is_float16, pa.types.is_decimal256, pa.types.is_duration)
    return not any(test(field.type) for field in schema for test in strange)


def stage_arrow(path: Path, name: str, workspace: Workspace) -> list[StagedTable]:
    """The table of an Arrow IPC file, an IPC stream or a Feather file."""
    import pyarrow as pa

    try:
        schema, batches = _open(path)
        names = [f"c{index}" for index in range(len(schema.names))]
        table = _create(workspace, pa.table([_storable(pa.array([], field.type)) for field in schema], names=names))
        rows = 0
        for part in _parts(batches):
            numbers = pa.array(range(rows + 1, rows + part.num_rows + 1), pa.int64())
            filled = pa.table([numbers, *map(_storable, part.columns)], names=["_row", *names])
            insert_arrow(workspace.engine, table, filled)
            rows += part.num_rows
            workspace.progress(0.0)
    except (pa.ArrowException, OSError, VoyantError) as error:
        raise InvalidInput(f"{path.name!r} is no whole Arrow file: {error}", code=Code.UNREADABLE) from error
    except duckdb.NotImplementedException as error:
        raise InvalidInput(
            f"{path.name!r} has a column of a type that cannot be read: {str(error).splitlines()[0]}",
            code=Code.UNSUPPORTED,
            remedy="Cast the column to a common type, such as a decimal of at most 38 digits.",
        ) from error
    types = [row["column_type"] for row in workspace.engine.query(f"DESCRIBE {table}")][1:]
    columns = tuple(
        StagedColumn(name=column, engine_type=type_) for column, type_ in zip(schema.names, types, strict=True)
    )
    return [StagedTable(name=name, relation=f"main.{table}", columns=columns, rows=rows, text=False)]


def _storable(column: Any) -> Any:
    """The column in a type that the engine takes in, without loss."""
    import pyarrow as pa

    if pa.types.is_float16(column.type):
        return column.cast(pa.float32())
    if pa.types.is_decimal256(column.type):
        return column.cast(pa.string())
    return column


def _open(path: Path) -> tuple[Any, Iterator[Any]]:
    import pyarrow as pa

    source = pa.memory_map(str(path))
    magic = source.read(6)
    source.seek(0)
    if magic.startswith(b"FEA1"):
        from pyarrow import feather

        table = feather.read_table(str(path))
        return table.schema, iter(table.to_batches())
    if magic == b"ARROW1":
        file = pa.ipc.open_file(source)
        return file.schema, (file.get_batch(number) for number in range(file.num_record_batches))
    stream = pa.ipc.open_stream(source)
    return stream.schema, iter(stream)


def _parts(batches: Iterator[Any]) -> Iterator[Any]:
    """The batches put together to tables of some size: a statement for each of many small ones would take long."""
    import pyarrow as pa

    held: list[Any] = []
    for batch in batches:
        held.append(batch)
        if sum(part.num_rows for part in held) >= _ROWS_PER_PART or len(held) >= _BATCHES_PER_PART:
            yield pa.Table.from_batches(held)
            held.clear()
    if held:
        yield pa.Table.from_batches(held)


def _create(workspace: Workspace, empty: Any) -> str:
    table = workspace.new_name("raw")
    workspace.engine.connection.register("arriving", empty)
    try:
        workspace.engine.execute(f"CREATE TABLE {table} AS SELECT 0::BIGINT AS _row, * FROM arriving")
    finally:
        workspace.engine.connection.unregister("arriving")
    return table
