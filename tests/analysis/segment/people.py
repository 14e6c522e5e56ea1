"""Tables with groups planted in them, and with none; and what becomes of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from msgspec.structs import replace

from tests.analysis.insights import tables
from tests.analysis.insights.tables import Draw, column
from voyant.analysis.conclusions import conclude
from voyant.analysis.profile import profile
from voyant.analysis.segment import comparisons, segments
from voyant.domain.answer import Answer
from voyant.domain.finding import Finding
from voyant.domain.segmentation import Segmentation, SegmentRequest
from voyant.domain.table import ROW, Column, ColumnType
from voyant.lake.sql import identifier
from voyant.lake.table import EngineTable


def table(name: str, columns: list[Column], values: dict[str, Any]) -> EngineTable:
    """A table whose rows have numbers."""
    made = tables.table(name, columns, values)
    made.engine.execute(f"CREATE VIEW numbered AS SELECT rowid + 1 AS {identifier(ROW)}, * FROM stored")
    return replace(made, numbered_view="numbered")


def grouped(given: EngineTable, time_column: str | None = None, **asked: Any) -> Answer[Segmentation]:
    return segments(given, profile(given), SegmentRequest(**asked), time_column)


def rows(given: EngineTable, answer: Answer[Segmentation], name: str = "segment") -> list[dict[str, Any]]:
    """What the file of that name holds."""
    held = answer.rows[name]
    return given.query(held) if isinstance(held, str) else held.to_pylist()


def told(given: EngineTable, answer: Answer[Segmentation]) -> tuple[Finding, ...]:
    """The findings, from the rows of the answer."""
    given.engine.execute("CREATE SCHEMA IF NOT EXISTS job")
    for name, held in answer.rows.items():
        taken = given.arrow(held) if isinstance(held, str) else held
        given.engine.connection.register("handed_over", taken)
        given.engine.execute(f"CREATE OR REPLACE TABLE job.{identifier(name)} AS SELECT * FROM handed_over")
    return conclude(given, comparisons(answer.result, given), answer.result.notes).findings


def numbers(values: Any, name: str = "people") -> EngineTable:
    """A table of measures ``x0``, ``x1`` …, a column of ``values`` each."""
    points = np.asarray(values, dtype=np.float64)
    columns = [
        column(f"x{place}", "mean", engine_type="DOUBLE", type=ColumnType.FLOAT) for place in range(points.shape[1])
    ]
    return table(name, columns, {each.name: points[:, place] for place, each in enumerate(columns)})


def blobs(rng: Draw, rows: int = 240, apart: float = 7.0) -> tuple[Any, Any]:
    """Points around three centres, the second of half the size and the third of a quarter, and whose they are."""
    centres = np.asarray([[0.0, 0.0, 0.0], [apart, 0.0, 0.0], [0.0, apart, apart]])
    whose = rng.choice(3, rows, p=[4 / 7, 2 / 7, 1 / 7])
    return centres[whose] + rng.standard_normal((rows, 3)), whose


PURCHASES: list[Column] = [
    column("customer_id", "id"),
    column("order_id", "id"),
    column("ordered_at", "time"),
    column("country", "dimension"),
    column("amount", "sum"),
]


def purchases(given: list[tuple[str, str, datetime, str, float]]) -> EngineTable:
    """Rows of customer, order, time, country and amount."""
    return table(
        "purchases",
        PURCHASES,
        {each.name: [row[place] for row in given] for place, each in enumerate(PURCHASES)},
    )


def shop(rng: Draw, customers: int = 120) -> EngineTable:
    """Customers of two kinds: one in four buys often and much, the others seldom and little."""
    made: list[tuple[str, str, datetime, str, float]] = []
    for number in range(customers):
        often = number % 4 == 0
        first = float(rng.uniform(0, 300))
        for order in range(int(rng.integers(20, 30)) if often else int(rng.integers(1, 4))):
            day = rng.uniform(0, 360) if often else first + rng.uniform(0, 20)
            at = datetime(2024, 1, 1) + timedelta(days=float(day))
            for _ in range(2):
                amount = round(float(rng.lognormal(5 if often else 2, 0.3)), 2)
                made.append((f"C{number:04}", f"O{number:04}-{order}", at, "NL" if number % 3 else "BE", amount))
    return purchases(made)
