"""Tables with rows of known numbers."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from tests.analysis.insights.tables import table
from voyant.domain.table import ROW, Column
from voyant.lake.sql import identifier
from voyant.lake.table import EngineTable


def numbered(name: str, columns: list[Column], values: dict[str, Any]) -> EngineTable:
    """A table whose rows are numbered from 1 as they are given."""
    made = table(name, columns, values)
    made.engine.execute(
        f"CREATE VIEW numbered AS SELECT row_number() OVER () AS {identifier(ROW)}, * FROM {identifier(name)}"
    )
    return replace(made, numbered_view="numbered")
