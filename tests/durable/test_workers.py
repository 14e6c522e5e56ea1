"""Workers: how many jobs they take, and how they leave."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.durable.conftest import StartWorker
from tests.durable.jobs import (
    acting,
    open_gate,
    steps_begun,
    wait_for_attempts,
    wait_for_completion,
    wait_for_end,
)
from tests.durable.temporal import wait_until
from voyant.domain.caller import Caller
from voyant.domain.job import Status
from voyant.domain.parameters import JobParameters
from voyant.services.artifacts import list_artifacts
from voyant.services.jobs import show_job
from voyant.services.submission import cancel, submit


def test_many_jobs_at_once_lose_none(caller: Caller, parameters: JobParameters, start_worker: StartWorker) -> None:
    jobs = [submit(caller, "profile", parameters).job.id for _ in range(30)]
    start_worker()
    start_worker()

    for job_id in jobs:
        wait_for_completion(caller, job_id, seconds=120)
        assert steps_begun(caller, job_id) == ["normalize", "profile"]


def test_a_step_that_waits_is_cancelled(
    caller: Caller, parameters: JobParameters, start_worker: StartWorker, tmp_path: Path
) -> None:
    start_worker(worker_slots=1)
    gate = tmp_path / "gate"
    running = submit(caller, "probe", acting(parameters, one=f"wait {gate}")).job.id
    waiting = submit(caller, "probe", parameters).job.id
    wait_for_attempts(gate)

    assert show_job(caller, waiting).queue_position == 1
    assert cancel(caller, waiting).status is Status.CANCELLED
    cancel(caller, running)
    assert wait_for_end(caller, running).status is Status.CANCELLED
    assert list_artifacts(caller, running) == []
    assert steps_begun(caller, waiting) == []


def test_a_worker_that_is_told_to_leave_hands_its_step_on(
    caller: Caller, parameters: JobParameters, start_worker: StartWorker, tmp_path: Path
) -> None:
    leaving = start_worker()
    gate = tmp_path / "gate"
    job_id = submit(caller, "probe", acting(parameters, one=f"compute {gate}", two=f"wait {gate}")).job.id
    wait_for_attempts(gate)

    leaving.terminate()
    assert leaving.wait(10) == 0
    assert not leaving.is_ready
    start_worker()
    wait_for_attempts(gate, 2)
    assert show_job(caller, job_id).status is Status.RUNNING
    cancel(caller, job_id)
    assert wait_for_end(caller, job_id).status is Status.CANCELLED


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_no_more_jobs_run_than_there_are_slots(
    caller: Caller, parameters: JobParameters, start_worker: StartWorker, tmp_path: Path, workers: int
) -> None:
    for worker in [start_worker(worker_slots=1) for _ in range(workers)]:
        worker.wait_until_ready()
    gates = [tmp_path / f"gate{number}" for number in range(3)]
    jobs = [submit(caller, "probe", acting(parameters, one=f"wait {gate}")).job.id for gate in gates]

    for gate in gates[:workers]:
        wait_for_attempts(gate)
    time.sleep(0.5)
    assert [gate.exists() for gate in gates] == [number < workers for number in range(3)]
    for gate in gates:
        open_gate(gate)
    for job_id in jobs:
        wait_for_completion(caller, job_id)
    wait_until(lambda: all(gate.exists() for gate in gates))
