"""The workflow engine is away, loses jobs, or is told to end them: no job is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import Client

from tests.durable.conftest import StartWorker
from tests.durable.jobs import acting, open_gate, steps_begun, wait_for_attempts, wait_for_completion, wait_for_end
from tests.durable.processes import WorkerProcess
from tests.durable.temporal import Temporal, wait_until
from voyant.domain.caller import Caller
from voyant.domain.job import Status
from voyant.domain.parameters import JobParameters
from voyant.services.jobs import show_job
from voyant.services.submission import cancel, submit
from voyant.store.models import Job


def ask(temporal: Temporal, act: Callable[[Client], Awaitable[object]]) -> object:
    async def connect_and_ask() -> object:
        return await act(await Client.connect(temporal.address))

    return asyncio.run(connect_and_ask())


def test_jobs_wait_for_an_engine_that_is_away(
    caller: Caller, parameters: JobParameters, start_worker: StartWorker, temporal: Temporal, home: Path
) -> None:
    log = home / "voyant.log"
    start_worker().wait_until_ready()
    temporal.kill()
    try:
        before = log.read_text() if log.exists() else ""
        jobs = [submit(caller, "probe", parameters).job.id for _ in range(3)]
        wait_until(lambda: log.exists() and "VYNT-5004" in log.read_text()[len(before) :])
        assert [show_job(caller, job_id).queue_position for job_id in jobs] == [1, 2, 3]
        late = start_worker()
        wait_until(lambda: log.read_text()[len(before) :].count("VYNT-5004") == 2)
        assert not late.is_ready
        said = log.read_text()[len(before) :]
        assert len(said.splitlines()) == 2, said
    finally:
        temporal.start()
    for job_id in jobs:
        wait_for_completion(caller, job_id)


@pytest.mark.slow
def test_a_worker_leaves_while_the_engine_is_away(
    caller: Caller, parameters: JobParameters, start_worker: StartWorker, temporal: Temporal, tmp_path: Path
) -> None:
    gate, worker = tmp_path / "gate", start_worker()
    job_id = submit(caller, "probe", acting(parameters, one=f"wait {gate}")).job.id
    wait_for_attempts(gate)
    temporal.kill()
    try:
        worker.terminate()
        assert worker.wait(10) == 0
    finally:
        temporal.start()
    open_gate(gate)
    start_worker()
    wait_for_completion(caller, job_id)


def test_a_job_that_was_claimed_and_never_started_is_started(
    caller: Caller, parameters: JobParameters, start_worker: StartWorker
) -> None:
    job_id = submit(caller, "probe", parameters).job.id
    Job.objects.filter(id=job_id).update(dispatched_at=datetime.now(UTC) - timedelta(minutes=1))
    start_worker()
    wait_for_completion(caller, job_id)


def test_a_terminated_workflow_is_started_again(
    caller: Caller, parameters: JobParameters, start_worker: StartWorker, temporal: Temporal, tmp_path: Path
) -> None:
    start_worker()
    gate = tmp_path / "gate"
    job_id = submit(caller, "probe", acting(parameters, one=f"wait {gate}")).job.id
    wait_for_attempts(gate)

    ask(temporal, lambda client: client.get_workflow_handle(job_id).terminate())
    open_gate(gate)
    wait_for_completion(caller, job_id)
    assert steps_begun(caller, job_id).count("normalize") == 1


def test_a_workflow_that_is_cancelled_in_the_engine_cancels_its_job(
    caller: Caller, parameters: JobParameters, start_worker: StartWorker, temporal: Temporal, tmp_path: Path
) -> None:
    start_worker()
    gate = tmp_path / "gate"
    job_id = submit(caller, "probe", acting(parameters, one=f"compute {gate}")).job.id
    wait_for_attempts(gate)

    ask(temporal, lambda client: client.get_workflow_handle(job_id).cancel())
    assert wait_for_end(caller, job_id).status is Status.CANCELLED


@pytest.mark.slow
def test_a_job_whose_worker_is_gone_is_cancelled_by_the_next(
    caller: Caller, parameters: JobParameters, start_worker: StartWorker, tmp_path: Path
) -> None:
    lost: WorkerProcess = start_worker()
    gate = tmp_path / "gate"
    job_id = submit(caller, "probe", acting(parameters, one=f"wait {gate}")).job.id
    wait_for_attempts(gate)
    lost.kill()

    assert cancel(caller, job_id).status is Status.RUNNING
    start_worker()
    assert wait_for_end(caller, job_id).status is Status.CANCELLED
    assert gate.read_text() == "x"


def test_old_jobs_are_pruned_by_a_schedule(
    caller: Caller, parameters: JobParameters, start_worker: StartWorker, temporal: Temporal
) -> None:
    start_worker(retention_days=30).wait_until_ready()
    job_id = submit(caller, "ingest", parameters).job.id
    wait_for_completion(caller, job_id)
    old = datetime.now(UTC) - timedelta(days=31)
    Job.objects.filter(id=job_id).update(finished_at=old)

    wait_until(lambda: ask(temporal, _trigger_pruning))
    wait_until(lambda: not Job.objects.filter(id=job_id).exists())


async def _trigger_pruning(client: Client) -> bool:
    schedules = [schedule.id async for schedule in await client.list_schedules()]
    for name in schedules:
        await client.get_schedule_handle(name).trigger()
    return bool(schedules)
