"""Findings: true, interesting statements about any table."""

from voyant.analysis.insights.finder import find

__all__ = ["find"]
