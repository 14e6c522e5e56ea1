"""The search: load the table, let every detector look, correct all comparisons together, state what matters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from msgspec import Struct

from voyant.analysis.insights import frame as frames
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Search, Telling, as_cell
from voyant.analysis.insights.detectors import DETECTORS
from voyant.analysis.insights.detectors.checks import failed_checks
from voyant.analysis.insights.detectors.drifts import drifts
from voyant.analysis.insights.detectors.drivers import drivers
from voyant.analysis.insights.frame import Frame
from voyant.analysis.insights.ranking import ranked
from voyant.analysis.insights.relations import Relations, untangled
from voyant.analysis.insights.statistics import adjusted
from voyant.analysis.insights.subjects import choose
from voyant.analysis.periods import timeline
from voyant.analysis.rounding import rounded
from voyant.analysis.time_columns import leading_time_column
from voyant.domain.drift import Drift
from voyant.domain.finding import Finding, Test
from voyant.domain.insights import Analysis, Family, Insights
from voyant.domain.kpi import Kpis
from voyant.domain.profile import Profile
from voyant.domain.quality import Quality
from voyant.domain.table import Table

LEVEL = 0.05
"""The share of false discoveries accepted among the stated comparisons."""
MOST_FINDINGS = 30
CORRECTION = "Benjamini-Hochberg"

Detector = Callable[[Frame, Relations], Search]


def find(
    table: Table,
    profile: Profile,
    quality: Quality | None = None,
    kpis: Kpis | None = None,
    drift: Drift | None = None,
    asked: Sequence[Comparison] = (),
) -> Insights:
    """What stands out in a table, most important first.

    Every detector reports each comparison that it made; all p-values of the run are corrected together (Benjamini and
    Hochberg 1995), and only claims that hold at ``LEVEL`` and whose effect is large enough to matter are stated, each
    from the result of its own SQL over all rows.

    Args:
        asked: What there is to say of figures that were asked for, to be ranked among the rest.
    """
    subjects = choose(table.dataset, profile)
    time_column = kpis.time_column if kpis and kpis.time_column else leading_time_column(table.dataset, profile)
    periods = timeline(table, profile.column(time_column)) if time_column else None
    loaded, relations, repeated = untangled(frames.load(table, profile, subjects, periods))
    searches = table.gather(partial(detector, loaded, relations) for detector in DETECTORS)
    comparisons = [comparison for search in searches for comparison in search.comparisons]
    comparisons += [*failed_checks(quality), *drifts(drift, table.dataset), *drivers(kpis), *asked]
    skipped = [*subjects.skipped, *repeated, *(text for search in searches for text in search.skipped)]
    findings, analyses, families = state(table, comparisons)
    return Insights(
        findings=tuple(findings),
        analyses=tuple(analyses),
        comparisons=sum(comparison.p is not None for comparison in comparisons),
        correction=CORRECTION,
        level=LEVEL,
        families=tuple(families),
        sample=loaded.rows if loaded.sampled else None,
        skipped=tuple(skipped),
    )


class _Judged(Struct, frozen=True):
    comparison: Comparison
    q: float | None


def state(table: Table, comparisons: list[Comparison]) -> tuple[list[Finding], list[Analysis], list[Family]]:
    """What holds of the comparisons, corrected together, most important first; with the evidence of each."""
    tested = [comparison for comparison in comparisons if comparison.p is not None]
    corrected = dict(zip(map(id, tested), adjusted([c.p for c in tested if c.p is not None]), strict=True))
    judged: dict[int, _Judged] = {}
    claims: list[Claim] = []
    for comparison in comparisons:
        q = corrected.get(id(comparison))
        claim = comparison.claim if q is None or q <= LEVEL else comparison.denial
        if claim is not None:
            claims.append(claim)
            judged[id(claim)] = _Judged(comparison, q)
    findings: list[Finding] = []
    analyses: list[Analysis] = []
    looked_up = _looked_up(table, claims)

    def accept(claim: Claim, score: float) -> bool:
        telling = Telling(looked_up[claim.sql] if claim.sql in looked_up else table.query(claim.sql))
        text = telling.told(claim.tell)
        if text is None or any(text == finding.text for finding in findings):
            return False
        findings.append(_finding(claim, telling, text, judged[id(claim)], len(analyses), score))
        analyses.append(_analysis(claim, telling))
        return True

    ranked(claims, MOST_FINDINGS, accept)
    stated = dict.fromkeys(Question, 0)
    questions = {finding_id: judged[id(claim)].comparison.question for finding_id, claim in _accepted(findings, claims)}
    for question in questions.values():
        stated[question] += 1
    families = [
        Family(
            question=str(question),
            comparisons=len(asked),
            significant=sum(corrected[id(comparison)] <= LEVEL for comparison in asked),
            stated=stated[question],
        )
        for question in Question
        if (asked := [c for c in tested if c.question is question]) or stated[question]
    ]
    return findings, analyses, families


def _looked_up(table: Table, claims: list[Claim]) -> dict[str, list[dict[str, Any]]]:
    """By its SQL, the rows of each claim that will be stated if what they hold contradicts none of them: asked for at
    once, they take less time than one after the other."""
    likely: dict[str, None] = {}

    def accept(claim: Claim, score: float) -> bool:
        likely[claim.sql] = None
        return True

    ranked(claims, MOST_FINDINGS, accept)
    return dict(zip(likely, table.gather(partial(table.query, sql) for sql in likely), strict=True))


def _accepted(findings: list[Finding], claims: list[Claim]) -> list[tuple[str, Claim]]:
    by_statement = {(claim.kind, claim.sql): claim for claim in claims}
    return [(finding.id, by_statement[(finding.kind, finding.sql)]) for finding in findings]


def _finding(claim: Claim, telling: Telling, text: str, judged: _Judged, position: int, score: float) -> Finding:
    comparison = judged.comparison
    test = None
    if comparison.p is not None and judged.q is not None:
        test = Test(
            name=comparison.test,
            effect_name=comparison.effect_name,
            effect=float(f"{comparison.effect:.4g}"),
            p_value=float(f"{comparison.p:.3g}"),
            q_value=float(f"{judged.q:.3g}"),
            n=comparison.n,
            note=comparison.note,
        )
    return Finding(
        id=f"f{position + 1}",
        kind=claim.kind,
        severity=claim.severity,
        text=text,
        evidence=(f"insights.json#/analyses/{position}", *claim.evidence),
        sql=claim.sql,
        numbers=tuple(telling.numbers),
        columns=claim.columns,
        score=rounded(round(score, 4)),
        test=test,
        view=claim.view,
    )


def _analysis(claim: Claim, telling: Telling) -> Analysis:
    columns = tuple(telling.rows[0])
    return Analysis(
        title=claim.title,
        sql=claim.sql,
        columns=columns,
        rows=tuple(tuple(as_cell(row[column]) for column in columns) for row in telling.rows),
    )
