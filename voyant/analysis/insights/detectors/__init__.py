"""Detectors: each looks for one kind of finding in a frame and returns every comparison it made."""

from voyant.analysis.insights.detectors import differences, distributions, shares, trends

DETECTORS = (
    trends.look,
    distributions.look,
    differences.look,
    shares.look,
)
