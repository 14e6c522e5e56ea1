"""What is odd: in the rows of a table, and what can be said of it."""

from voyant.analysis.anomaly.search import anomalies
from voyant.analysis.anomaly.sentences import comparisons

__all__ = ["anomalies", "comparisons"]
