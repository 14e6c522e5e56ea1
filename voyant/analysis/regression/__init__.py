"""A column learned from the others: how well that goes, what drives it, and where it must not be relied on."""

from voyant.analysis.regression.learning import regression

__all__ = ["regression"]
