"""Voyant: one call analyses real data."""

__version__ = "0.1.0"
