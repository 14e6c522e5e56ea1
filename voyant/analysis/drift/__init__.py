"""What changed between two states of a table: schema, rows, missing values, distributions, associations."""

from voyant.analysis.drift.compare import compare

__all__ = ["compare"]
