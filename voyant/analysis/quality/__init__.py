"""How good a table is: checks that its own data suggest, and a score that adds up."""

from voyant.analysis.quality.assess import assess
from voyant.analysis.quality.failing import failing_rows

__all__ = ["assess", "failing_rows"]
