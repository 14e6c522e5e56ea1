"""Odd stretches of time series: seasons found, noise measured at every width, what departs from both dated."""

from voyant.analysis.anomaly.series.answer import odd_stretches
from voyant.analysis.anomaly.series.sentences import comparisons

__all__ = ["comparisons", "odd_stretches"]
