"""Reading a source: finds its files, opens what they are wrapped in, and stages every table in them."""

from __future__ import annotations

from pathlib import Path

from voyant.domain.source import Source
from voyant.errors import Code, InvalidInput, NotFound
from voyant.ingestion.protocol import Limits, Progress, StagedColumn, StagedTable, no_progress
from voyant.lake.engine import Engine
from voyant.lake.sql import literal


def stage(
    source: Source, engine: Engine, scratch: Path, *, limits: Limits | None = None, progress: Progress = no_progress
) -> tuple[StagedTable, ...]:
    """The tables of a source, staged in the engine."""
    path = Path(source.location)
    if not path.exists():
        raise NotFound(f"There is no file {source.location!r}.")
    with path.open("rb") as file:
        magic = file.read(4)
    if magic == b"PAR1":
        return (_stage_parquet(source, path, engine),)
    return (_stage_text(source, path, engine),)


def _stage_parquet(source: Source, path: Path, engine: Engine) -> StagedTable:
    relation = f"read_parquet({literal(str(path))})"
    columns = tuple(
        StagedColumn(name=row["column_name"], engine_type=row["column_type"])
        for row in engine.query(f"DESCRIBE SELECT * FROM {relation}")
    )
    rows = engine.tuples(f"SELECT count(*) FROM {relation}")[0][0]
    return StagedTable(name=source.name, relation=relation, columns=columns, rows=rows, text=False, parquet=path)


def _stage_text(source: Source, path: Path, engine: Engine) -> StagedTable:
    sniffed = engine.query(f"SELECT Delimiter, Columns FROM sniff_csv({literal(str(path))}, all_varchar = true)")[0]
    names = [column["name"] for column in sniffed["Columns"]]
    types = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(len(names)))
    engine.execute(
        f"CREATE TABLE raw_0 AS SELECT * FROM read_csv({literal(str(path))}, auto_detect = false, header = true, "
        f"delim = {literal(sniffed['Delimiter'])}, quote = '\"', escape = '\"', columns = {{{types}}}, "
        "nullstr = '', allow_quoted_nulls = false)"
    )
    rows = engine.tuples("SELECT count(*) FROM raw_0")[0][0]
    if not rows:
        raise InvalidInput(f"{source.location!r} has a header but no rows.", code=Code.NOT_ENOUGH_DATA)
    return StagedTable(
        name=source.name,
        relation="(SELECT rowid + 1 AS _row, * FROM raw_0)",
        columns=tuple(StagedColumn(name=name) for name in names),
        rows=rows,
        text=True,
        notes=(f"delimiter {sniffed['Delimiter']!r}",),
    )
