"""A brand among its competitors: shares, ranks, growth, prices, strengths and weaknesses, over all rows."""

from voyant.analysis.benchmark.compare import benchmark
from voyant.analysis.benchmark.sentences import comparisons

__all__ = ["benchmark", "comparisons"]
