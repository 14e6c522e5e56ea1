"""Jobs: made, followed, listed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from voyant.domain.artifact import Artifact
from voyant.domain.caller import Caller
from voyant.domain.ids import new_id
from voyant.domain.job import Degradation, JobSummary, Status, StepStatus
from voyant.domain.manifest import ManifestInput, ManifestStep
from voyant.domain.page import Page, page_of
from voyant.errors import VoyantError
from voyant.services.access import job_of, jobs_of
from voyant.store.models import Artifact as ArtifactRow
from voyant.store.models import Job, Source, Step

Progress = Callable[[str, float], None]


def list_jobs(caller: Caller, *, limit: int = 20, cursor: str | None = None) -> Page[JobSummary]:
    """The caller's jobs, newest first, a page at a time."""
    rows = jobs_of(caller)
    if cursor is not None:
        rows = rows.filter(id__lt=cursor)
    return page_of([summary_of(job) for job in rows[: limit + 1]], limit, lambda job: job.id)


def show_job(caller: Caller, job_id: str) -> JobSummary:
    """One job."""
    return summary_of(job_of(caller, job_id))


def steps_of(caller: Caller, job_id: str) -> list[dict[str, Any]]:
    """The steps of a job with their status, seconds and errors."""
    fields = ("name", "status", "seconds", "error")
    return list(job_of(caller, job_id).steps.order_by("position").values(*fields))


def summary_of(job: Job) -> JobSummary:
    """The row as faces show it."""
    return JobSummary(
        id=job.id,
        kind=job.kind,
        status=Status(job.status),
        progress=job.progress,
        stage=job.stage,
        parameters=job.parameters,
        source=job.source.name if job.source else None,
        degraded=tuple(Degradation(**entry) for entry in job.degraded),
        error=job.error,
        created_at=job.created_at,
        finished_at=job.finished_at,
    )


class JobRecorder:
    """Keeps the row of one job true while it runs; each write is whole.

    Args:
        on_progress: Told the stage and the share of all steps that is done.
    """

    def __init__(self, job: Job, steps: int, on_progress: Progress) -> None:
        self._job = job
        self._steps = steps
        self._done = 0
        self._on_progress = on_progress

    @classmethod
    def start(
        cls,
        caller: Caller,
        kind: str,
        *,
        parameters: dict[str, Any],
        source: Source,
        steps: int,
        on_progress: Progress,
    ) -> JobRecorder:
        """A job that runs from now on."""
        job = Job.objects.create(
            id=new_id("job"),
            tenant=caller.tenant,
            subject=caller.subject,
            kind=kind,
            status=Status.RUNNING,
            parameters=parameters,
            source=source,
            started_at=datetime.now(UTC),
        )
        return cls(job, steps, on_progress)

    @property
    def job_id(self) -> str:
        return self._job.id

    def progress(self, step: str, share: float) -> None:
        """Passes on what a step says of itself; not written down, since it comes often."""
        self._on_progress(step, (self._done + share) / self._steps)

    def step_started(self, position: int, step: str) -> None:
        with transaction.atomic():
            Step.objects.create(
                job=self._job, position=position, name=step, status=StepStatus.RUNNING, started_at=datetime.now(UTC)
            )
            self._save(stage=step, progress=round(100 * self._done / self._steps))
        self._on_progress(step, self._done / self._steps)

    def step_finished(self, position: int, step: ManifestStep, artifacts: tuple[Artifact, ...]) -> None:
        self._done += 1
        with transaction.atomic():
            self._job.steps.filter(position=position).update(status=step.status, seconds=step.seconds, error=step.error)
            self.add_artifacts(artifacts)

    def add_artifacts(self, artifacts: tuple[Artifact, ...]) -> None:
        ArtifactRow.objects.bulk_create(
            ArtifactRow(
                id=new_id("art"),
                job=self._job,
                step=artifact.step,
                name=artifact.name,
                type=artifact.type,
                media_type=artifact.media_type,
                bytes=artifact.bytes,
                sha256=artifact.sha256,
            )
            for artifact in artifacts
        )

    def completed(
        self, pinned: ManifestInput, degraded: tuple[Degradation, ...], artifacts: tuple[Artifact, ...]
    ) -> None:
        with transaction.atomic():
            self.add_artifacts(artifacts)
            self._save(
                status=Status.COMPLETED,
                progress=100,
                stage="",
                dataset={"source": pinned.source, "table": pinned.table, "snapshot": pinned.snapshot},
                degraded=[{"step": entry.step, "error": entry.error} for entry in degraded],
                finished_at=datetime.now(UTC),
            )
        self._on_progress("", 1.0)

    def failed(self, error: VoyantError) -> None:
        self._end(Status.FAILED, error.as_dict())

    def cancelled(self) -> None:
        self._end(Status.CANCELLED, None)

    def _end(self, status: Status, error: dict[str, Any] | None) -> None:
        with transaction.atomic():
            self._job.artifacts.all().delete()
            self._job.steps.filter(status=StepStatus.RUNNING).update(status=StepStatus.FAILED)
            self._save(status=status, error=error, finished_at=datetime.now(UTC))

    def _save(self, **changes: Any) -> None:
        for name, value in changes.items():
            setattr(self._job, name, value)
        self._job.save(update_fields=list(changes))
