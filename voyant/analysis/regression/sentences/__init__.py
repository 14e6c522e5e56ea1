"""What a regression comes to in sentences, each told from the rows behind it."""

from __future__ import annotations

from voyant.analysis.insights.comparison import Comparison
from voyant.analysis.regression.sentences.errors import errors
from voyant.analysis.regression.sentences.giveaways import giveaways
from voyant.analysis.regression.sentences.influences import influences
from voyant.analysis.regression.sentences.quality import quality
from voyant.domain.regression import Regression
from voyant.domain.table import Table

__all__ = ["comparisons"]


def comparisons(result: Regression, table: Table) -> list[Comparison]:
    """What is to be said of the result; beside the table stand its rows, ``job.regression`` and others so named."""
    return [*quality(result), *influences(result, table), *giveaways(result, table), *errors(result)]
