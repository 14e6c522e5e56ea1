"""The gate: whether the quality of a table is what was asked for."""

from __future__ import annotations

from voyant.domain.quality import Quality
from voyant.domain.result import ResultGate
from voyant.errors import Code, InvalidInput

MOST_NAMED = 10


def judge(quality: Quality | None, fail_under: float | None) -> ResultGate | None:
    """Whether the score reaches what was asked for and every declared rule could be judged; None where nothing was.

    A rule that could not run fails the gate: what nobody looked at is no ground to let data through.
    """
    if fail_under is None:
        return None
    reason = _reason(quality, fail_under)
    if reason is None:
        return ResultGate(fail_under=fail_under, passed=True, error=None)
    failed = [check.id for check in quality.broken_rules] if quality is not None else []
    error = InvalidInput(
        f"{reason} The gate asks for {fail_under:g}.",
        code=Code.GATE_FAILED,
        data={"score": quality.score if quality else None, "fail_under": fail_under, "rules": failed[:MOST_NAMED]},
    )
    return ResultGate(fail_under=fail_under, passed=False, error=error.as_dict())


def _reason(quality: Quality | None, fail_under: float) -> str | None:
    if quality is None or quality.score is None:
        return "There is no quality score."
    unheard = [check.id for check in quality.broken_rules if check.error is not None]
    if unheard:
        return f"These rules could not run: {', '.join(unheard[:MOST_NAMED])}."
    return f"The quality score is {quality.score:.3f}." if quality.score < fail_under else None
