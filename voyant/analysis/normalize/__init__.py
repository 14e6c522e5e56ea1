"""Normalizing: types from all rows, names, roles, personal data, derived durations."""

from voyant.analysis.normalize.table import NO_REJECTS, Normalized, normalize

__all__ = ["NO_REJECTS", "Normalized", "normalize"]
