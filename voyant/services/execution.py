"""Running jobs: what the runner of this process and the durable one have in common, and the former."""

from __future__ import annotations

import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC
from pathlib import Path
from typing import Any

from django.db import transaction
from msgspec.structs import replace

from voyant import __version__
from voyant.domain.artifact import JSON, Artifact
from voyant.domain.caller import Caller
from voyant.domain.job import FINAL, Degradation, Runner, Status, StepStatus
from voyant.domain.manifest import MANIFEST_NAME, SCHEMA_VERSION, Manifest, ManifestInput, ManifestJob, ManifestStep
from voyant.domain.normalization import Normalization
from voyant.domain.parameters import JobParameters
from voyant.domain.serialization import from_builtins, from_json, to_json
from voyant.domain.source import Source, SourceKind
from voyant.errors import InternalError, JobCancelled, VoyantError, as_disk_full
from voyant.security.secrets import unseal
from voyant.services import uploads
from voyant.services.contracts import active_contract
from voyant.services.history import record_score
from voyant.services.recording import JobRecorder, Progress, ignore_progress
from voyant.services.recovery import Signs
from voyant.services.references import find_reference
from voyant.services.results import result_digest
from voyant.services.sources import remember
from voyant.services.wiring import artifact_store, lake, limits
from voyant.settings.configuration import settings
from voyant.store.errors import DatabaseAway
from voyant.store.models import Job
from voyant.store.models import Source as SourceRow
from voyant.workflows.context import JobContext
from voyant.workflows.loading import folder_of
from voyant.workflows.pipeline import Pipeline
from voyant.workflows.pipelines import pipeline_of
from voyant.workflows.runner import run_pipeline

SECONDS_BETWEEN_LOOKS = 0.25
"""How soon a running job notices that it was cancelled."""


class JobExecution:
    """A job in the process that runs it, or some of its steps. Closing it frees engines and scratch files.

    Args:
        parameters: Where this process knows more than the row, which holds no credentials.
    """

    def __init__(
        self, job: Job, *, parameters: JobParameters | None = None, on_progress: Progress = ignore_progress
    ) -> None:
        self.pipeline: Pipeline = pipeline_of(job.kind)
        self.parameters = parameters or stored_parameters(job)
        self.recorder = JobRecorder(job, len(self.pipeline.steps), on_progress)
        self._job = job
        self.context = JobContext(
            tenant=job.tenant,
            job_id=job.id,
            source_id=job.source_id or "",
            lake=lake(),
            store=artifact_store(),
            # Of its own: another attempt, thought lost, may still be writing on the same machine.
            scratch=_scratch_of(job) / secrets.token_hex(4),
            limits=limits(is_local=job.runner == Runner.PROCESS),  # durable ones come over the network
            moment=job.created_at,
            sql_seconds=settings().sql_timeout_seconds,
            owner_of=lambda source: remember(Caller(tenant=job.tenant, subject=job.subject), source).id,
            active_contract=lambda owner, table: active_contract(job.tenant, owner, table),
            pinned=pinned_input(job),
            find_reference=lambda pinned: find_reference(job, self.parameters, pinned),
            artifacts={artifact.name: artifact for artifact in artifacts_of(job)},
            progress=self.recorder.progress,
        )

    def refresh(self, job: Job) -> None:
        """Takes up what was written down meanwhile, maybe by another process."""
        pinned = pinned_input(job)
        if pinned != self.context.pinned:
            self.context.close()
            self.context.pinned = pinned
        self.context.artifacts = {artifact.name: artifact for artifact in artifacts_of(job)}

    def complete(self) -> None:
        """Writes the manifest and ends the job.

        Raises:
            JobCancelled: It was ended otherwise before.
        """
        manifest = _manifest(self._job)
        size, digest = self.context.store.write(self._job.tenant, self._job.id, MANIFEST_NAME, to_json(manifest))
        written = Artifact(
            name=MANIFEST_NAME, type="manifest", media_type=JSON, bytes=size, sha256=digest, step="manifest"
        )
        with transaction.atomic():
            if not self.recorder.completed(degradations_of(manifest.steps), (written,)):
                raise JobCancelled(f"The job {self._job.id} ended before it was complete.")
            _remember_reading(self._job, self.parameters, manifest.inputs[0])
            record_score(self.context.store, self._job, manifest.inputs[0], manifest.artifacts)

    def close(self) -> None:
        """Frees the engines and the scratch files; artifacts stay."""
        self.context.close()
        shutil.rmtree(self.context.scratch, ignore_errors=True)
        with suppress(OSError):  # other attempts may have theirs beside it
            self.context.scratch.parent.rmdir()


def fail(job: Job, error: dict[str, Any]) -> None:
    """Ends the job with that error, and removes what it wrote."""
    # First makes room: on a full disk nothing can be written down before.
    _remove_traces(job)
    JobRecorder(job, steps=1).failed(error)


def call_off(job: Job) -> None:
    """Ends the job as cancelled, and removes what it wrote."""
    JobRecorder(job, steps=1).cancelled()
    _remove_traces(job)


def _remove_traces(job: Job) -> None:
    """Removes artifacts and scratch files, unless they are those of a job that has completed."""
    if Job.objects.filter(id=job.id, status=Status.COMPLETED).exists():
        return
    artifact_store().remove(job.tenant, job.id)
    shutil.rmtree(_scratch_of(job), ignore_errors=True)


def _scratch_of(job: Job) -> Path:
    return settings().scratch_path / job.id


def run_here(job_id: str, parameters: JobParameters | None = None, *, on_progress: Progress = ignore_progress) -> None:
    """Runs a waiting job in this process, to its end.

    Raises:
        VoyantError: The job failed; it is kept with that error.
        JobCancelled: Somebody called it off; it is kept as such, without artifacts.
        KeyboardInterrupt: The person at the shell did.
    """
    job = Job.objects.get(id=job_id)
    execution = JobExecution(job, parameters=parameters, on_progress=on_progress)
    recorder, context = execution.recorder, execution.context
    try:
        recorder.started()
        with stopped_when_cancelled(context, on_look=Signs().give):
            limit = settings().step_timeout_seconds
            run_pipeline(execution.pipeline, context, execution.parameters, recorder, time_limit=limit)
        execution.complete()
    except (KeyboardInterrupt, JobCancelled):
        execution.close()
        call_off(job)
        raise
    except Exception as error:
        failure = as_ours(error)
        execution.close()
        fail(job, failure.as_dict())
        raise failure from error
    finally:
        execution.close()


@contextmanager
def stopped_when_cancelled(context: JobContext, *, on_look: Callable[[], None] = lambda: None) -> Iterator[None]:
    """While inside, the job's engines and steps are stopped once it was called off, or has ended without them.

    Args:
        on_look: Called as often as that is looked for, in a thread of its own.
    """
    ended = threading.Event()

    def watch() -> None:
        from django.db import connection

        try:
            while not ended.wait(SECONDS_BETWEEN_LOOKS):
                with suppress(DatabaseAway):  # it is asked again
                    # Again and again: a stop between two statements reaches neither.
                    if not is_wanted(context.job_id):
                        context.stop(JobCancelled(f"The job {context.job_id} was cancelled."))
                on_look()
        finally:
            connection.close()

    watcher = threading.Thread(target=watch, name="cancellation", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def is_wanted(job_id: str) -> bool:
    """Whether the job goes on: it is there, has not ended, and nobody called it off."""
    return Job.objects.filter(id=job_id, cancel_requested_at=None).exclude(status__in=FINAL).exists()


def as_ours(error: Exception) -> VoyantError:
    """Any error as one with a code and a remedy."""
    if isinstance(error, VoyantError):
        return error
    return as_disk_full(error) or InternalError(f"{type(error).__name__}: {error}")


def stored_parameters(job: Job) -> JobParameters:
    """The parameters of a job, with the credentials that its source keeps sealed."""
    kept = from_builtins(job.parameters, JobParameters)
    parameters = with_uploads(job.tenant, kept)
    if job.source is None or not job.source.secret or parameters.source.kind is SourceKind.TABLE:
        return parameters
    return replace(parameters, source=replace(parameters.source, location=unseal(job.source.secret)))


def with_uploads(tenant: str, kept: JobParameters) -> JobParameters:
    """The parameters with the places of uploads, which rows and manifests show without the server's own folders."""

    def found(source: Source) -> Source:
        return replace(source, location=uploads.found(tenant, source.location))

    outside = found(kept.baseline_source) if kept.baseline_source else None
    brands = {brand: found(source) for brand, source in kept.brands.items()}
    return replace(kept, source=found(kept.source), baseline_source=outside, brands=brands)


def pinned_input(job: Job) -> ManifestInput | None:
    """The table that the job's later steps read, once one has taken it in."""
    return None if job.pinned is None else from_builtins(job.pinned, ManifestInput)


def artifacts_of(job: Job) -> tuple[Artifact, ...]:
    """What the job's steps made so far, by name."""
    return tuple(
        Artifact(
            name=row.name,
            type=row.type,
            media_type=row.media_type,
            bytes=row.bytes,
            sha256=row.sha256,
            step=row.step,
            inputs=tuple(row.inputs),
        )
        for row in job.artifacts.exclude(name=MANIFEST_NAME).order_by("name")
    )


def degradations_of(steps: tuple[ManifestStep, ...]) -> tuple[Degradation, ...]:
    """The steps that failed without failing the job."""
    return tuple(Degradation(step=step.name, error=step.error) for step in steps if step.error is not None)


def _manifest(job: Job) -> Manifest:
    job.refresh_from_db()
    pinned, steps, artifacts = pinned_input(job), _steps_of(job), artifacts_of(job)
    if pinned is None:
        raise RuntimeError("the pipeline has pinned no table")
    digest = result_digest(artifact_store(), job, pinned, artifacts, degradations_of(steps))
    return Manifest(
        schema_version=SCHEMA_VERSION,
        job=ManifestJob(
            id=job.id,
            kind=job.kind,
            tenant=job.tenant,
            parameters=job.parameters,
            created_at=job.created_at.astimezone(UTC).isoformat(),
        ),
        inputs=(pinned, *from_builtins(job.reference or (), tuple[ManifestInput, ...])),
        steps=steps,
        artifacts=artifacts,
        result_sha256=digest,
        voyant_version=__version__,
    )


def _steps_of(job: Job) -> tuple[ManifestStep, ...]:
    return tuple(
        ManifestStep(
            name=row.name,
            status=StepStatus(row.status),
            started=row.started_at.isoformat(timespec="milliseconds") if row.started_at else "",
            seconds=row.seconds or 0.0,
            libraries=row.libraries,
            seed=row.seed,
            error=row.error,
        )
        for row in job.steps.order_by("position")
    )


def _remember_reading(job: Job, parameters: JobParameters, pinned: ManifestInput) -> None:
    """Notes with each source what was read of it; a table was read when it was taken in."""
    if job.source is not None and parameters.source.kind is not SourceKind.TABLE:
        _note_reading(job, job.source, pinned, "")
    for read in pinned.references:
        source = parameters.brands.get(read.reference or "")
        if source is not None and source.kind is not SourceKind.TABLE:
            row = remember(Caller(tenant=job.tenant, subject=job.subject), source)
            _note_reading(job, row, read, folder_of(read.table))


def _note_reading(job: Job, source: SourceRow, read: ManifestInput, folder: str) -> None:
    """Notes the tables that a source was read into, as the artifacts in that folder tell of them."""
    record = from_json(artifact_store().read(job.tenant, job.id, f"{folder}normalize.json"), Normalization)
    source.tables = sorted({*source.tables, read.table, *record.other_tables})
    source.fingerprint = read.fingerprint
    source.save(update_fields=["tables", "fingerprint", "updated_at"])
