"""Voyant: one call analyses real data."""

from voyant.library import (
    analyze,
    anomaly,
    discover,
    forecast,
    preset,
    presets,
    regression,
    render,
    segment,
    sql,
    templates,
)

__all__ = [
    "__version__",
    "analyze",
    "anomaly",
    "discover",
    "forecast",
    "preset",
    "presets",
    "regression",
    "render",
    "segment",
    "sql",
    "templates",
]

__version__ = "0.1.0"
