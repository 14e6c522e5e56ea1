"""A pinned table, as analysis queries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voyant.domain.table import Dataset
from voyant.lake.engine import Engine

if TYPE_CHECKING:
    import pyarrow


@dataclass(frozen=True, slots=True)
class EngineTable:
    """A relation of an engine that stands there under the dataset's name, derived columns included."""

    engine: Engine
    dataset: Dataset

    def query(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
        return self.engine.query(sql, parameters)

    def arrow(self, sql: str) -> pyarrow.Table:
        return self.engine.arrow(sql)
