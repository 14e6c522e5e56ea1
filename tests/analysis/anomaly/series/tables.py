"""Tables of series, stored as the lake stores them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from tests.analysis.insights.tables import column
from voyant.analysis.anomaly.series import odd_stretches
from voyant.analysis.profile import profile
from voyant.domain.anomaly import AnomalyRequest
from voyant.domain.answer import Answer
from voyant.domain.series_anomaly import SeriesAnomalies
from voyant.domain.table import Column, ColumnType, Dataset
from voyant.lake.engine import Engine
from voyant.lake.sql import identifier
from voyant.lake.table import EngineTable

START = datetime(2024, 1, 1)


def hours(count: int, step: float = 1.0) -> list[datetime]:
    return [START + timedelta(hours=step * place) for place in range(count)]


def level(name: str = "load") -> Column:
    """A measure that is averaged, stored as doubles."""
    return column(name, "mean", engine_type="DOUBLE", type=ColumnType.FLOAT)


def stored(name: str, columns: Sequence[Column], values: Mapping[str, Sequence[Any]]) -> EngineTable:
    engine = Engine()
    engine.connection.register("given", pa.table({each.name: pa.array(values[each.name]) for each in columns}))
    casts = ", ".join(
        f"CAST({identifier(each.name)} AS {each.engine_type}) AS {identifier(each.name)}" for each in columns
    )
    engine.execute(f"CREATE TABLE {identifier(name)} AS SELECT {casts} FROM given")
    rows = len(values[columns[0].name])
    return EngineTable(engine, Dataset(name=name, rows=rows, columns=tuple(columns)))


def one_series(values: Sequence[float | None], times: Sequence[datetime] | None = None) -> EngineTable:
    """A table of one series, an hour from point to point."""
    at = list(times) if times is not None else hours(len(values))
    return stored("sensor", [column("read_at", "time"), level()], {"read_at": at, "load": list(values)})


def answered(
    table: EngineTable, request: AnomalyRequest | None = None, time: str | None = None
) -> Answer[SeriesAnomalies]:
    return odd_stretches(table, profile(table), request or AnomalyRequest(), time)
