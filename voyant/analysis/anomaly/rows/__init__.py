"""Odd rows: which they are, and what makes them odd."""

from voyant.analysis.anomaly.rows.search import odd_rows

__all__ = ["odd_rows"]
