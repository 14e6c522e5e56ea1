"""Tables of a figure over time, and what is forecast of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from msgspec.structs import replace

from tests.analysis.profile.tables import column, table_of
from voyant.analysis.forecast import forecast
from voyant.analysis.profile import profile
from voyant.domain.answer import Answer
from voyant.domain.forecast import Forecast, ForecastRequest
from voyant.domain.table import Aggregation, Column, PersonalData, Role
from voyant.lake.table import EngineTable

COLUMNS = (
    column("day", "DATE", Role.TIME),
    column("shop", "VARCHAR", Role.DIMENSION),
    replace(column("amount", "DOUBLE"), aggregation=Aggregation.SUM),
    replace(column("level", "DOUBLE"), aggregation=Aggregation.MEAN),
    column("promotion", "DOUBLE"),
    column("email", "VARCHAR", Role.IDENTIFIER, PersonalData.EMAIL),
)
DAY, SHOP, AMOUNT, LEVEL, PROMOTION, EMAIL = range(6)


@contextmanager
def figures(rows: Sequence[Sequence[Any]], columns: Sequence[Column] = COLUMNS) -> Iterator[EngineTable]:
    """A table; rows give the first columns, the others are empty."""
    with table_of(columns, [[*row, *[None] * (len(columns) - len(row))] for row in rows]) as table:
        yield table


def predicted(table: EngineTable, time_column: str | None = "day", **request: Any) -> Answer[Forecast]:
    return forecast(table, profile(table), ForecastRequest(**request), time_column, progress=lambda _: None)


def months(number: int, start: int = 2010) -> list[date]:
    return [date(start + place // 12, place % 12 + 1, 1) for place in range(number)]


def yearly_wave(number: int, noise: float = 1.0, seed: int = 1) -> list[float]:
    """A rising course with a season of twelve."""
    places = np.arange(number)
    course = 100 + 0.5 * places + 10 * np.sin(2 * np.pi * places / 12)
    return [float(value) for value in course + noise * np.random.default_rng(seed).normal(size=number)]


def show_rows(table: EngineTable, answer: Answer[Forecast]) -> None:
    """Makes the rows of an answer readable as ``job.<name>``, as a job does."""
    table.engine.execute("CREATE SCHEMA job")
    for name, rows in answer.rows.items():
        assert isinstance(rows, pa.Table)
        table.engine.connection.register("made", rows)
        table.engine.execute(f"CREATE TABLE job.{name} AS SELECT * FROM made")
        table.engine.connection.unregister("made")
