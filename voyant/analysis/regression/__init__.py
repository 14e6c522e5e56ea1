"""A column learned from the others: how well that goes, what drives it, and where it must not be relied on."""

from voyant.analysis.regression.learning import regression
from voyant.analysis.regression.sentences import comparisons

__all__ = ["comparisons", "regression"]
