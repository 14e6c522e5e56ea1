"""The memo: findings, key figures and quality in the words of an analyst."""

from voyant.analysis.narrative.memo import memo
from voyant.analysis.narrative.writing import write

__all__ = ["memo", "write"]
