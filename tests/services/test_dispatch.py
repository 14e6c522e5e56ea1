"""Which jobs go to the workflow engine next: in order, within limits, each once however many workers ask."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from voyant.domain.caller import Caller
from voyant.domain.job import Runner, Status
from voyant.domain.parameters import JobParameters
from voyant.services.analysis import parameters_of
from voyant.services.dispatch import called_off, claim, dispatched, has_room, release
from voyant.services.jobs import show_job
from voyant.services.sources import source_from
from voyant.services.submission import cancel, submit
from voyant.services.workers import SILENCE, Registration, list_workers
from voyant.settings.configuration import Settings
from voyant.store.models import Job, Worker


@pytest.fixture
def parameters(tmp_path: Path, caller: Caller) -> JobParameters:
    path = tmp_path / "orders.csv"
    path.write_text("day,amount\n2024-01-01,1\n")
    return parameters_of(source_from(caller, str(path)))


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    Job.objects.filter(runner=Runner.DURABLE).delete()
    yield
    Worker.objects.all().delete()
    Job.objects.filter(runner=Runner.DURABLE).delete()


def worker(slots: int) -> Registration:
    registration = Registration(slots)
    registration.sign()
    return registration


def claimed() -> list[str]:
    return [order.job_id for order in claim()]


def end(*jobs: str) -> None:
    Job.objects.filter(id__in=jobs).update(status=Status.COMPLETED)


def test_jobs_are_claimed_in_order_as_slots_become_free(caller: Caller, parameters: JobParameters) -> None:
    jobs = [submit(caller, "analyze", parameters).job.id for _ in range(4)]
    assert not has_room()
    worker(1), worker(1)

    assert claimed() == jobs[:2]
    assert not has_room()
    assert claimed() == []
    end(jobs[0])
    assert claimed() == jobs[2:3]


def test_a_tenant_at_its_limit_lets_others_pass(
    caller: Caller, other_caller: Caller, parameters: JobParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voyant.services.dispatch.settings", lambda: Settings(max_running_jobs=1))
    monkeypatch.setattr("voyant.services.durable.settings", lambda: Settings())
    mine = [submit(caller, "analyze", parameters).job.id for _ in range(3)]
    theirs = submit(other_caller, "analyze", parameters).job.id
    worker(4)

    assert claimed() == [mine[0], theirs]
    assert claimed() == []
    end(mine[0])
    assert claimed() == [mine[1]]


def test_workers_that_fell_silent_have_no_slots(caller: Caller, parameters: JobParameters) -> None:
    silent = worker(4)
    Worker.objects.filter(id=silent.id).update(seen_at=datetime.now(UTC) - SILENCE - timedelta(seconds=1))
    submit(caller, "analyze", parameters)

    assert list_workers() == []
    assert claimed() == []
    silent.sign()
    assert len(claimed()) == 1
    silent.leave()
    assert list_workers() == []


def test_of_many_claims_at_once_each_job_goes_to_one(caller: Caller, parameters: JobParameters) -> None:
    jobs = [submit(caller, "analyze", parameters).job.id for _ in range(12)]
    worker(5), worker(5)
    together, found = threading.Barrier(8), []

    def ask() -> None:
        together.wait()
        found.extend(claimed())
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == jobs[:10]


def test_a_job_that_the_engine_did_not_take_returns_to_its_place(caller: Caller, parameters: JobParameters) -> None:
    first, second = (submit(caller, "analyze", parameters).job.id for _ in range(2))
    worker(1)
    assert claimed() == [first]
    release(first)
    assert show_job(caller, first).queue_position == 1
    assert claimed() == [first]
    Job.objects.filter(id=first).update(status=Status.RUNNING)
    release(first)
    assert claimed() == []
    assert show_job(caller, second).queue_position == 1


def test_jobs_that_are_called_off_are_told(caller: Caller, parameters: JobParameters) -> None:
    running, waiting = (submit(caller, "analyze", parameters).job.id for _ in range(2))
    worker(1)
    claim()
    cancel(caller, waiting)
    cancel(caller, running)

    assert called_off() == [running]
    assert show_job(caller, waiting).status is Status.CANCELLED


def test_one_worker_alone_looks_after_what_was_dispatched(caller: Caller, parameters: JobParameters) -> None:
    oldest, other = worker(1), worker(1)
    lost, new = (submit(caller, "analyze", parameters).job.id for _ in range(2))
    assert claimed() == [lost, new]
    Job.objects.filter(id=lost).update(dispatched_at=datetime.now(UTC) - timedelta(minutes=1))

    assert [order.job_id for order in dispatched(oldest.id)] == [lost]
    assert dispatched(other.id) == []
