"""The database server goes down while jobs run, and comes back: they wait, and go on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.durable.conftest import StartWorker
from tests.durable.jobs import acting, made, open_gate, steps_begun, wait_for_attempts, wait_for_completion
from tests.durable.temporal import wait_until
from tests.fixtures.database_servers import DatabaseServer
from tests.fixtures.own_database import OwnDatabase
from voyant.domain.caller import Caller
from voyant.domain.parameters import JobParameters
from voyant.errors import Code, Unavailable
from voyant.services.analysis import analyze
from voyant.services.jobs import show_job
from voyant.services.submission import submit
from voyant.services.workers import SECONDS_BETWEEN_SIGNS


@pytest.fixture
def server(own_database: OwnDatabase) -> Iterator[DatabaseServer]:
    assert own_database.server
    yield own_database.server
    start(own_database.server)


def start(server: DatabaseServer) -> None:
    server.process.start()
    connection.close()  # this process has no use for one that was cut


def test_a_step_that_is_being_computed_goes_on(
    caller: Caller, parameters: JobParameters, start_worker: StartWorker, server: DatabaseServer, tmp_path: Path
) -> None:
    worker, gate = start_worker(), tmp_path / "gate"
    job_id = submit(caller, "probe", acting(parameters, one=f"wait {gate}")).job.id
    wait_for_attempts(gate)

    server.process.stop()
    time.sleep(1 + SECONDS_BETWEEN_SIGNS)
    start(server)
    open_gate(gate)
    wait_for_completion(caller, job_id)
    assert steps_begun(caller, job_id).count("normalize") == 1
    wait_until(lambda: worker.is_ready)


def test_what_ends_while_the_database_is_away_is_written_down_later(
    caller: Caller, parameters: JobParameters, start_worker: StartWorker, server: DatabaseServer, tmp_path: Path
) -> None:
    start_worker()
    expected, gate = made(caller, analyze(caller, parameters.source)), tmp_path / "gate"
    waiting = submit(caller, "probe", acting(parameters, one=f"wait {gate}")).job.id
    others = [submit(caller, "analyze", parameters).job.id for _ in range(3)]
    wait_for_attempts(gate)

    server.process.stop()
    open_gate(gate)
    time.sleep(2)
    with pytest.raises(Unavailable) as away:
        show_job(caller, waiting)
    assert away.value.code is Code.DATABASE
    start(server)

    for job_id in [waiting, *others]:
        wait_for_completion(caller, job_id, seconds=120)
    assert [made(caller, job_id) for job_id in others] == [expected] * 3
    assert submit(caller, "analyze", parameters).is_new
