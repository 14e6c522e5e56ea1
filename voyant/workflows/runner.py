"""Runs a pipeline in this process."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from voyant.domain.job import Degradation
from voyant.domain.parameters import JobParameters
from voyant.errors import JobCancelled
from voyant.workflows.context import JobContext
from voyant.workflows.execution import Execution, execute, fails_the_job
from voyant.workflows.interrupts import passed_on
from voyant.workflows.pipeline import Pipeline, Step
from voyant.workflows.preloading import prepare


class Observer(Protocol):
    """Is told how a run goes; the one that keeps jobs writes it down."""

    def step_started(self, position: int, step: str) -> None: ...

    def step_finished(self, position: int, execution: Execution) -> object: ...


class Run(Struct, frozen=True, kw_only=True):
    """How a run went: the steps that failed without failing the job."""

    degraded: tuple[Degradation, ...]


def run_pipeline(
    pipeline: Pipeline, context: JobContext, parameters: JobParameters, observer: Observer, *, time_limit: float
) -> Run:
    """Runs all steps in order.

    Args:
        time_limit: Seconds that each step may take where it sets no limit of its own.

    Raises:
        VoyantError: A step without which the job is no answer failed; steps before it keep their artifacts.
        KeyboardInterrupt: The person at the shell has had enough.
    """
    degraded: list[Degradation] = []
    prepare(pipeline)
    with passed_on(context.interrupt_engines):
        for position, step in enumerate(pipeline.steps):
            observer.step_started(position, step.name)
            execution = _as_often_as_helps(step, context, parameters, time_limit)
            observer.step_finished(position, execution)
            if execution.error is not None:
                error = execution.error.as_dict()
                if isinstance(execution.error, JobCancelled) or fails_the_job(step, error):
                    raise execution.error
                degraded.append(Degradation(step=step.name, error=error))
    return Run(degraded=tuple(degraded))


def _as_often_as_helps(step: Step, context: JobContext, parameters: JobParameters, time_limit: float) -> Execution:
    for attempt in range(1, step.attempts + 1):
        execution = execute(step, context, parameters, time_limit=time_limit)
        if execution.error is None or not execution.error.retry_allowed or attempt == step.attempts:
            break
    return execution
