"""The parts of a result, each from the artifact that it summarizes."""

from __future__ import annotations

from voyant.analysis.wording import rests_on, sentence
from voyant.domain.artifact import Artifact
from voyant.domain.contract import ContractCheck
from voyant.domain.drift import ColumnDrift, Drift
from voyant.domain.kpi import Kpi, Kpis
from voyant.domain.narrative import Narrative
from voyant.domain.profile import Scalar
from voyant.domain.quality import Check, Quality
from voyant.domain.result import (
    ResultArtifact,
    ResultColumnDrift,
    ResultContract,
    ResultDrift,
    ResultFinding,
    ResultKpi,
    ResultQuality,
    ResultRule,
    ResultTemplate,
)
from voyant.domain.template import TemplateResult, TemplateResults

MOST_SAMPLES = 3
MOST_ROWS = 12
"""Of a template that stand in a result; its file has all."""
MOST_COLUMNS = 20
"""That drifted and stand in a result; drift.json has all."""


def findings_section(narrative: Narrative | None) -> tuple[ResultFinding, ...]:
    return tuple(
        ResultFinding(
            id=finding.id,
            kind=finding.kind,
            severity=finding.severity,
            text=finding.text,
            evidence=finding.evidence,
            sql=finding.sql,
            caveat=finding.caveat,
        )
        for finding in (narrative.findings if narrative else ())
    )


def quality_section(quality: Quality | None) -> ResultQuality | None:
    if quality is None or (quality.score is None and not quality.broken_rules):
        return None
    return ResultQuality(
        score=quality.score,
        parts={part.dimension.value: part.score for part in quality.parts},
        passed=quality.passed,
        failed=quality.failed,
        rules=tuple(_rule(check) for check in quality.broken_rules),
    )


def _rule(check: Check) -> ResultRule:
    return ResultRule(
        name=check.id,
        severity=check.severity,
        text=check.description,
        failed=check.failed,
        checked=check.checked,
        unit=check.unit,
        owner=check.owner,
        observed=check.observed,
        sample=check.sample[:MOST_SAMPLES],
        error=check.error,
    )


def drift_section(drift: Drift | None) -> ResultDrift | None:
    if drift is None:
        return None
    return ResultDrift(
        verdict=drift.verdict,
        holds=drift.holds,
        reference=drift.reference.label,
        summary=drift.summary,
        share=drift.share,
        reason=drift.reason,
        columns=tuple(_column_drift(column) for column in drift.drifted[:MOST_COLUMNS]),
    )


def _column_drift(column: ColumnDrift) -> ResultColumnDrift:
    deciding = column.distances[0] if column.distances else None
    return ResultColumnDrift(
        column=column.column,
        method=column.method,
        value=deciding.value if deciding else None,
        threshold=deciding.threshold if deciding else None,
        summary=column.summary,
    )


def kpis_section(kpis: Kpis | None) -> tuple[ResultKpi, ...]:
    return tuple(_kpi(kpi) for kpi in (kpis.kpis if kpis else ()))


def _kpi(kpi: Kpi) -> ResultKpi:
    change = kpi.asked_change or kpi.change
    few = change.rests_on if change else None
    return ResultKpi(
        name=kpi.name,
        value=change.value if change else kpi.value,
        unit=kpi.unit,
        period=change.period if change else kpi.period,
        change=change.relative if change else None,
        base=change.base if change else None,
        base_period=change.base_period if change else None,
        caveat=None if few is None else sentence(rests_on(few, kpi.unit)),
    )


def templates_section(templates: TemplateResults | None) -> tuple[ResultTemplate, ...]:
    return tuple(
        ResultTemplate(
            name=result.template,
            text=result.findings[0].text if result.findings else None,
            columns=tuple(column.name for column in result.columns),
            rows=some_rows(result, MOST_ROWS),
            total_rows=result.total_rows,
            file=result.file,
        )
        for result in (templates.results if templates else ())
    )


def some_rows(result: TemplateResult, most: int) -> tuple[tuple[Scalar, ...], ...]:
    """The last periods, or else the first rows."""
    is_series = any(column.name == "period" for column in result.columns)
    return result.rows[-most:] if is_series else result.rows[:most]


def contract_section(check: ContractCheck) -> ResultContract:
    results = [result for table in check.tables for result in table.clauses]
    return ResultContract(
        id=check.contract,
        version=check.version,
        outcome=check.outcome,
        passed=sum(result.passed for result in results),
        failed=sum(not result.passed for result in results),
        not_enforceable=len(check.coverage.not_enforceable),
        rows_quarantined=sum(table.rows_quarantined for table in check.tables),
    )


def artifact_section(job_id: str, artifact: Artifact) -> ResultArtifact:
    return ResultArtifact(
        name=artifact.name,
        type=artifact.type,
        media_type=artifact.media_type,
        bytes=artifact.bytes,
        sha256=artifact.sha256,
        uri=f"voyant://jobs/{job_id}/artifacts/{artifact.name}",
    )
