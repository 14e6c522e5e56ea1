"""Voyant: one call analyses real data."""

from voyant.library import analyze

__all__ = ["__version__", "analyze"]

__version__ = "0.1.0"
