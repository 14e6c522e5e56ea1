"""The rows of a job, kept true while it runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import F

from voyant.domain.artifact import Artifact
from voyant.domain.ids import new_id
from voyant.domain.job import Degradation, EventKind, Status, StepStatus
from voyant.errors import Code, Conflict
from voyant.store.errors import DatabaseAway
from voyant.store.models import Artifact as ArtifactRow
from voyant.store.models import Job, JobEvent, Step
from voyant.workflows.execution import Execution

Progress = Callable[[str, float], None]
SECONDS_BETWEEN_WRITES = 1.0
"""Steps tell their progress often; it is written down no more often than this."""


def ignore_progress(_stage: str, _share: float) -> None:
    """For callers whom the end alone concerns."""


class JobRecorder:
    """Writes what becomes of one job; each write is whole, comes with its event, and never moves a state backwards.

    Args:
        steps: How many the job's pipeline has.
        on_progress: Told the stage and the share of all steps that is done.
    """

    def __init__(self, job: Job, steps: int, on_progress: Progress = ignore_progress) -> None:
        self._job = job
        self._steps = steps
        self._position = 0
        self.attempt = 1
        self._on_progress = on_progress
        self._written_at = time.monotonic()

    def started(self) -> None:
        """The job runs from now on; nothing changes where it did already."""
        self._move(Status.RUNNING, started_at=datetime.now(UTC))

    def progress(self, step: str, share: float) -> None:
        """Passes on what a step says of itself."""
        done = (self._position + share) / self._steps
        if time.monotonic() - self._written_at > SECONDS_BETWEEN_WRITES:
            self._written_at = time.monotonic()
            with suppress(DatabaseAway):  # the step does not need it; the next share is written again
                self._running().update(progress=_percent(done))
        self._on_progress(step, done)

    def step_started(self, position: int, step: str) -> None:
        """The step runs from now on; ``attempt`` counts how often it began.

        Raises:
            Conflict: The job has ended meanwhile, or was removed.
        """
        self._position = position
        done = position / self._steps
        with transaction.atomic():
            if not self._running().update(stage=step, progress=_percent(done)):
                raise Conflict(f"The job {self._job.id} was ended or removed by others.", code=Code.NO_JOB)
            self.attempt = self._attempt_at(position, step)
            self._tell(EventKind.STEP_STARTED, step=step, progress=_percent(done), attempt=self.attempt)
        self._on_progress(step, done)

    def step_finished(self, position: int, execution: Execution) -> bool:
        """Keeps what the step made; False, and nothing kept, where another attempt at the same step was faster.

        A failure counts only when no later attempt has begun: a worker that was thought lost may well fail.
        """
        told = execution.step
        with self._writing():
            steps = self._job.steps.filter(position=position, status=StepStatus.RUNNING)
            if execution.error is not None:
                steps = steps.filter(attempt=self.attempt)
            changed = steps.update(
                status=told.status,
                started_at=datetime.fromisoformat(told.started),
                seconds=told.seconds,
                libraries=told.libraries,
                seed=told.seed,
                error=told.error,
            )
            if not changed:
                return False
            if execution.pinned is not None:
                self._running().update(pinned=msgspec.to_builtins(execution.pinned))
            if execution.reference:
                self._running().update(reference=msgspec.to_builtins(execution.reference))
            self.add_artifacts(execution.artifacts)
            self._tell(EventKind.STEP_FINISHED, step=told.name, status=told.status, error=told.error)
        return True

    def add_artifacts(self, artifacts: Iterable[Artifact]) -> None:
        """Keeps rows of artifacts; one of the same name is replaced."""
        rows = [
            ArtifactRow(
                id=new_id("art"),
                job=self._job,
                step=artifact.step,
                name=artifact.name,
                type=artifact.type,
                media_type=artifact.media_type,
                bytes=artifact.bytes,
                sha256=artifact.sha256,
                inputs=list(artifact.inputs),
            )
            for artifact in artifacts
        ]
        ArtifactRow.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["job", "name"],
            update_fields=["step", "type", "media_type", "bytes", "sha256", "inputs"],
        )

    def completed(self, degraded: tuple[Degradation, ...], artifacts: tuple[Artifact, ...]) -> bool:
        """Whether the job completed now, and had not ended otherwise before."""
        with self._writing():
            self.add_artifacts(artifacts)
            entries = [{"step": entry.step, "error": entry.error} for entry in degraded]
            moved = self._move(
                Status.COMPLETED, progress=100, stage="", degraded=entries, finished_at=datetime.now(UTC)
            )
        self._on_progress("", 1.0)
        return moved

    def failed(self, error: dict[str, Any]) -> bool:
        """Whether the job failed now, and had not ended otherwise before."""
        return self._end(Status.FAILED, error)

    def cancelled(self) -> bool:
        """Whether the job was cancelled now, and had not ended otherwise before."""
        return self._end(Status.CANCELLED, None)

    def _end(self, status: Status, error: dict[str, Any] | None) -> bool:
        with transaction.atomic():
            if not self._move(status, error=error, finished_at=datetime.now(UTC)):
                return False
            self._job.artifacts.all().delete()
            self._job.steps.filter(status=StepStatus.RUNNING).update(status=StepStatus.FAILED)
        return True

    def _move(self, to: Status, **changes: Any) -> bool:
        with transaction.atomic():
            rows = Job.objects.filter(id=self._job.id, status__in=to.predecessors)
            if not rows.update(status=to, **changes):
                return False
            self._tell(
                EventKind(to.value), **{name: changes[name] for name in ("error", "degraded") if name in changes}
            )
        return True

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A transaction that holds the job from its beginning.

        Events of a job then become visible in the order of their ids, and whoever follows them misses none.
        """
        with transaction.atomic():
            Job.objects.select_for_update(no_key=True).filter(id=self._job.id).values_list("id").first()
            yield

    def _attempt_at(self, position: int, step: str) -> int:
        begun: dict[str, Any] = {"started_at": datetime.now(UTC)}
        new = {"name": step, "status": StepStatus.RUNNING} | begun
        row, is_new = Step.objects.get_or_create(job=self._job, position=position, defaults=new)
        if not is_new:
            Step.objects.filter(id=row.id, status=StepStatus.RUNNING).update(attempt=F("attempt") + 1, **begun)
            row.refresh_from_db(fields=["attempt"])
        return row.attempt

    def _running(self) -> Any:
        return Job.objects.filter(id=self._job.id, status=Status.RUNNING)

    def _tell(self, kind: EventKind, **data: Any) -> None:
        JobEvent.objects.create(job=self._job, kind=kind, data=data)


def _percent(share: float) -> int:
    return min(99, round(100 * share))
