"""Runs a pipeline in this process."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from typing import Protocol

from voyant.domain.artifact import Artifact
from voyant.domain.job import Degradation, StepStatus
from voyant.domain.manifest import ManifestStep
from voyant.domain.parameters import AnalyzeParameters
from voyant.errors import Code, InternalError, InvalidInput, QueryRejected, VoyantError, as_disk_full
from voyant.workflows.context import JobContext, StepContext
from voyant.workflows.interrupts import passed_on
from voyant.workflows.pipeline import Pipeline, Step, StepResult

log = logging.getLogger(__name__)

# What the caller asked for by name cannot be had: to leave it out and call the job completed would be no answer.
_ASKED_FOR = frozenset({Code.UNKNOWN_COLUMN, Code.BAD_KPI})


class Observer(Protocol):
    """Is told how a run goes; the one that keeps jobs writes it down."""

    def step_started(self, position: int, step: str) -> None: ...

    def step_finished(self, position: int, step: ManifestStep, artifacts: tuple[Artifact, ...]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a run went: every step that was tried, and those that failed without failing the job."""

    steps: tuple[ManifestStep, ...]
    degraded: tuple[Degradation, ...]


def run_pipeline(
    pipeline: Pipeline, context: JobContext, parameters: AnalyzeParameters, observer: Observer, *, time_limit: float
) -> Run:
    """Runs all steps in order.

    Args:
        time_limit: Seconds that each step may take where it sets no limit of its own.

    Raises:
        VoyantError: A core step failed; steps before it keep their artifacts.
        KeyboardInterrupt: The person at the shell has had enough.
    """
    steps: list[ManifestStep] = []
    degraded: list[Degradation] = []
    for step in pipeline.steps:
        if step.prepare is not None:
            step.prepare()
    with passed_on(context.interrupt_engines):
        for position, step in enumerate(pipeline.steps):
            observer.step_started(position, step.name)
            started, clock = datetime.now(UTC), time.perf_counter()
            step_context = StepContext(context, step.name)
            error = _run_step(step, step_context, parameters, step.timeout_seconds or time_limit)
            finished = ManifestStep(
                name=step.name,
                status=StepStatus.FAILED if error else StepStatus.COMPLETED,
                started=started.isoformat(timespec="milliseconds"),
                seconds=round(time.perf_counter() - clock, 3),
                libraries={name: _version(name) for name in step.libraries},
                seed=context.seed,
                error=error.as_dict() if error else None,
            )
            observer.step_finished(position, finished, step_context.written)
            steps.append(finished)
            if error is not None:
                if step.is_core or error.code in _ASKED_FOR:
                    raise error
                degraded.append(Degradation(step=step.name, error=error.as_dict()))
    return Run(steps=tuple(steps), degraded=tuple(degraded))


def _run_step(step: Step, context: StepContext, parameters: AnalyzeParameters, time_limit: float) -> VoyantError | None:
    """Runs one step as often as its errors allow; gives the error it failed with."""
    for attempt in range(1, step.attempts + 1):
        try:
            with _time_limit(context.job, step.name, time_limit):
                result = step.run(context, parameters)
        except QueryRejected as error:
            failure = _unless_ours(error, step.name)
        except VoyantError as error:
            failure = error
        except MemoryError as error:
            failure = InvalidInput(f"The step {step.name!r} ran out of memory: {error}", code=Code.TOO_LARGE)
        except Exception as error:
            # Whatever it is, the job must end with an error that says so and not with a traceback.
            log.exception("The step %r failed.", step.name)
            failure = as_disk_full(error) or InternalError(
                f"The step {step.name!r} failed: {type(error).__name__}: {error}"
            )
        else:
            _keep(result, context)
            return None
        context.discard_written()
        if not failure.retry_allowed or attempt == step.attempts:
            return failure
    return None


def _unless_ours(error: QueryRejected, step: str) -> VoyantError:
    """The error; our fault where the engine refused the statement: the callers' own were checked before."""
    if "sql" not in error.data:
        return error
    return InternalError(f"The step {step!r} failed: {error.message}", data=error.data)


def _keep(result: StepResult, context: StepContext) -> None:
    if result.pinned is not None:
        context.job.pinned = result.pinned


@contextmanager
def _time_limit(context: JobContext, step: str, seconds: float) -> Iterator[None]:
    """Stops the job's engines when the time is up, and says that this was why."""
    reason = InvalidInput(
        f"The step {step!r} took longer than {seconds:g} s.",
        code=Code.TIMEOUT,
        remedy="Give less data, or raise VOYANT_STEP_TIMEOUT_SECONDS.",
    )
    timer = threading.Timer(seconds, context.stop, [reason])
    timer.daemon = True
    timer.start()
    try:
        yield
    except VoyantError:
        context.check_stopped()
        raise
    finally:
        timer.cancel()


@cache
def _version(distribution: str) -> str:
    return version(distribution)
