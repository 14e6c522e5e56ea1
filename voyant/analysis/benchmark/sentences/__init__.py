"""A benchmark in sentences, each from the rows that it is about."""

from voyant.analysis.benchmark.sentences.comparisons import comparisons

__all__ = ["comparisons"]
