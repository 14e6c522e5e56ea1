"""Staging from a database, as a job does, and what came of it."""

from __future__ import annotations

from typing import Any

from voyant.domain.source import Source, SourceKind
from voyant.ingestion.databases import stage_database
from voyant.ingestion.protocol import Limits, StagedTable
from voyant.lake.engine import Engine


def stage(
    url: str, engine: Engine, *, table: str | None = None, query: str | None = None, limits: Limits | None = None
) -> tuple[StagedTable, ...]:
    source = Source(kind=SourceKind.DATABASE, location=url, table=table, query=query)
    return stage_database(source, engine, limits=limits)


def only(tables: tuple[StagedTable, ...]) -> StagedTable:
    assert len(tables) == 1
    return tables[0]


def cells(staged: StagedTable, engine: Engine, name: str) -> list[Any]:
    """A column's values in the order of the source."""
    index = [column.name for column in staged.columns].index(name)
    return [row[0] for row in engine.tuples(f"SELECT c{index} FROM {staged.relation} ORDER BY _row")]


def types(staged: StagedTable) -> dict[str, str]:
    return {column.name: column.engine_type for column in staged.columns}


def rejects(staged: StagedTable, engine: Engine) -> list[tuple[int, str, str]]:
    if staged.rejects is None:
        return []
    return engine.tuples(f'SELECT "row", "column", raw FROM {staged.rejects} ORDER BY ALL')
