"""Findings: true, interesting statements about any table."""

from voyant.analysis.insights.finder import CORRECTION, LEVEL, find, state

__all__ = ["CORRECTION", "LEVEL", "find", "state"]
