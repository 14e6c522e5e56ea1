"""What was learned of a column from the others, as the page shows it: how it was judged, and where it ends."""

from __future__ import annotations

from typing import Any

from voyant.analysis import wording
from voyant.domain.regression import Regression, Score, Task
from voyant.report.contents import Contents

_MOST_LEFT_OUT = 40
_MODELS = {"linear": "Linear model", "boosting": "Boosted trees"}
_MEASURES = {
    "explained": "Explained",
    "mean_absolute_error": "Mean error",
    "auc": "Pairs ordered rightly (AUC)",
    "accuracy": "Right answers",
    "brier": "Brier score",
}
_PERCENT = frozenset({"explained", "auc", "accuracy"})


def regression(contents: Contents) -> dict[str, Any] | None:
    """The section; None where nothing was to be learned."""
    found = contents.answers.get("regression")
    if not isinstance(found, Regression):
        return None
    naive = "Always the mean" if found.task is Task.NUMBER else "Shares of the classes"
    measures = [name for name in _MEASURES if any(score.measure == name for score in found.scores)]
    return {
        "target": wording.readable(found.target),
        "target_reason": found.target_reason,
        "validation": found.validation.text,
        "measures": [_MEASURES[name] for name in measures],
        "models": [
            {
                "name": {"baseline": naive, **_MODELS}[model],
                "is_chosen": model == found.chosen,
                "scores": [_score(found, model, measure) for measure in measures],
            }
            for model in ("baseline", "linear", "boosting")
        ],
        "limits": found.limits,
        "leaks": [{"columns": ", ".join(leak.columns), "reason": leak.reason} for leak in found.leaks],
        "left_out": [{"column": each.column, "reason": each.reason} for each in found.left_out[:_MOST_LEFT_OUT]],
        "left_out_more": f"{len(found.left_out) - _MOST_LEFT_OUT:,}" if len(found.left_out) > _MOST_LEFT_OUT else "",
        "remarks": found.remarks,
    }


def _score(found: Regression, model: str, measure: str) -> dict[str, str]:
    held = next((score for score in found.scores if (score.model, score.measure) == (model, measure)), None)
    if held is None:
        return {"value": "–", "interval": ""}
    return {"value": _told(found, held, held.value), "interval": _interval(found, held)}


def _interval(found: Regression, score: Score) -> str:
    if score.low is None or score.high is None:
        return ""
    return f"{_told(found, score, score.low)} to {_told(found, score, score.high)}"


def _told(found: Regression, score: Score, value: float) -> str:
    if score.measure in _PERCENT:
        return wording.percent(100 * value)
    return wording.quantity(value, found.unit if found.task is Task.NUMBER else None)
