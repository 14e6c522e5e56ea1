"""Forecasts: what is asked for, and what is expected."""

from __future__ import annotations

from dataclasses import dataclass

from voyant.domain.kpi import Grain


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastRequest:
    """What is to be forecast; what is left out is chosen from the roles of the columns.

    Attributes:
        value: A column, or an aggregate such as ``sum(amount)``; rows counted where nothing is additive.
        by: Columns whose combinations are series of their own.
        grain: Length of a period; the natural one of the data where None.
        horizon: Periods to forecast; one season where None.
        levels: Of the intervals, percent.
        exogenous: Columns known ahead: rows after the last value carry them.
    """

    value: str | None = None
    by: tuple[str, ...] = ()
    grain: Grain | None = None
    horizon: int | None = None
    levels: tuple[int, ...] = (80, 95)
    exogenous: tuple[str, ...] = ()
