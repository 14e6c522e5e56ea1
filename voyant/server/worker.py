"""The worker process: runs durable jobs, and brings waiting ones to the workflow engine."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from voyant.errors import Unavailable
from voyant.services.home import open_home
from voyant.settings.configuration import settings

if TYPE_CHECKING:
    from voyant.services.durable import JobsOfWorker
    from voyant.services.workers import Registration
    from voyant.workflows.client import WorkflowEngine

log = logging.getLogger(__name__)

LONGEST_PAUSE = 5.0
SECONDS_TO_LEAVE = 8.0
"""Then the process ends however its work stands, such as without a workflow engine to say goodbye to."""
SECONDS_BETWEEN_SCHEDULES = 3600.0
NICENESS = 5
"""Where answers and computing share processors, answers go first: they take little, and somebody waits for them."""


def run() -> None:
    """Works until the process is told to leave; then steps that run are left to other workers.

    Raises:
        ConfigurationError: The home cannot be used.
    """
    open_home()
    os.nice(NICENESS)
    # It tells of every attempt that fails, with a traceback; those that matter stand in the events of their jobs.
    logging.getLogger("temporalio").setLevel(logging.ERROR)
    asyncio.run(_work_until_told())
    logging.shutdown()
    # A step that does not notice in time must not keep the process: another attempt is on its way elsewhere.
    os._exit(0)


async def _work_until_told() -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    work, leave = asyncio.create_task(_work(told)), asyncio.create_task(told.wait())
    await asyncio.wait({work, leave}, return_when=asyncio.FIRST_COMPLETED)
    done, _ = await asyncio.wait({work}, timeout=SECONDS_TO_LEAVE)
    if done:
        work.result()  # raises what it failed with


async def _work(told: asyncio.Event) -> None:
    from voyant.services.dispatch import Dispatcher
    from voyant.services.durable import JobsOfWorker
    from voyant.services.workers import Registration
    from voyant.workflows.worker import worker_for

    engine = await _connected(told)
    if engine is None:
        return
    configured, jobs = settings(), JobsOfWorker()
    registration = Registration(configured.worker_slots)
    threads = ThreadPoolExecutor(2 * configured.worker_slots + 4, thread_name_prefix="job")
    async with worker_for(
        engine.client,
        jobs,
        task_queue=configured.temporal_task_queue,
        slots=configured.worker_slots,
        threads=threads,
    ):
        await asyncio.to_thread(registration.sign)
        log.info("The worker %s is ready.", registration.id)
        background = [
            asyncio.create_task(Dispatcher(engine, registration).run()),
            asyncio.create_task(_sign_for_ever(registration, jobs)),
            asyncio.create_task(_keep_schedule(engine)),
        ]
        threads.submit(_warm_up)
        await told.wait()
        for task in background:
            task.cancel()
        await asyncio.to_thread(registration.leave)


async def _connected(told: asyncio.Event) -> WorkflowEngine | None:
    """The engine, as soon as it answers; None when the process is told to leave before."""
    from voyant.workflows.client import WorkflowEngine

    configured, pause = settings(), 0.1
    while not told.is_set():
        try:
            return await WorkflowEngine.connect(
                configured.temporal_address,
                namespace=configured.temporal_namespace,
                task_queue=configured.temporal_task_queue,
            )
        except Unavailable as error:
            if pause == 0.1:
                log.warning("Jobs wait: %s %s", error.code, error)
            with suppress(TimeoutError):
                await asyncio.wait_for(told.wait(), pause)
            pause = min(2 * pause, LONGEST_PAUSE)
    return None


async def _sign_for_ever(registration: Registration, jobs: JobsOfWorker) -> None:
    from voyant.services.workers import SECONDS_BETWEEN_SIGNS

    while True:
        await asyncio.sleep(SECONDS_BETWEEN_SIGNS)
        try:
            await asyncio.to_thread(registration.sign)
            await asyncio.to_thread(jobs.close_idle)
        except Unavailable as error:
            log.warning("The worker could not say that it is alive: %s %s", error.code, error)
        except Exception:
            log.exception("The worker could not say that it is alive.")


async def _keep_schedule(engine: WorkflowEngine) -> None:
    while True:
        try:
            await engine.prune_daily(settings().retention_days)
            await asyncio.sleep(SECONDS_BETWEEN_SCHEDULES)
        except Unavailable:
            await asyncio.sleep(LONGEST_PAUSE)


def _warm_up() -> None:
    """The first analysis should not wait for what it imports.

    What learns and predicts takes more memory than all of that, and is imported by the first job that asks for it.
    """
    from voyant.services.analysis import KIND
    from voyant.workflows.pipelines import pipeline_of
    from voyant.workflows.preloading import prepare

    prepare(pipeline_of(KIND))
