"""The activities: thin calls to those who run jobs, from the loop of the worker into threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

from temporalio import activity
from temporalio.exceptions import ApplicationError

from voyant.errors import VoyantError
from voyant.workflows.protocol import DurableJobs, FailCall, JobCall, PruneCall, Pruned, StepCall, StepOutcome

Call = TypeVar("Call")
Answer = TypeVar("Answer")

SECONDS_BETWEEN_HEARTBEATS = 1.0
SECONDS_BETWEEN_INTERRUPTIONS = 0.25
INTERRUPTIONS = 16
"""Until then a step must have noticed; a worker that leaves waits no longer."""


class Activities:
    """What ``RunPipeline`` and ``PruneJobs`` call."""

    def __init__(self, jobs: DurableJobs, threads: Executor) -> None:
        self._jobs = jobs
        self._threads = threads

    @activity.defn
    async def run_step(self, call: StepCall) -> StepOutcome:
        running = self._begin(self._jobs.run_step, call)
        try:
            while not (await asyncio.wait({running}, timeout=SECONDS_BETWEEN_HEARTBEATS))[0]:
                activity.heartbeat(self._jobs.progress(call))
        except asyncio.CancelledError:
            # The job was called off, the worker leaves, or the engine believes this worker lost.
            await self._stop(running, call)
            raise
        return _answer_of(running)

    async def _stop(self, running: asyncio.Future[StepOutcome], call: StepCall) -> None:
        for _ in range(INTERRUPTIONS):
            # Again and again: an interruption between two statements reaches neither.
            self._jobs.interrupt(call)
            if (await asyncio.wait({running}, timeout=SECONDS_BETWEEN_INTERRUPTIONS))[0]:
                running.exception()  # is looked at, so that nobody complains that it was not
                return

    @activity.defn
    async def complete(self, call: JobCall) -> None:
        await self._do(self._jobs.complete, call)

    @activity.defn
    async def fail(self, call: FailCall) -> None:
        await self._do(self._jobs.fail, call)

    @activity.defn
    async def cancel(self, call: JobCall) -> None:
        await self._do(self._jobs.cancel, call)

    @activity.defn
    async def prunable(self, call: PruneCall) -> Pruned:
        return await self._do(self._jobs.prunable, call)

    @activity.defn
    async def prune(self, call: PruneCall) -> Pruned:
        return await self._do(self._jobs.prune, call)

    def _begin(self, function: Callable[[Call], Answer], call: Call) -> asyncio.Future[Answer]:
        return asyncio.get_running_loop().run_in_executor(self._threads, function, call)

    async def _do(self, function: Callable[[Call], Answer], call: Call) -> Answer:
        running = self._begin(function, call)
        await asyncio.wait({running})
        return _answer_of(running)


def _answer_of(done: asyncio.Future[Answer]) -> Answer:
    """The answer; our errors as the engine knows them: by code, and with whether a retry can help."""
    try:
        return done.result()
    except VoyantError as error:
        raise ApplicationError(
            error.message, error.as_dict(), type=str(error.code), non_retryable=not error.retry_allowed
        ) from error
