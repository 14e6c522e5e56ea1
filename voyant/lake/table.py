"""A pinned table, as analysis queries it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from voyant.domain.table import ROW, Dataset, Found
from voyant.lake.engine import Engine
from voyant.lake.sql import identifier

if TYPE_CHECKING:
    import pyarrow


class EngineTable(Struct, frozen=True):
    """A relation of an engine that stands there under the dataset's name, derived columns included."""

    engine: Engine
    dataset: Dataset
    numbered_view: str | None = None
    """Of rows that the engine reads from files; those that it stores have numbers of its own."""

    @property
    def numbered(self) -> str:
        if self.numbered_view is not None:
            return identifier(self.numbered_view)
        return f"(SELECT rowid + 1 AS {identifier(ROW)}, * FROM {identifier(self.dataset.name)})"

    def time_limit(self, seconds: float) -> AbstractContextManager[None]:
        return self.engine.time_limit(seconds)

    def gather(self, looks: Iterable[Callable[[], Found]]) -> list[Found]:
        return self.engine.gather(looks)

    def query(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
        return self.engine.query(sql, parameters)

    def arrow(self, sql: str) -> pyarrow.Table:
        return self.engine.arrow(sql)
