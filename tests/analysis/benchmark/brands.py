"""Tables of brands, and what a benchmark makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
from msgspec.structs import replace

from tests.analysis.profile.tables import column, table_of
from voyant.analysis.benchmark import benchmark, comparisons
from voyant.analysis.conclusions import conclude
from voyant.analysis.profile import profile
from voyant.domain.answer import Answer
from voyant.domain.benchmark import Benchmark, BrandRequest
from voyant.domain.insights import Insights
from voyant.domain.table import Aggregation, Column, Role
from voyant.lake.table import EngineTable
from voyant.lake.views import add_rows

COLUMNS = (
    column("sold_on", "DATE", Role.TIME),
    column("brand", "VARCHAR", Role.DIMENSION),
    column("region", "VARCHAR", Role.DIMENSION),
    replace(column("units", "BIGINT"), aggregation=Aggregation.SUM),
    replace(column("revenue", "DECIMAL(18,2)"), aggregation=Aggregation.SUM),
    replace(column("rating", "DECIMAL(18,2)"), aggregation=Aggregation.MEAN),
    column("currency", "VARCHAR", Role.DIMENSION),
)


@contextmanager
def sales(rows: Sequence[Sequence[Any]], columns: Sequence[Column] = COLUMNS) -> Iterator[EngineTable]:
    """A table of sales; rows give the first columns, the others are empty."""
    filled = [[*row, *[None] * (len(columns) - len(row))] for row in rows]
    with table_of(columns, filled) as table:
        yield table


def answered(table: EngineTable, time_column: str | None = None, **asked: Any) -> Answer[Benchmark]:
    return benchmark(table, profile(table), BrandRequest(**asked), time_column)


def compared(table: EngineTable, time_column: str | None = None, **asked: Any) -> Benchmark:
    return answered(table, time_column, **asked).result


def told(table: EngineTable, answer: Answer[Benchmark], folder: Path) -> Insights:
    """The sentences, over the rows as later steps read them."""
    for name, rows in answer.rows.items():
        assert not isinstance(rows, str)
        pyarrow.parquet.write_table(rows, folder / f"{name}.parquet")
        add_rows(table.engine, folder / f"{name}.parquet", name)
    return conclude(table, comparisons(answer.result, table), answer.result.notes)


def month(place: int) -> date:
    """The middle of a month, counted from January 2021."""
    return date(2021 + place // 12, place % 12 + 1, 15)


def market(months: int = 36, seed: int = 3) -> list[list[Any]]:
    """Three brands by month and region: Alpen loses share to Cirrus and is weak in the West, Borea is rated lower."""
    rng = np.random.default_rng(seed)
    rows: list[list[Any]] = []
    for place in range(months):
        for brand, size, price, rating in (("Alpen", 40, 2.6, 4.2), ("Borea", 30, 2.2, 3.6), ("Cirrus", 20, 3.1, 4.2)):
            drift = {"Alpen": 1 - 0.01 * place, "Cirrus": 1 + 0.03 * place}.get(brand, 1.0)
            for region in ("North", "South", "West"):
                weak = 0.5 if (brand, region) == ("Alpen", "West") else 1.0
                for _ in range(3):
                    units = max(1, round(rng.normal(size * drift * weak, size * 0.08)))
                    paid = Decimal(f"{price * rng.normal(1, 0.02):.2f}")
                    rated = Decimal(f"{min(5.0, max(1.0, rng.normal(rating, 0.3))):.2f}")
                    rows.append([month(place), brand, region, units, units * paid, rated, "EUR"])
    return rows
