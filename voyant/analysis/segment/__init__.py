"""Segments: groups of rows, or of entities such as customers, that stand apart, and what sets each apart."""

from voyant.analysis.segment.segmenting import segments
from voyant.analysis.segment.sentences import comparisons

__all__ = ["comparisons", "segments"]
