"""Everything that a benchmark gives to say."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from voyant.analysis.benchmark.sentences.contrasts import contrasts
from voyant.analysis.benchmark.sentences.movements import movements
from voyant.analysis.benchmark.sentences.positions import positions
from voyant.analysis.benchmark.sentences.strengths import strengths
from voyant.analysis.insights.comparison import Comparison
from voyant.domain.benchmark import Benchmark
from voyant.domain.table import Table


def comparisons(result: Benchmark, _table: Table) -> list[Comparison]:
    """The sentences that a benchmark gives, each with the comparison behind it.

    Their statements read ``job.benchmark`` and the tables beside it.
    """
    parts: tuple[Iterator[Comparison], ...] = (
        positions(result),
        movements(result),
        contrasts(result),
        strengths(result),
    )
    return list(chain.from_iterable(parts))
