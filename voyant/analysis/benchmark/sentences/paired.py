"""Differences that were tested on the values of periods, the brand's beside another's."""

from __future__ import annotations

from voyant.analysis.benchmark.sentences.words import interval
from voyant.analysis.insights.comparison import Claim, Comparison, Question
from voyant.domain.benchmark import Tested

_TEST = "Student's t of paired periods, corrected for autocorrelation"
_EFFECT = "mean difference in standard deviations of the differences"


def paired(tested: Tested, *, together: bool, claim: Claim | None, denial: Claim | None = None) -> Comparison:
    """The comparison behind a sentence; ``together`` where its interval holds for all competitors at once."""
    return Comparison(
        question=Question.BRAND,
        test=_TEST,
        effect_name=_EFFECT,
        effect=tested.effect,
        p=tested.p,
        n=tested.n,
        note=interval(tested, together=together),
        claim=claim,
        denial=denial,
    )
