"""The result of a job, assembled from its artifacts to fit the reader's room."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from voyant.artifacts.store import ArtifactStore
from voyant.domain.artifact import Artifact
from voyant.domain.caller import Caller
from voyant.domain.contract import ContractChecks
from voyant.domain.drift import Drift
from voyant.domain.job import Degradation, Status
from voyant.domain.kpi import Kpis
from voyant.domain.manifest import MANIFEST_NAME, Manifest, ManifestInput
from voyant.domain.narrative import Narrative
from voyant.domain.normalization import Normalization
from voyant.domain.preset import Plan
from voyant.domain.quality import Quality
from voyant.domain.result import (
    ManifestReference,
    NextCall,
    Result,
    ResultDataset,
)
from voyant.domain.serialization import from_json, to_json
from voyant.domain.template import TemplateResults
from voyant.errors import JobFailed
from voyant.services.access import completed_job_of, job_of
from voyant.services.answer_sections import answer_section
from voyant.services.budget import DEFAULT_TOKENS, fit
from voyant.services.gate import judge
from voyant.services.history import warnings_for
from voyant.services.result_sections import (
    MOST_COLUMNS,
    artifact_section,
    contract_section,
    drift_section,
    findings_section,
    kpis_section,
    quality_section,
    templates_section,
)
from voyant.services.result_warnings import counted, warnings_of
from voyant.services.templates import RESULTS
from voyant.services.wiring import artifact_store
from voyant.store.models import Job
from voyant.workflows.predictions import ANSWERS

T = TypeVar("T")
OF_JOB = ("voyant_artifact", "voyant_sql")
"""Tools that read what a job made."""


class Parts(Struct, frozen=True, kw_only=True):
    """All that a result is assembled from."""

    job_id: str
    kind: str
    pinned: ManifestInput
    artifacts: tuple[Artifact, ...]
    degraded: tuple[Degradation, ...]
    fail_under: float | None
    normalization: Normalization
    quality: Quality | None
    drift: Drift | None
    kpis: Kpis | None
    templates: TemplateResults | None
    answers: dict[str, Any]
    narrative: Narrative | None
    contracts: ContractChecks
    plan: Plan | None


def read_result(caller: Caller, job_id: str, *, max_tokens: int = DEFAULT_TOKENS) -> Result:
    """The result of a completed job in at most about that many tokens.

    Raises:
        NotFound: There is no such job.
        Conflict: It has not completed; ``data`` holds the error of one that failed.
    """
    job = completed_job_of(caller, job_id)
    store = artifact_store()
    data = store.read(caller.tenant, job_id, MANIFEST_NAME)
    manifest = from_json(data, Manifest)
    degraded = tuple(Degradation(step=step.name, error=step.error) for step in manifest.steps if step.error is not None)
    parts = _read_parts(store, job, manifest.inputs[0], manifest.artifacts, degraded)
    result = _assemble(parts)
    result = replace(
        result,
        manifest=ManifestReference(name=MANIFEST_NAME, sha256=sha256(data).hexdigest()),
        # What was usual is told by other runs: it is no part of what this one found, nor of its hash.
        warnings=result.warnings + warnings_for(caller, job_id),
    )
    return fit(result, max_tokens)


def outcome_of(caller: Caller, job_id: str, *, max_tokens: int = DEFAULT_TOKENS) -> Result:
    """The result of a job that has ended, for whoever waited for it.

    Raises:
        JobFailed: It failed, and of what.
        Conflict: It was cancelled.
    """
    job = job_of(caller, job_id)
    if job.status == Status.FAILED and job.error is not None:
        raise JobFailed(job_id, job.error)
    return read_result(caller, job_id, max_tokens=max_tokens)


def result_digest(
    store: ArtifactStore,
    job: Job,
    pinned: ManifestInput,
    artifacts: tuple[Artifact, ...],
    degraded: tuple[Degradation, ...],
) -> str:
    """A hash of what was found, the same for every run of the same input: without ids, snapshots and addresses."""
    parts = _read_parts(store, job, pinned, artifacts, degraded)
    result = _assemble(replace(parts, job_id=""))
    anonymous = replace(
        result,
        dataset=replace(result.dataset, source="", snapshot=""),
        artifacts=tuple(replace(artifact, uri="") for artifact in result.artifacts),
    )
    return sha256(to_json(anonymous)).hexdigest()


def _read_parts(
    store: ArtifactStore,
    job: Job,
    pinned: ManifestInput,
    artifacts: tuple[Artifact, ...],
    degraded: tuple[Degradation, ...],
) -> Parts:
    made = {artifact.name for artifact in artifacts}

    def read(name: str, type_: type[T]) -> T | None:
        return from_json(store.read(job.tenant, job.id, name), type_) if name in made else None

    return Parts(
        job_id=job.id,
        kind=job.kind,
        pinned=pinned,
        artifacts=artifacts,
        degraded=degraded,
        fail_under=job.parameters.get("fail_under"),
        normalization=from_json(store.read(job.tenant, job.id, "normalize.json"), Normalization),
        quality=read("quality.json", Quality),
        drift=read("drift.json", Drift),
        kpis=read("kpis.json", Kpis),
        templates=read(RESULTS, TemplateResults),
        answers={kind: read(f"{kind}.json", held) for kind, held in ANSWERS.items() if f"{kind}.json" in made},
        narrative=read("narrative.json", Narrative),
        contracts=read("contract.json", ContractChecks) or ContractChecks(checks=()),
        plan=read("preset.json", Plan),
    )


def _assemble(parts: Parts) -> Result:
    pinned, narrative, drift = parts.pinned, parts.narrative, parts.drift
    return Result(
        job_id=parts.job_id,
        kind=parts.kind,
        status=Status.COMPLETED,
        degraded=parts.degraded,
        dataset=ResultDataset(
            source=pinned.source,
            table=pinned.table,
            rows=pinned.rows,
            columns=pinned.columns,
            snapshot=pinned.snapshot,
        ),
        headline=_headline(parts),
        findings=findings_section(narrative),
        quality=quality_section(parts.quality),
        gate=judge(parts.quality, parts.fail_under),
        drift=drift_section(drift),
        kpis=kpis_section(parts.kpis),
        templates=templates_section(parts.templates),
        answers={kind: answer_section(answer) for kind, answer in parts.answers.items()},
        contracts=tuple(map(contract_section, parts.contracts.checks)),
        artifacts=tuple(artifact_section(parts.job_id, artifact) for artifact in parts.artifacts),
        manifest=None,
        omitted=_omitted(parts),
        next=_next(parts),
        warnings=warnings_of(
            parts.normalization,
            degraded=parts.degraded,
            quality=parts.quality,
            drift=parts.drift,
            contracts=parts.contracts,
            plan=parts.plan,
        ),
    )


def _headline(parts: Parts) -> str:
    """What matters most of what the pipeline was about."""
    if parts.narrative is not None:
        return parts.narrative.headline
    if parts.drift is not None:
        return parts.drift.summary
    if parts.kind == "quality" and parts.quality is not None:
        return _quality_headline(parts.quality)
    return f"{parts.pinned.table} has {parts.pinned.rows:,} rows and {parts.pinned.columns:,} columns."


def _quality_headline(quality: Quality) -> str:
    score = "cannot be scored" if quality.score is None else f"scores {quality.score:.3f} of 1"
    declared = f", {counted(len(quality.broken_rules), 'declared rule')} among them" if quality.broken_rules else ""
    checks = quality.passed + quality.failed + quality.errors
    fail = f"{quality.failed + quality.errors:,} of {counted(checks, 'check')} do not pass"
    return f"The quality of {quality.table} {score}: {fail}{declared}."


def _omitted(parts: Parts) -> dict[str, Any]:
    omitted: dict[str, Any] = {}
    if parts.narrative and parts.narrative.omitted:
        omitted = {"findings": parts.narrative.omitted, "how": "voyant_artifact insights.json"}
    if parts.drift and (left := len(parts.drift.drifted) - MOST_COLUMNS) > 0:
        omitted = {"how": "voyant_artifact drift.json"} | omitted | {"drift": left}
    return omitted


def _next(parts: Parts) -> tuple[NextCall, ...]:
    """The narrative's steps as calls that can be made as they stand: artifacts and SQL are read of a job."""
    steps = parts.narrative.next if parts.narrative else ()
    job = {"job_id": parts.job_id}
    return tuple(
        NextCall(tool=step.tool, arguments=(job if step.tool in OF_JOB else {}) | step.arguments, why=step.why)
        for step in steps
    )
