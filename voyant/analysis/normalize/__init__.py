"""Normalizing: types from all rows, names, roles, personal data, derived durations."""

from voyant.analysis.normalize.table import Normalized, normalize

__all__ = ["Normalized", "normalize"]
