"""What is forecast, once the request is settled against the table."""

from __future__ import annotations

from msgspec import Struct

from voyant.analysis.forecast.grid import Grid
from voyant.analysis.kpi.values import Value
from voyant.domain.table import Column, Table


class Asked(Struct, frozen=True, kw_only=True):
    """What is forecast of which table, settled.

    Attributes:
        grid: Of the past.
        horizon: Periods to forecast.
        total: Series that the table has; ``ended`` are those left out since they stopped long before its end, ``short``
            those with too few values.
    """

    table: Table
    time_column: str
    target: Value
    by: tuple[Column, ...]
    exogenous: tuple[Column, ...]
    levels: tuple[int, ...]
    grid: Grid
    horizon: int
    total: int
    ended: int
    short: int
