"""Voyant: one call analyses real data."""

from voyant.library import analyze, discover

__all__ = ["__version__", "analyze", "discover"]

__version__ = "0.1.0"
