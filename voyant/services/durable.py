"""Durable jobs: what the activities of their workflow do, so that each may be repeated in any process at any time.

Rows are the truth. A step that has ended is not run again; of two attempts at one step the first to finish counts.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import close_old_connections
from msgspec import Struct, field

from voyant.domain.job import FINAL, StepStatus
from voyant.errors import Conflict, InternalError, JobCancelled, Unavailable, VoyantError
from voyant.services import retention
from voyant.services.execution import JobExecution, as_ours, call_off, fail, stopped_when_cancelled
from voyant.settings.configuration import settings
from voyant.store.errors import DatabaseAway
from voyant.store.models import Job, Step
from voyant.workflows.execution import execute, fails_the_job
from voyant.workflows.pipeline import Step as PipelineStep
from voyant.workflows.pipelines import pipeline_of
from voyant.workflows.protocol import (
    FailCall,
    JobCall,
    PipelineOrder,
    PruneCall,
    Pruned,
    StepCall,
    StepOrder,
    StepOutcome,
    StepProgress,
    Verdict,
)

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 10
"""A step that was begun so often without an end takes its workers down with it."""
IDLE_SECONDS = 30.0
"""An engine whose job goes on in another worker is closed after this."""

STOP = StepOutcome(verdict=Verdict.STOP)
CANCEL = StepOutcome(verdict=Verdict.CANCEL)


class StepInterrupted(Unavailable):
    """The worker lets go of the step; the next attempt runs it."""


def order_for(job: Job) -> PipelineOrder:
    """What the job's workflow is started with."""
    configured = settings()
    steps = tuple(
        StepOrder(name=step.name, timeout_seconds=step.timeout_seconds or configured.step_timeout_seconds)
        for step in pipeline_of(job.kind).steps
    )
    return PipelineOrder(job_id=job.id, steps=steps, heartbeat_seconds=configured.heartbeat_timeout_seconds)


class _OpenJob(Struct):
    """A job's engines, which stay open between its steps."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    execution: JobExecution | None = None
    used_at: float = field(default_factory=time.monotonic)
    share: float = 0.0

    def told(self, _step: str, share: float) -> None:
        self.share = share


class JobsOfWorker:
    """The jobs that one worker process works on; implements ``DurableJobs``."""

    def __init__(self) -> None:
        self._jobs: dict[str, _OpenJob] = {}
        self._jobs_lock = threading.Lock()

    def run_step(self, call: StepCall) -> StepOutcome:
        """Runs the step once; what a repetition may mend is raised, so that the engine repeats it."""
        with our_errors(), self._held(call.job_id) as held:
            job = _unfinished(call.job_id)
            if job is None:
                self._forget(call.job_id, held)
                return STOP
            if job.cancel_requested_at is not None:
                return CANCEL
            try:
                return _run(_opened(held, job), call)
            except StepInterrupted:
                self._forget(call.job_id, held)
                raise

    def progress(self, call: StepCall) -> StepProgress:
        held = self._jobs.get(call.job_id)
        return StepProgress(share=held.share if held else 0.0)

    def interrupt(self, call: StepCall) -> None:
        """Stops the step from another thread; the next attempt runs it."""
        held = self._jobs.get(call.job_id)
        if held is not None and held.execution is not None:
            held.execution.context.stop(StepInterrupted(f"The step {call.name!r} was interrupted.", system="worker"))

    def complete(self, call: JobCall) -> None:
        """Completes the job, unless it has ended."""
        with our_errors(), self._held(call.job_id) as held:
            try:
                if (job := _unfinished(call.job_id)) is not None:
                    _opened(held, job).complete()
            except JobCancelled:
                pass  # it ended otherwise a moment ago
            finally:
                self._forget(call.job_id, held)

    def fail(self, call: FailCall) -> None:
        """Ends the job with that error, unless it has ended."""
        with our_errors(), self._held(call.job_id) as held:
            self._forget(call.job_id, held)
            if (job := _unfinished(call.job_id)) is not None:
                fail(job, call.error)

    def cancel(self, call: JobCall) -> None:
        """Ends the job as cancelled, unless it has ended."""
        with our_errors(), self._held(call.job_id) as held:
            self._forget(call.job_id, held)
            if (job := Job.objects.filter(id=call.job_id).first()) is not None:
                call_off(job)

    def prunable(self, call: PruneCall) -> Pruned:
        with our_errors():
            return retention.prunable_everywhere(call.older_than_days)

    def prune(self, call: PruneCall) -> Pruned:
        with our_errors():
            return retention.prune_everywhere(call.older_than_days)

    def close_idle(self) -> None:
        """Frees engines of jobs that go on elsewhere."""
        for job_id, held in list(self._jobs.items()):
            if time.monotonic() - held.used_at > IDLE_SECONDS and held.lock.acquire(blocking=False):
                self._forget(job_id, held)
                held.lock.release()

    @contextmanager
    def _held(self, job_id: str) -> Iterator[_OpenJob]:
        """The job, for one thread at a time: an attempt that begins while another is thought lost waits for it."""
        while True:
            with self._jobs_lock:
                held = self._jobs.setdefault(job_id, _OpenJob())
            with held.lock:
                if self._jobs.get(job_id) is not held:
                    continue  # it was forgotten while we waited
                held.used_at = time.monotonic()
                yield held
                held.used_at = time.monotonic()
                return

    def _forget(self, job_id: str, held: _OpenJob) -> None:
        with self._jobs_lock:
            self._jobs.pop(job_id, None)
        if held.execution is not None:
            held.execution.close()
            held.execution = None


def _opened(held: _OpenJob, job: Job) -> JobExecution:
    """The job as its row says it stands, with the engines that earlier steps left open."""
    if held.execution is not None:
        held.execution.refresh(job)
        return held.execution
    held.execution = JobExecution(job, on_progress=held.told)
    return held.execution


def _run(execution: JobExecution, call: StepCall) -> StepOutcome:
    context, recorder = execution.context, execution.recorder
    step = execution.pipeline.steps[call.position]
    if (outcome := _written_outcome(step, call)) is not None:
        return outcome
    try:
        recorder.started()
        recorder.step_started(call.position, step.name)
    except Conflict:
        return STOP
    if recorder.attempt > MOST_ATTEMPTS:
        return StepOutcome(verdict=Verdict.FAIL, error=_never_ends(step).as_dict())
    with stopped_when_cancelled(context):
        went = execute(step, context, execution.parameters, time_limit=settings().step_timeout_seconds)
    if isinstance(went.error, JobCancelled):
        return CANCEL
    if isinstance(went.error, StepInterrupted | DatabaseAway):
        raise went.error  # it says nothing of the step
    if went.error is not None and went.error.retry_allowed and recorder.attempt < step.attempts:
        log.warning("The step %r of %s is tried again: %s %s", step.name, call.job_id, went.error.code, went.error)
        raise went.error
    if recorder.step_finished(call.position, went):
        return _outcome(step, went.step.error)
    return _written_outcome(step, call) or STOP


def _written_outcome(step: PipelineStep, call: StepCall) -> StepOutcome | None:
    """What follows from the step as its row says it went; None where it has not ended."""
    row = Step.objects.filter(job=call.job_id, position=call.position).exclude(status=StepStatus.RUNNING).first()
    return None if row is None else _outcome(step, row.error)


def _outcome(step: PipelineStep, error: dict[str, Any] | None) -> StepOutcome:
    fails = error is not None and fails_the_job(step, error)
    return StepOutcome(verdict=Verdict.FAIL if fails else Verdict.GO_ON, error=error)


def _unfinished(job_id: str) -> Job | None:
    return Job.objects.filter(id=job_id).exclude(status__in=FINAL).select_related("source").first()


def _never_ends(step: PipelineStep) -> VoyantError:
    return InternalError(
        f"The step {step.name!r} was begun {MOST_ATTEMPTS} times, and each time its worker was lost before the end.",
        remedy="It may need more memory than there is: lower VOYANT_MEMORY_LIMIT or VOYANT_WORKER_SLOTS.",
    )


@contextmanager
def our_errors() -> Iterator[None]:
    """While inside, every error becomes one of ours; a connection to the database that has ended is left behind."""
    close_old_connections()
    try:
        yield
    except VoyantError:
        raise
    except Exception as error:
        raise as_ours(error) from error
