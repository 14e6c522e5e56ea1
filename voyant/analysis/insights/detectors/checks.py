"""Quality checks whose failure a reader of the findings has to know of."""

from __future__ import annotations

import re

from voyant.analysis.insights.comparison import Claim, Comparison, Question, Telling, saturating
from voyant.analysis.wording import rule_broken, sentence
from voyant.domain.finding import Severity
from voyant.domain.quality import Check, Dimension, Quality

MOST_CHECKS = 4
_TELLING = {Severity.WARNING: 0.42, Severity.CRITICAL: 0.55}


def failed_checks(quality: Quality | None) -> list[Comparison]:
    """The failed checks of some weight, each recomputed by its own statement."""
    if quality is None:
        return []
    failed = [
        check
        for check in quality.checks
        if not check.passed
        and check.error is None
        and check.sql is not None
        and check.severity in _TELLING
        and check.dimension is not Dimension.COMPLETENESS  # what is missing is told with the quality itself
        and not re.search(r"\d", check.description)  # every number of a sentence has to come from its statement
    ]
    failed.sort(key=lambda check: (-_TELLING[check.severity], -check.failed / max(1, check.checked), check.id))
    return [
        Comparison(question=Question.QUALITY, n=check.checked, claim=_claim(check)) for check in failed[:MOST_CHECKS]
    ]


def _claim(check: Check) -> Claim:
    def tell(telling: Telling) -> str | None:
        if not telling.value("failed") > 0:
            return None
        failed, checked = telling.count("failed"), telling.count("checked")
        return sentence(rule_broken(failed, checked, check.unit, check.description))

    return Claim(
        kind="quality",
        columns=check.columns,
        sql=check.sql or "",
        tell=tell,
        strength=_TELLING[check.severity] + 0.3 * saturating(check.failed / max(1, check.checked), 0.2),
        title=check.description,
        severity=check.severity,
    )
