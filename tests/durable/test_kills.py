"""Processes are killed in the middle of jobs: each job goes on from the last step that has ended, to the same bytes."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.durable.conftest import StartWorker
from tests.durable.jobs import acting, made, open_gate, steps_begun, wait_for_attempts, wait_for_completion
from tests.durable.processes import WorkerProcess
from tests.durable.temporal import Temporal, wait_until
from tests.repo.tree import ROOT
from voyant.domain.caller import Caller
from voyant.domain.parameters import JobParameters
from voyant.services.analysis import analyze, parameters_of
from voyant.services.jobs import list_jobs, show_job, steps_of
from voyant.services.sources import source_from
from voyant.services.submission import submit


def test_a_killed_worker(caller: Caller, parameters: JobParameters, start_worker: StartWorker, tmp_path: Path) -> None:
    worker, gate = start_worker(), tmp_path / "gate"
    job_id = submit(caller, "probe", acting(parameters, one=f"wait {gate}")).job.id
    wait_for_attempts(gate)

    worker.kill()
    open_gate(gate)
    start_worker()
    wait_for_completion(caller, job_id)
    assert steps_begun(caller, job_id) == ["normalize", "one", "one", "two"]


def test_a_killed_engine(
    caller: Caller, parameters: JobParameters, start_worker: StartWorker, temporal: Temporal, tmp_path: Path
) -> None:
    start_worker()
    gate = tmp_path / "gate"
    job_id = submit(caller, "probe", acting(parameters, one=f"wait {gate}")).job.id
    wait_for_attempts(gate)

    temporal.kill()
    later = submit(caller, "probe", parameters).job.id
    open_gate(gate)
    time.sleep(1)
    temporal.start()
    for job in (job_id, later):
        wait_for_completion(caller, job)
    assert set(steps_begun(caller, job_id)) == {"normalize", "one", "two"}
    assert steps_begun(caller, job_id).count("normalize") == 1


def test_an_engine_that_has_forgotten_everything(
    caller: Caller, parameters: JobParameters, start_worker: StartWorker, temporal: Temporal, tmp_path: Path
) -> None:
    start_worker()
    gate = tmp_path / "gate"
    job_id = submit(caller, "probe", acting(parameters, one=f"wait {gate}")).job.id
    wait_for_attempts(gate)

    temporal.kill()
    temporal.forget()
    temporal.start()
    open_gate(gate)
    wait_for_completion(caller, job_id)
    assert steps_begun(caller, job_id).count("normalize") == 1


def test_a_killed_submitter(caller: Caller, orders: Path, start_worker: StartWorker) -> None:
    start_worker()
    program = [sys.executable, "-m", "tests.durable.submitter", caller.tenant, "ingest", str(orders)]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True) as submitter:
        assert submitter.stdout
        accepted = [submitter.stdout.readline().strip() for _ in range(5)]
        submitter.kill()
        accepted += submitter.stdout.read().split()

    assert {job.id for job in list_jobs(caller, limit=500).items} >= set(accepted)
    for job_id in accepted[:8]:
        wait_for_completion(caller, job_id)


@pytest.fixture
def large(caller: Caller, tmp_path: Path) -> JobParameters:
    """Something that takes some seconds to analyse."""
    chance, path = random.Random(0), tmp_path / "sales.csv"
    with path.open("w") as file:
        file.write("day,country,amount,items,discount,channel\n")
        for number in range(100_000):
            day = f"2023-{1 + number % 12:02}-{1 + number % 28:02}"
            country, channel = chance.choice(["NL", "DE", "FR", "BE"]), chance.choice(["shop", "web"])
            amount, items, discount = chance.gauss(100, 20), chance.randint(1, 9), chance.random()
            file.write(f"{day},{country},{amount:.2f},{items},{discount:.3f},{channel}\n")
    return parameters_of(source_from(caller, str(path)))


Killing = Callable[[list[WorkerProcess]], None]


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["worker", "engine", "both"])
@pytest.mark.parametrize("round_", range(3))
def test_kills_at_random_moments(
    caller: Caller, large: JobParameters, start_worker: StartWorker, temporal: Temporal, victim: str, round_: int
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    expected = made(caller, analyze(caller, large.source))
    worker = start_worker()
    worker.wait_until_ready()
    job_id = submit(caller, "analyze", large).job.id

    for _ in range(3):
        time.sleep(chance.uniform(0, 2))
        if show_job(caller, job_id).status.is_final:
            break
        ended = {step["name"] for step in steps_of(caller, job_id) if step["status"] == "completed"}
        begun = steps_begun(caller, job_id)
        if victim != "engine":
            worker.kill()
        if victim != "worker":
            temporal.kill()
            temporal.start()
        if victim != "engine":
            worker = start_worker()
        wait_until(lambda seen=begun: _has_moved(caller, job_id, seen))
        again = steps_begun(caller, job_id)[len(begun) :]
        assert not ended & set(again), "a step that had ended was run again"

    wait_for_completion(caller, job_id, seconds=120)
    assert made(caller, job_id) == expected


def _has_moved(caller: Caller, job_id: str, begun: list[str]) -> bool:
    return show_job(caller, job_id).status.is_final or steps_begun(caller, job_id) != begun
