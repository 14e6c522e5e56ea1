"""How often an outcome comes by the level of a measure: churn by age, default by balance."""

from __future__ import annotations

import math

import numpy as np

from voyant.analysis.insights.clauses import known, share
from voyant.analysis.insights.comparison import Claim, Telling, saturating
from voyant.analysis.insights.detectors.associations import brackets_of, is_whole, told_by_bracket
from voyant.analysis.insights.frame import Factor, Frame, Measure
from voyant.analysis.insights.labels import value_name
from voyant.analysis.insights.outcomes import is_outcome
from voyant.analysis.wording import called, sentence
from voyant.domain.finding import Severity
from voyant.lake.sql import identifier

_FEWEST_HITS = 20
_SMALLEST_GAP = 5.0
"""Points between the lowest and the highest bracket."""


def is_told_by_measure(factor: Factor, measure: Measure) -> bool:
    """Whether the grouping is the outcome and the measure what it may depend on, not the other way round."""
    # A duration between two dates of the record comes with the outcome.
    return factor.truth is not None and is_outcome(factor.column) and measure.column.formula is None


def share_by_bracket(frame: Frame, factor: Factor, measure: Measure, effect: float) -> Claim | None:
    """The share of what is so between edges of a measure; None where no edges tell more than noise."""
    if factor.truth is None or int(factor.counts[factor.truth]) < _FEWEST_HITS:
        return None
    held = (factor.codes >= 0) & measure.known
    hit = (factor.codes[held] == factor.truth).astype(np.float64)
    brackets = brackets_of(measure.values[held], hit, is_whole(measure))
    if not brackets:
        return None
    x = identifier(measure.name)
    cases = " ".join(f"WHEN {x} < {edge:.10g} THEN {edge:.10g}" for edge in brackets)
    sql = (
        f"SELECT CASE {cases} END AS below, {share(factor.is_value(factor.truth))} AS share, count(*) AS records\n"
        f"FROM {frame.source}\nWHERE {known(factor.column, measure.column)}\nGROUP BY 1\nORDER BY 1 NULLS LAST"
    )
    name = f"the share of {value_name(factor, factor.truth)}"
    # Of the variance of ranks, two groups that do not overlap explain 3p(1-p), however rare one is.
    part = min(1.0, effect / max(1e-9, 3 * float(hit.mean()) * (1 - float(hit.mean()))))

    def tell(telling: Telling) -> str | None:
        levels = [telling.value("share", row) for row in range(len(telling.rows))]
        if len(levels) != len(brackets) + 1 or max(levels) - min(levels) < _SMALLEST_GAP:
            return None
        return sentence(f"{name} {told_by_bracket(telling, measure.column, 'share', telling.percent)}")

    return Claim(
        kind="outcome_by_measure",
        columns=(factor.name, measure.name),
        sql=sql,
        tell=tell,
        strength=0.32 + 0.65 * saturating(math.sqrt(part), 0.4),
        title=f"{name} by {called(measure.column)}",
        severity=Severity.NOTICE,
    )
