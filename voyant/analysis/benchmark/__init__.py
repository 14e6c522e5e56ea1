"""A brand among its competitors: shares, ranks, growth, prices, strengths and weaknesses, over all rows."""

from voyant.analysis.benchmark.claims import comparisons
from voyant.analysis.benchmark.compare import benchmark

__all__ = ["benchmark", "comparisons"]
