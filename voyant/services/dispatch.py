"""Brings jobs to the workflow engine: queued ones in their order and within limits, and those that it has lost."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from django.db.models import Q, QuerySet

from voyant.domain.job import FINAL, Runner, Status
from voyant.errors import Unavailable
from voyant.services.durable import order_for, our_errors
from voyant.services.workers import Registration, live_workers
from voyant.settings.configuration import settings
from voyant.store.locks import Lock, alone
from voyant.store.models import Job, Worker
from voyant.workflows.client import WorkflowEngine
from voyant.workflows.pipelines import AREA_ENDS, PIPELINES
from voyant.workflows.protocol import PipelineOrder

log = logging.getLogger(__name__)
T = TypeVar("T")

SECONDS_BETWEEN_LOOKS = 0.2
SECONDS_BETWEEN_ROUNDS = 1.0
SECONDS_BETWEEN_RECOVERIES = 5.0
SECONDS_AFTER_A_FAILURE = 2.0
NEW = timedelta(seconds=3)
"""A job that was claimed just now is still on its way to the engine."""


class Dispatcher:
    """One worker's part in bringing jobs to the engine; any number of workers may do so at once."""

    def __init__(self, engine: WorkflowEngine, registration: Registration) -> None:
        self._engine = engine
        self._registration = registration
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="dispatch")

    async def run(self) -> None:
        """Works until it is cancelled."""
        await asyncio.gather(
            self._again_and_again(self._start_waiting, SECONDS_BETWEEN_LOOKS),
            self._again_and_again(self._cancel, SECONDS_BETWEEN_ROUNDS),
            self._again_and_again(self._recover, SECONDS_BETWEEN_RECOVERIES),
        )

    async def _start_waiting(self) -> None:
        if not await self._read(has_room):
            return
        await self._engine.require()
        orders = await self._read(claim)
        await asyncio.gather(*(self._start(order) for order in orders))

    async def _start(self, order: PipelineOrder) -> None:
        try:
            await self._engine.start(order)
        except Unavailable:
            await self._read(lambda: release(order.job_id))
            raise

    async def _cancel(self) -> None:
        for job_id in await self._read(called_off):
            await self._engine.cancel(job_id)

    async def _recover(self) -> None:
        """Starts again what the engine has no workflow for; its steps go on from the rows."""
        for order in await self._read(lambda: dispatched(self._registration.id)):
            if not await self._engine.is_running(order.job_id):
                log.warning("The job %s had no workflow and is started again.", order.job_id)
                await self._engine.start(order)

    async def _again_and_again(self, act: Callable[[], Awaitable[None]], pause: float) -> None:
        """Does it for ever; of failures in a row only the first is logged."""
        failing = False
        while True:
            try:
                await act()
                failing = False
            except Unavailable as error:
                if not failing:
                    log.warning("Jobs wait: %s %s", error.code, error)
                failing = True
            except Exception:
                # Whatever it is, the other jobs go on.
                log.exception("The dispatcher failed.")
                failing = True
            await asyncio.sleep(SECONDS_AFTER_A_FAILURE if failing else pause)

    async def _read(self, function: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, _asked, function)


def _asked(function: Callable[[], T]) -> T:
    with our_errors():
        return function()


def has_room() -> bool:
    """Whether a job waits and a slot is free; a look that takes no lock."""
    return _waiting().exists() and _free_slots(live_workers()) > 0


def claim() -> list[PipelineOrder]:
    """The jobs whose turn it is, marked as on their way to the engine."""
    with alone(Lock.CLAIM):
        free = _free_slots(live_workers())
        most, running = settings().max_running_jobs, Counter(_running().values_list("tenant", flat=True))
        claimed: list[Job] = []
        while len(claimed) < free:
            full = [tenant for tenant, count in running.items() if most is not None and count >= most]
            job = _waiting().exclude(tenant__in=full).order_by("id").first()
            if job is None:
                break
            if Job.objects.filter(id=job.id, status=Status.QUEUED).update(dispatched_at=datetime.now(UTC)):
                running[job.tenant] += 1
                claimed.append(job)
    return [order_for(job) for job in claimed]


def release(job_id: str) -> None:
    """Puts a claimed job that has not begun back to its place in the queue."""
    Job.objects.filter(id=job_id, status=Status.QUEUED).update(dispatched_at=None)


def called_off() -> list[str]:
    """Jobs on their way or running that somebody called off."""
    return list(_running().exclude(cancel_requested_at=None).values_list("id", flat=True))


def dispatched(worker_id: str) -> list[PipelineOrder]:
    """Jobs that the engine should know; for the oldest of the live workers alone, so that not all of them ask it."""
    oldest = live_workers().first()
    if oldest is None or oldest.id != worker_id:
        return []
    settled = Q(dispatched_at=None) | Q(dispatched_at__lt=datetime.now(UTC) - NEW)
    return [order_for(job) for job in _running().filter(settled, _of_known_kind())]


def _waiting() -> QuerySet[Job]:
    waiting = Job.objects.filter(
        status=Status.QUEUED, runner=Runner.DURABLE, dispatched_at=None, cancel_requested_at=None
    )
    return waiting.filter(_of_known_kind())


def _of_known_kind() -> Q:
    """Jobs whose pipeline is here; one of another release may know more."""
    return Q(kind__in=PIPELINES) | Q(kind__contains=AREA_ENDS)


def _running() -> QuerySet[Job]:
    """Durable jobs that have been claimed and have not ended."""
    unfinished = Job.objects.filter(runner=Runner.DURABLE).exclude(status__in=FINAL)
    return unfinished.exclude(status=Status.QUEUED, dispatched_at=None)


def _free_slots(workers: QuerySet[Worker]) -> int:
    return sum(worker.slots for worker in workers) - _running().count()
