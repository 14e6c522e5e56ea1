"""Voyant: one call analyses real data."""

from voyant.library import analyze, anomaly, discover, forecast, regression, segment

__all__ = ["__version__", "analyze", "anomaly", "discover", "forecast", "regression", "segment"]

__version__ = "0.1.0"
