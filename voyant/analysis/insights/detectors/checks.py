"""Quality checks whose failure a reader of the findings has to know of."""

from __future__ import annotations

import re

from voyant.analysis.insights.comparison import Claim, Comparison, Question, Telling, saturating
from voyant.analysis.wording import rule_broken, sentence
from voyant.domain.finding import Severity
from voyant.domain.quality import Check, Dimension, Origin, Quality

MOST_CHECKS = 4
_NUMBER = re.compile(r"\d")
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
        and (check.origin is not Origin.PROPOSED or _is_worth_telling(check))
    ]
    failed.sort(key=lambda check: (-_striking(check), check.id))
    return [
        Comparison(question=Question.QUALITY, n=check.checked, claim=_claim(check)) for check in failed[:MOST_CHECKS]
    ]


def _is_worth_telling(check: Check) -> bool:
    """Of what the data suggest; what is missing is told with the quality itself."""
    return check.dimension is not Dimension.COMPLETENESS and not _NUMBER.search(check.description)


def _striking(check: Check) -> float:
    """What somebody declared critical comes before all else."""
    if check.origin is not Origin.PROPOSED and check.severity is Severity.CRITICAL:
        return 1.0
    return _TELLING[check.severity] + 0.3 * saturating(check.failed / max(1, check.checked), 0.2)


def _broken(failed: str, checked: str, check: Check) -> str:
    """What is broken; every number of a sentence has to come from its statement, so that bounds are not told."""
    if not _NUMBER.search(check.description):
        return rule_broken(failed, checked, check.unit, check.description)
    named = f"the rule {check.id}" if not _NUMBER.search(check.id) else "a rule"
    on = f" on {' and '.join(check.columns)}" if named == "a rule" and check.columns else ""
    return f"{failed} of {checked} {check.unit} {'breaks' if failed == '1' else 'break'} {named}{on}"


def _claim(check: Check) -> Claim:
    def tell(telling: Telling) -> str | None:
        if not telling.value("failed") > 0:
            return None
        return sentence(_broken(telling.count("failed"), telling.count("checked"), check))

    return Claim(
        kind="quality",
        columns=check.columns,
        sql=check.sql or "",
        tell=tell,
        strength=_striking(check),
        title=check.description,
        severity=check.severity,
    )
