"""What changed since an earlier state, as the page shows it."""

from __future__ import annotations

from typing import Any

from voyant.analysis import wording
from voyant.domain.drift import AssociationDrift, ColumnDrift, Distance, Drift, SchemaChange, Segment, Share, Verdict
from voyant.report import figures
from voyant.report.contents import Contents

MOST_COLUMNS = 20
_MOST_STABLE = 60
_MEASURES = {
    "wasserstein_normed": "Wasserstein distance in standard deviations",
    "ks": "Kolmogorov–Smirnov",
    "jensen_shannon": "Jensen–Shannon distance",
    "chi_square": "Cramér’s V",
    "terms": "Somers’ D of a classifier over words",
}
_FATES = {
    "added": "is new",
    "removed": "is gone",
    "retyped": "has another type",
    "renamed": "perhaps has another name",
    "unit": "has another unit",
}


def drift(contents: Contents, figure_of: dict[str, Any], beside: set[str]) -> dict[str, Any] | None:
    """The comparison; ``beside`` are the figures that stand beside findings already."""
    found = contents.drift
    if found is None:
        return None
    others = [column for column in found.columns if column.verdict is not Verdict.DRIFTED]
    return {
        "reference": found.reference.label,
        "summary": found.summary,
        "verdict": _verdict(found) if found.drifted else "",
        "warnings": found.warnings,
        "schema": [_schema(change) for change in found.schema],
        "columns": [
            _column(place, column, _figure(contents, place, figure_of), beside)
            for place, column in enumerate(found.drifted[:MOST_COLUMNS])
        ],
        "columns_left_out": f"{len(found.drifted) - MOST_COLUMNS:,}" if len(found.drifted) > MOST_COLUMNS else "",
        "stable": [_stable(column) for column in others[:_MOST_STABLE]],
        "stable_left_out": f"{len(others) - _MOST_STABLE:,}" if len(others) > _MOST_STABLE else "",
        "associations": [_association(pair) for pair in found.associations],
        "notes": found.notes,
    }


def _verdict(found: Drift) -> str:
    shares = (figures.share(found.share, 1), figures.share(found.share_threshold, 1))
    counts = "counts as drifted" if found.verdict is Verdict.DRIFTED else "would count as drifted"
    return f"{shares[0]} of the compared columns drifted; from {shares[1]} on the table {counts}."


def _figure(contents: Contents, place: int, figure_of: dict[str, Any]) -> dict[str, Any] | None:
    evidence = f"drift.json#/columns/{place}/shares"
    names = [chart.name for chart in contents.charts if evidence in chart.evidence]
    return figure_of[names[0]] if names else None


def _column(place: int, column: ColumnDrift, figure: dict[str, Any] | None, beside: set[str]) -> dict[str, Any]:
    is_beside = figure is not None and figure["id"] in beside
    return {
        "id": f"drift-{place}",
        "name": column.column,
        "summary": column.summary.removeprefix(f"{column.column}: "),
        "test": _test(column.distances[0]) if column.distances else "",
        "figure": None if is_beside else figure,
        "see": figure["id"] if figure is not None and is_beside else "",
        "shares": _shares(column.shares) if figure is None and column.most_changed is not None else [],
        "segments": [_segment(segment) for segment in column.segments],
        "new": _values(column.new_values, column.come),
        "vanished": _values(column.vanished_values, column.gone),
        "note": column.note or "",
        "pointer": f"#/columns/{place}",
    }


def _test(distance: Distance) -> str:
    text = f"{_MEASURES.get(distance.measure, distance.measure)} {wording.number(distance.value)}"
    if distance.threshold is not None:
        text += f", drift from {wording.number(distance.threshold)}"
    if distance.noise is not None:
        text += f", {wording.number(distance.noise)} where nothing changed"
    if distance.q_value is not None:
        q = "< 0.001" if distance.q_value < 0.001 else f"= {distance.q_value:.3f}"
        text += f", q {q} after correction"
    return text


def _shares(shares: tuple[Share, ...]) -> list[dict[str, str]]:
    largest = max((max(share.before, share.after) for share in shares if share.label), default=0.0) or 1.0
    return [
        {
            "label": share.label or "all others",
            "rest": "" if share.label else "rest",
            "before": figures.share(share.before, 1),
            "after": figures.share(share.after, 1),
            "before_length": f"{100 * min(1.0, share.before / largest):.1f}",
            "after_length": f"{100 * min(1.0, share.after / largest):.1f}",
        }
        for share in shares
    ]


def _segment(segment: Segment) -> dict[str, str]:
    return {
        "name": f"{wording.readable(segment.column)}: {figures.cell(segment.value)}",
        "part": wording.percent(round(100 * min(1.0, segment.contribution))),
        "before": f"{segment.before_rows:,}",
        "after": f"{segment.after_rows:,}",
    }


def _values(shares: tuple[Share, ...], count: int) -> str:
    if not shares:
        return ""
    named = ", ".join(f"{share.label} ({figures.share(max(share.before, share.after), 1)})" for share in shares)
    left = count - len(shares)
    return f"{named} and {left:,} more" if left > 0 else named


def _schema(change: SchemaChange) -> dict[str, Any]:
    return {
        "column": change.column,
        "fate": _FATES.get(change.kind, change.kind),
        "before": change.before or "",
        "after": change.after or "",
        "compatible": change.compatible,
        "reason": change.reason,
    }


def _stable(column: ColumnDrift) -> dict[str, str]:
    deciding = column.distances[0] if column.distances else None
    lacks = "" if column.nulls_verdict is not Verdict.DRIFTED else "rows without a value: "
    if lacks:
        lacks += f"{figures.share(column.nulls_before, 1)} before, {figures.share(column.nulls_after, 1)} now"
    return {
        "name": column.column,
        "test": _test(deciding) if deciding else "not compared",
        "note": ". ".join(filter(None, (lacks, column.note or ""))),
    }


def _association(pair: AssociationDrift) -> str:
    before, after = wording.number(pair.before), wording.number(pair.after)
    return f"{wording.readable(pair.a)} and {wording.readable(pair.b)}: {before} before, {after} now"
