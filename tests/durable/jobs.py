"""What tests ask of jobs."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from tests.durable.temporal import wait_until
from voyant.domain.caller import Caller
from voyant.domain.job import EventKind, JobSummary, Status
from voyant.domain.kpi import DeclaredKpi
from voyant.domain.manifest import MANIFEST_NAME, Manifest
from voyant.domain.parameters import JobParameters
from voyant.domain.serialization import from_json
from voyant.services.artifacts import list_artifacts, read_artifact
from voyant.services.jobs import events_after, show_job


def acting(parameters: JobParameters, **acts: str) -> JobParameters:
    """Parameters of a probe: what each step does."""
    return replace(parameters, kpis=tuple(DeclaredKpi(name=step, sql=act) for step, act in acts.items()))


def wait_for_end(caller: Caller, job_id: str, *, seconds: float = 60) -> JobSummary:
    wait_until(lambda: show_job(caller, job_id).status.is_final, seconds=seconds)
    return show_job(caller, job_id)


def wait_for_completion(caller: Caller, job_id: str, *, seconds: float = 60) -> None:
    job = wait_for_end(caller, job_id, seconds=seconds)
    assert job.status is Status.COMPLETED, job.error


def wait_for_attempts(gate: Path, count: int = 1) -> None:
    wait_until(lambda: gate.exists() and len(gate.read_text()) >= count)


def open_gate(gate: Path) -> None:
    gate.with_suffix(".open").touch()


def steps_begun(caller: Caller, job_id: str) -> list[str]:
    return [event.data["step"] for event in events_after(caller, job_id) if event.kind is EventKind.STEP_STARTED]


def made(caller: Caller, job_id: str) -> dict[str, bytes]:
    """The bytes of all artifacts; of the manifest, which tells times, only the hash of what was found."""
    names = [artifact.name for artifact in list_artifacts(caller, job_id)]
    found = {name: b"".join(read_artifact(caller, job_id, name)) for name in names}
    manifest = from_json(found[MANIFEST_NAME], Manifest)
    return found | {MANIFEST_NAME: manifest.result_sha256.encode()}
