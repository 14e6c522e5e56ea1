"""Tables of written values, staged and normalized."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pytest

from voyant.analysis.normalize import Normalized, normalize
from voyant.domain.normalization import Change, ChangeKind
from voyant.domain.table import Column
from voyant.ingestion.protocol import StagedColumn, StagedTable
from voyant.lake.engine import Engine


@dataclass(frozen=True)
class Outcome:
    """What normalizing gave: the record, the table's rows and the rejects."""

    normalized: Normalized
    rows: list[dict[str, Any]]
    rejects: list[dict[str, Any]]

    @property
    def columns(self) -> dict[str, Column]:
        return {column.name: column for column in self.normalized.dataset.columns}

    def column(self, name: str) -> Column:
        return self.columns[name]

    def values(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows]

    def changes(self, name: str, kind: ChangeKind) -> list[Change]:
        return [change for change in self.normalized.changes if change.column == name and change.kind is kind]


Read = Callable[[Mapping[str, Sequence[str | None]]], Outcome]


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as engine:
        yield engine


def stage_text(engine: Engine, columns: Mapping[str, Sequence[str | None]]) -> StagedTable:
    """A table of text as ingestion stages it: ``c0``, ``c1`` … and ``_row``."""
    count = len(next(iter(columns.values())))
    arrays = {f"c{i}": pa.array(list(values), pa.string()) for i, values in enumerate(columns.values())}
    arrow = pa.table({"_row": pa.array(range(1, count + 1), pa.int64()), **arrays})
    engine.connection.register("staged", arrow)
    engine.execute("CREATE OR REPLACE TABLE raw AS FROM staged")
    engine.connection.unregister("staged")
    return StagedTable(
        name="cases",
        relation="raw",
        columns=tuple(StagedColumn(name=name) for name in columns),
        rows=count,
        text=True,
    )


def outcome_of(engine: Engine, staged: StagedTable) -> Outcome:
    normalized = normalize(staged, engine)
    return Outcome(normalized, engine.query(normalized.select), engine.query(normalized.rejects))


@pytest.fixture
def read(engine: Engine) -> Read:
    """Normalizes columns of written values."""
    return lambda columns: outcome_of(engine, stage_text(engine, columns))
