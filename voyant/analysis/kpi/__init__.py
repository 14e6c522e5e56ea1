"""Key figures: their values over time, how they changed, and what the change consists of."""

from voyant.analysis.kpi.measure import measure

__all__ = ["measure"]
