"""Key figures and quality as the page shows them."""

from __future__ import annotations

from typing import Any

from voyant.analysis import wording
from voyant.domain.kpi import Breakdown, Change, Kpi
from voyant.domain.quality import Check, Part
from voyant.report import figures
from voyant.report.contents import Contents

_PARTS_OF_A_CHANGE = 6


def kpis(contents: Contents) -> list[dict[str, Any]]:
    """A card for each key figure."""
    return [_kpi(index, kpi) for index, kpi in enumerate(contents.kpis.kpis if contents.kpis else ())]


def quality(contents: Contents) -> dict[str, Any] | None:
    """The score, its parts, and every check."""
    found = contents.quality
    if found is None:
        return None
    checks = [
        _check(f"check-{place}-{number}", part, check)
        for place, part in enumerate(found.parts)
        for number, check in enumerate(part.checks)
    ]
    return {
        "score": figures.score(found.score),
        "low": found.score is not None and found.score < 0.7,
        "parts": [_part(part) for part in found.parts],
        "failing": [check for check in checks if check["state"] != "passed"],
        "passing": [check for check in checks if check["state"] == "passed"],
        "passed": f"{found.passed:,}",
        "failed": f"{found.failed:,}",
        "errors": f"{found.errors:,}" if found.errors else "",
        "warnings": found.warnings,
        "notes": found.notes,
        "rows_file": "failing_rows.parquet" if "failing_rows.parquet" in contents.files else "",
    }


def _kpi(index: int, kpi: Kpi) -> dict[str, Any]:
    whole = [point for point in kpi.series if point.complete]
    return {
        "id": f"kpi-{index}",
        "name": wording.figure_name(kpi.name, kpi.unit),
        "value": "–" if kpi.value is None else wording.quantity(kpi.value, kpi.unit),
        "period": wording.period_name(kpi.period) if kpi.period else "all rows",
        "change": _change(kpi.change, kpi.unit),
        "year_change": _change(kpi.year_change, kpi.unit),
        "spark": figures.sparkline(
            [point.value for point in kpi.series], open_end=len(whole) > 1 and not kpi.series[-1].complete
        ),
        "span": _span(kpi),
        "overall": "" if kpi.overall is None or not kpi.series else wording.quantity(kpi.overall, kpi.unit),
        "breakdowns": [
            _breakdown(breakdown, change.absolute, kpi.unit)
            for change in (kpi.change,)
            if change is not None
            for breakdown in change.breakdowns[:2]
        ],
        "compositions": [
            {
                "dimension": wording.readable(composition.dimension),
                "parts": [
                    {
                        "value": figures.cell(part.value) if part.value is not None else "(missing)",
                        "figure": "–" if part.figure is None else wording.quantity(part.figure, kpi.unit),
                        "share": "" if part.share is None else wording.percent(100 * part.share),
                    }
                    for part in composition.parts[:_PARTS_OF_A_CHANGE]
                ],
                "more": f"{composition.other_values:,} more" if composition.other_values else "",
                "sql": composition.sql,
            }
            for composition in kpi.compositions[:2]
        ],
        "reason": kpi.reason,
        "notes": kpi.notes,
        "sql": kpi.sql,
        "series_sql": kpi.series_sql or "",
        "pointer": f"#/kpis/{index}",
    }


def _span(kpi: Kpi) -> str:
    if len(kpi.series) <= 2:
        return ""
    return " to ".join(wording.period_name(point.period) for point in (kpi.series[0], kpi.series[-1]))


def _change(change: Change | None, unit: str | None) -> dict[str, str] | None:
    if change is None:
        return None
    way = "up" if change.absolute > 0 else "down" if change.absolute < 0 else "level"
    size = wording.quantity(abs(change.absolute), unit)
    if change.relative is not None and unit != "%":
        size = wording.percent(100 * abs(change.relative))
    elif unit == "%":
        size = f"{wording.number(abs(change.absolute))} points"
    base = wording.period_name(change.base_period)
    caveat = wording.rests_on(change.rests_on, unit) if change.rests_on else ""
    return {"way": way, "size": size if change.absolute else "no change", "base": base, "caveat": caveat}


def _breakdown(breakdown: Breakdown, whole: float, unit: str | None) -> dict[str, Any]:
    parts = breakdown.parts[:_PARTS_OF_A_CHANGE]
    largest = max((abs(part.effect) for part in parts), default=0.0) or 1.0
    rest = whole - sum(part.effect for part in parts)
    return {
        "dimension": wording.readable(breakdown.dimension),
        "parts": [
            {
                "value": "(missing)" if part.value is None else figures.cell(part.value),
                "effect": _signed(part.effect, unit),
                "negative": part.effect < 0,
                "length": f"{100 * abs(part.effect) / largest:.1f}",
            }
            for part in parts
        ],
        "rest": _signed(rest, unit) if len(breakdown.parts) > len(parts) or breakdown.other_values else "",
        "sql": breakdown.sql,
    }


def _signed(value: float, unit: str | None) -> str:
    text = wording.quantity(value, unit)
    return f"+{text}" if value > 0 else text


def _part(part: Part) -> dict[str, Any]:
    return {
        "name": part.dimension.value,
        "score": figures.score(part.score),
        "length": "0" if part.score is None else f"{100 * part.score:.1f}",
        "weight": f"{part.weight:g}",
        "checks": f"{len(part.checks):,}",
        "note": part.note or "",
    }


def _check(anchor: str, part: Part, check: Check) -> dict[str, Any]:
    state = "error" if check.error else "passed" if check.passed else "failed"
    return {
        "anchor": anchor,
        "part": part.dimension.value,
        "text": check.description,
        "reason": check.reason,
        "state": state,
        "severity": check.severity.value,
        "counted": check.error or f"{check.failed:,} of {check.checked:,} {check.unit}",
        "share": "" if check.error or not check.checked else figures.share(check.failed, check.checked),
        "sql": check.sql or "",
    }
