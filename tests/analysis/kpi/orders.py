"""Tables of orders: a time, a category, an amount, a state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from msgspec.structs import replace

from tests.analysis.profile.tables import column, table_of
from voyant.analysis.kpi import measure
from voyant.analysis.profile import profile
from voyant.domain.kpi import Breakdown, Change, DeclaredKpi, Kpi, Kpis
from voyant.domain.table import Aggregation, Column, PersonalData, Role
from voyant.lake.table import EngineTable

COLUMNS = (
    column("ordered_at", "DATE", Role.TIME),
    column("category", "VARCHAR", Role.DIMENSION),
    replace(column("amount", "DECIMAL(18,2)"), aggregation=Aggregation.SUM, unit="EUR"),
    replace(column("rating", "BIGINT"), aggregation=Aggregation.MEAN),
    column("state", "VARCHAR", Role.DIMENSION),
    column("email", "VARCHAR", Role.IDENTIFIER, PersonalData.EMAIL),
)


@contextmanager
def orders(rows: Sequence[Sequence[Any]], columns: Sequence[Column] = COLUMNS) -> Iterator[EngineTable]:
    """A table of orders; rows give the first columns, the others are empty."""
    filled = [[*row, *[None] * (len(columns) - len(row))] for row in rows]
    with table_of(columns, filled) as table:
        yield table


def measured(table: EngineTable, *declared: tuple[str, str], time_column: str | None = None) -> Kpis:
    wanted = tuple(DeclaredKpi(name=name, sql=sql) for name, sql in declared)
    return measure(table, profile(table), wanted, time_column)


def named(kpis: Kpis, name: str) -> Kpi:
    return next(kpi for kpi in kpis.kpis if kpi.name == name)


def changes(kpi: Kpi) -> list[Change]:
    return [change for change in (kpi.change, kpi.year_change) if change is not None]


def breakdown(change: Change | None, dimension: str) -> Breakdown:
    assert change is not None
    return next(found for found in change.breakdowns if found.dimension == dimension)
