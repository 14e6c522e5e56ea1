"""Pictures of what drifted: the shares of bins or values, before and now."""

from __future__ import annotations

from collections.abc import Iterator

from voyant.analysis import wording
from voyant.analysis.charts.candidates import Candidate
from voyant.analysis.charts.frame import Row
from voyant.domain.drift import ColumnDrift, Drift, Share
from voyant.domain.finding import Axis, Finding, Mark, View

MOST_DRAWN = 3
_AXES = {
    "terms": ("word", "texts with it"),
    "lengths": ("characters", "share of the values"),
    "rhythm": ("time", "share of the values"),
}


def drifted(drift: Drift | None, findings: tuple[Finding, ...]) -> list[Candidate]:
    """The columns that drifted most, as far as their shares may be shown."""
    found = [
        _candidate(drift, place, column, findings)
        for place, column in enumerate(drift.drifted if drift is not None else ())
        if drift is not None and column.most_changed is not None
    ]
    return found[:MOST_DRAWN]


def _candidate(drift: Drift, place: int, column: ColumnDrift, findings: tuple[Finding, ...]) -> Candidate:
    evidence = f"drift.json#/columns/{place}"
    listed = [share for share in column.shares if share.label]
    names, figures = _AXES.get(column.compared or "", (wording.readable(column.column), "share of the values"))
    return Candidate(
        view=View(
            name=f"drift_{column.column}",
            title=column.summary.rstrip("."),
            mark=Mark.BAR,
            sql="",
            x=Axis(field="name", title=names, kind="category"),
            y=Axis(field="share", title=figures, kind="number", unit="%"),
            color=Axis(field="state", title="state", kind="category"),
            caption=f"Before: {drift.reference.label}. {_caption(column, len(listed))}".strip(),
        ),
        columns=(column.column,),
        evidence=(f"{evidence}/shares",),
        rows=list(_rows(listed)),
        findings=tuple(finding.id for finding in findings if evidence in finding.evidence),
    )


def _rows(shares: list[Share]) -> Iterator[Row]:
    for share in shares:
        yield {"name": share.label, "share": 100 * share.before, "state": "before"}
        yield {"name": share.label, "share": 100 * share.after, "state": "now"}


def _caption(column: ColumnDrift, listed: int) -> str:
    rest = column.shares[-1]
    if rest.label or column.compared == "terms":  # a text holds many words, whose shares do not add up
        return ""
    rest_of = f": {wording.percent(100 * rest.before)} before, {wording.percent(100 * rest.after)} now"
    return f"The {listed} that changed most; all others together{rest_of}."
