"""What is odd, as the page shows it."""

from __future__ import annotations

from typing import Any

from voyant.domain.anomaly import Anomalies, Detector
from voyant.report.contents import Contents

MOST_ROWS = 25


def odd(contents: Contents) -> dict[str, Any] | None:
    """The odd rows with their reasons, what makes rows odd, and the detectors; None where none were asked for."""
    answer = contents.answers.get("anomaly")
    if not isinstance(answer, Anomalies) or answer.rows is None:
        return None
    rows = answer.rows
    return {
        "summary": f"{rows.flagged:,} of {rows.rows:,} rows are odd."
        if rows.flagged
        else f"None of {rows.rows:,} rows is odd: none lies farther out than chance explains.",
        "rows": [
            {"number": f"{row.row:,}", "score": f"{row.score:.3f}", "reasons": row.reasons}
            for row in rows.top[:MOST_ROWS]
        ],
        "left_out": f"{rows.flagged - MOST_ROWS:,}" if rows.flagged > MOST_ROWS else "",
        "patterns": [
            {"id": f"odd-{place}", "text": pattern.text, "rows": f"{pattern.rows:,}"}
            for place, pattern in enumerate(rows.patterns)
        ],
        "detectors": [_detector(detector) for detector in rows.detectors],
    }


def _detector(detector: Detector) -> dict[str, str]:
    return {
        "name": detector.name,
        "used": "yes" if detector.used else "no",
        "stability": "–" if detector.stability is None else f"{detector.stability:.2f}",
        "agreement": "–" if detector.agreement is None else f"{detector.agreement:.2f}",
        "reason": detector.reason,
    }
