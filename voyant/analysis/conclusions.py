"""What predictive results come to in sentences: stated, corrected and ranked as the findings of a search are."""

from __future__ import annotations

from collections.abc import Sequence

from voyant.analysis.insights import CORRECTION, LEVEL, state
from voyant.analysis.insights.comparison import Comparison
from voyant.domain.insights import Insights
from voyant.domain.table import Table


def conclude(table: Table, comparisons: Sequence[Comparison], notes: Sequence[str]) -> Insights:
    """Every sentence that holds, most important first.

    Args:
        table: Beside it stand the rows of the results, ``job.<kind>``, which the SQL of the claims may read.
        comparisons: Of all results: their p-values are corrected together.
        notes: On what limits them.
    """
    findings, analyses, families = state(table, list(comparisons))
    return Insights(
        findings=tuple(findings),
        analyses=tuple(analyses),
        comparisons=sum(comparison.p is not None for comparison in comparisons),
        correction=CORRECTION,
        level=LEVEL,
        families=tuple(families),
        skipped=tuple(notes),
    )
