"""From findings, key figures and quality to a narrative."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from voyant.analysis.grains import as_moment
from voyant.analysis.insights.ranking import is_absence
from voyant.analysis.narrative.caveats import with_caveats
from voyant.analysis.narrative.key_figures import key_figures
from voyant.analysis.narrative.steps import next_steps
from voyant.analysis.wording import count, day, listed, percent, readable, rule_broken, sentence
from voyant.domain.contract import ContractCheck
from voyant.domain.drift import Drift
from voyant.domain.finding import Finding, Severity
from voyant.domain.insights import Insights
from voyant.domain.kpi import Kpis
from voyant.domain.narrative import Narrative, QualitySummary
from voyant.domain.profile import Profile
from voyant.domain.quality import Check, Quality
from voyant.domain.table import Dataset, Role

MOST_FINDINGS = 15
_MOST_POINTS = 5
_ORDER = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.NOTICE: 2, Severity.INFO: 3}


def write(
    dataset: Dataset,
    insights: Insights,
    quality: Quality | None,
    kpis: Kpis | None,
    profile: Profile,
    drift: Drift | None = None,
    contracts: Sequence[ContractCheck] = (),
    answered: Sequence[str] = (),
    tables: Mapping[str, int] = MappingProxyType({}),
) -> Narrative:
    """The narrative of a run; parts that could not be made are None or empty.

    Args:
        answered: What the job was asked for and gives an answer to, such as ``forecast``.
        tables: Rows of the table of each brand, where each has one of its own.
    """
    findings = with_caveats(insights.findings[:MOST_FINDINGS], quality, contracts, dataset.name)
    judged = _quality(quality)
    return Narrative(
        headline=_headline(findings, dataset, insights, judged, answered),
        lead=_lead(dataset, kpis, profile) if not tables else _lead_of_several(tables),
        findings=findings,
        omitted=len(insights.findings) - len(findings),
        kpis=key_figures(kpis),
        quality=judged,
        drift=drift.summary if drift is not None else None,
        next=next_steps(dataset, profile, findings, quality, kpis, answered),
        notes=tuple(dict.fromkeys((*(kpis.notes if kpis else ()), *_notes(dataset, insights, kpis)))),
    )


def _headline(
    findings: tuple[Finding, ...],
    dataset: Dataset,
    insights: Insights,
    quality: QualitySummary | None,
    answered: Sequence[str],
) -> str:
    """The finding that matters most; that something is absent makes a headline only where there is nothing else, or
    is the answer to what was asked."""
    if answered and findings:
        return findings[0].text
    present = [finding for finding in findings if not is_absence(finding.kind)]
    if present:
        return present[0].text
    if findings:
        return sentence(f"nothing stands out: {findings[0].text[:1].lower()}{findings[0].text[1:-1]}")
    if not insights.comparisons and quality is not None:
        return quality.text  # nothing was tested, so that nothing can be said of chance
    return sentence(f"{count(dataset.rows)} records hold nothing that stands out from chance")


def _lead(dataset: Dataset, kpis: Kpis | None, profile: Profile) -> str:
    stored = sum(column.formula is None for column in dataset.columns)
    text = (
        f"{count(dataset.rows)} record{'' if dataset.rows == 1 else 's'} in {stored} column{'' if stored == 1 else 's'}"
    )
    described = next((c for c in profile.columns if kpis and c.name == kpis.time_column), None)
    if described is not None and described.minimum is not None and described.maximum is not None:
        first, last = as_moment(described.minimum), as_moment(described.maximum)
        name = readable(described.name)
        if isinstance(described.minimum, int):
            text += f", {name} from {first.year} to {last.year}"
        else:
            text += f", {name} from {day(first)} to {day(last)}"
    return sentence(text)


def _lead_of_several(tables: Mapping[str, int]) -> str:
    return sentence(f"{count(sum(tables.values()))} records in {len(tables)} tables, one for each brand")


def _quality(quality: Quality | None) -> QualitySummary | None:
    if quality is None:
        return None
    failed = sorted(
        (check for check in quality.checks if check.error is None and not check.passed),
        key=lambda check: (_ORDER[check.severity], -check.failed / max(1, check.checked), check.id),
    )
    points = [_point(check) for check in failed[:_MOST_POINTS]]
    if len(failed) > _MOST_POINTS:
        points.append(f"{len(failed) - _MOST_POINTS} more checks fail; see quality.json.")
    scored = "could not be scored" if quality.score is None else f"scores {quality.score:.2f} of 1"
    checks = f"{count(quality.passed)} checks pass, {count(quality.failed)} fail"
    return QualitySummary(score=quality.score, text=sentence(f"quality {scored}: {checks}"), points=tuple(points))


def _point(check: Check) -> str:
    share = percent(100 * check.failed / max(1, check.checked))
    return sentence(rule_broken(count(check.failed), count(check.checked), check.unit, check.description, share))


def _notes(dataset: Dataset, insights: Insights, kpis: Kpis | None) -> tuple[str, ...]:
    significant = sum(family.significant for family in insights.families)
    notes = []
    if insights.comparisons == 1:
        notes.append(f"One comparison was made; it {'holds' if significant else 'does not hold'}.")
    elif insights.comparisons:
        notes.append(
            f"{count(insights.comparisons)} comparisons were made and corrected together ({insights.correction}, "
            f"{percent(100 * insights.level)} false discoveries); {count(significant)} hold."
        )
    elif insights.families and not insights.findings:
        notes.append("The table gave nothing to compare.")
    if insights.sample is not None:
        notes.append(
            f"The tests used {count(insights.sample)} of {count(dataset.rows)} records; the numbers in the sentences "
            "come from all."
        )
    personal = [readable(column.name) for column in dataset.columns if column.personal is not None]
    if personal:
        notes.append(f"Values of {listed(personal[:8])} are personal data and are shown nowhere.")
    if kpis is not None and not dataset.with_role(Role.TIME):
        notes.append("No column says when a record happened, so nothing is said about trends.")
    return (*notes, *insights.skipped)
