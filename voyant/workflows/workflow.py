"""The workflows: they decide what is done next, and touch nothing themselves.

Their code is run again from a job's history whenever a worker takes the job over. A change that makes it decide
otherwise at some point of an old history needs ``workflow.patched``; tests replay saved histories.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, TimeoutError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from voyant.errors import Code, InternalError, InvalidInput
    from voyant.workflows.activities import Activities
    from voyant.workflows.protocol import (
        FailCall,
        JobCall,
        PipelineOrder,
        PruneCall,
        Pruned,
        StepCall,
        StepOrder,
        StepOutcome,
        Verdict,
    )

Call = TypeVar("Call")

GRACE = timedelta(seconds=60)
"""A step stops itself when its time is up; the engine steps in where it does not."""
LONGEST_BOOKKEEPING = timedelta(minutes=5)
PATIENT = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    maximum_interval=timedelta(seconds=30),
    non_retryable_error_types=["TemporalTimeout:StartToClose"],
)
"""Without a bound: a worker or a database that is away comes back. Errors that stay say so by their type."""


@workflow.defn
class RunPipeline:
    """Runs any pipeline for one job, whose id is the workflow's."""

    @workflow.run
    async def run(self, order: PipelineOrder) -> None:
        job = JobCall(job_id=order.job_id)
        try:
            await self._run_steps(order)
        except (ActivityError, asyncio.CancelledError) as failure:
            if is_cancelled_exception(failure):
                await _write_down(Activities.cancel, job)
            else:
                await _write_down(Activities.fail, FailCall(job_id=order.job_id, error=_told(failure)))

    async def _run_steps(self, order: PipelineOrder) -> None:
        job = JobCall(job_id=order.job_id)
        for position, step in enumerate(order.steps):
            outcome = await self._run_step(order, position, step)
            if outcome.verdict is not Verdict.GO_ON:
                break
        if outcome.verdict is Verdict.GO_ON:
            await _write_down(Activities.complete, job)
        elif outcome.verdict is Verdict.CANCEL:
            await _write_down(Activities.cancel, job)
        elif outcome.verdict is Verdict.FAIL:
            await _write_down(Activities.fail, FailCall(job_id=order.job_id, error=outcome.error or {}))

    async def _run_step(self, order: PipelineOrder, position: int, step: StepOrder) -> StepOutcome:
        return await workflow.execute_activity_method(
            Activities.run_step,
            StepCall(job_id=order.job_id, position=position, name=step.name),
            start_to_close_timeout=timedelta(seconds=step.timeout_seconds) + GRACE,
            heartbeat_timeout=timedelta(seconds=order.heartbeat_seconds),
            retry_policy=PATIENT,
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            summary=step.name,
        )


@workflow.defn
class PruneJobs:
    """Removes what is older than it need be kept; the dry run before it stays in the history."""

    @workflow.run
    async def run(self, call: PruneCall) -> Pruned:
        found = await self._do(Activities.prunable, call)
        return await self._do(Activities.prune, call) if found.jobs else found

    async def _do(self, activity: Callable[[Activities, PruneCall], Awaitable[Pruned]], call: PruneCall) -> Pruned:
        return await workflow.execute_activity_method(
            activity, call, start_to_close_timeout=timedelta(hours=6), retry_policy=RetryPolicy(maximum_attempts=3)
        )


async def _write_down(activity: Callable[[Activities, Call], Awaitable[None]], call: Call) -> None:
    """Ends the job; run by the worker at hand, since it takes little and must not wait for a slot."""
    await workflow.execute_local_activity_method(
        activity, call, start_to_close_timeout=LONGEST_BOOKKEEPING, retry_policy=PATIENT
    )


def _told(failure: BaseException) -> dict[str, Any]:
    """The error that the job ends with."""
    cause = failure.cause if isinstance(failure, ActivityError) else None
    if isinstance(cause, ApplicationError) and cause.details:
        error: dict[str, Any] = cause.details[0]
        return error
    if isinstance(cause, TimeoutError):
        return InvalidInput("A step did not end when its time was up.", code=Code.TIMEOUT).as_dict()
    return InternalError(f"The job failed: {cause or failure}").as_dict()
