"""One attempt at one step: what every runner does with it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from msgspec import Struct

from voyant.domain.artifact import Artifact
from voyant.domain.job import StepStatus
from voyant.domain.manifest import ManifestInput, ManifestStep
from voyant.domain.parameters import JobParameters
from voyant.errors import Code, InternalError, InvalidInput, QueryRejected, VoyantError, as_disk_full
from voyant.workflows import preloading
from voyant.workflows.context import JobContext, StepContext
from voyant.workflows.pipeline import ANSWER, Step, StepResult

log = logging.getLogger(__name__)

# What the caller asked for by name cannot be had: to leave it out and call the job completed would be no answer.
_ASKED_FOR = frozenset(map(str, (Code.UNKNOWN_COLUMN, Code.MISSING_PARAMETER, Code.BAD_KPI, Code.NO_TEMPLATE)))


class Execution(Struct, frozen=True, kw_only=True):
    """How an attempt went.

    Attributes:
        step: As the manifest tells it.
        artifacts: That it wrote; none where it failed.
        pinned: The table that all later steps read, where this one took it in.
        reference: What that table was compared with, where this one did.
        error: That it failed with.
    """

    step: ManifestStep
    artifacts: tuple[Artifact, ...] = ()
    pinned: ManifestInput | None = None
    reference: tuple[ManifestInput, ...] = ()
    error: VoyantError | None = None


def execute(step: Step, context: JobContext, parameters: JobParameters, *, time_limit: float) -> Execution:
    """Runs one step once; an error is part of the answer, whatever it was.

    Args:
        time_limit: Seconds that the step may take where it sets no limit of its own.
    """
    started, clock = datetime.now(UTC), time.perf_counter()
    step_context = StepContext(context, step.name)
    result, error = _attempt(step, step_context, parameters, step.timeout_seconds or time_limit)
    if error is not None:
        step_context.discard_written()
    if result.pinned is not None:
        context.pinned = result.pinned
    told = ManifestStep(
        name=step.name,
        status=StepStatus.FAILED if error else StepStatus.COMPLETED,
        started=started.isoformat(timespec="milliseconds"),
        seconds=round(time.perf_counter() - clock, 3),
        libraries={name: found for name in step.libraries if (found := _version(name)) is not None},
        seed=context.seed,
        error=error.as_dict() if error else None,
    )
    return Execution(
        step=told,
        artifacts=step_context.written,
        pinned=result.pinned,
        reference=result.reference,
        error=error,
    )


def fails_the_job(step: Step, error: dict[str, Any]) -> bool:
    """Whether the job fails with the step's error, and does not go on degraded."""
    return step.is_core or error["code"] in _ASKED_FOR or error["data"].get(ANSWER) == step.name


def _attempt(
    step: Step, context: StepContext, parameters: JobParameters, time_limit: float
) -> tuple[StepResult, VoyantError | None]:
    try:
        preloading.load(step.modules)
        with _time_limit(context.job, step.name, time_limit):
            return step.run(context, parameters), None
    except QueryRejected as error:
        return StepResult(), _unless_ours(error, step.name)
    except VoyantError as error:
        return StepResult(), error
    except MemoryError as error:
        failure = InvalidInput(f"The step {step.name!r} ran out of memory: {error}", code=Code.TOO_LARGE)
        return StepResult(), failure
    except Exception as error:
        # Whatever it is, the job must end with an error that says so and not with a traceback.
        log.exception("The step %r failed.", step.name)
        return StepResult(), as_disk_full(error) or InternalError(
            f"The step {step.name!r} failed: {type(error).__name__}: {error}"
        )


def _unless_ours(error: QueryRejected, step: str) -> VoyantError:
    """The error; our fault where the engine refused the statement: the callers' own were checked before."""
    if "sql" not in error.data:
        return error
    return InternalError(f"The step {step!r} failed: {error.message}", data=error.data)


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
        context.go_on_after(reason)


@cache
def _version(distribution: str) -> str | None:
    """None of one that is not installed, as those of extras need not be."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
