"""Jobs of processes that are no more end as failed, once, and leave nothing; all others are left alone."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from socket import gethostname

import pytest
from django.db import connection
from django.db.models.functions import Now

from voyant.domain.caller import Caller
from voyant.domain.ids import new_id
from voyant.domain.job import Status
from voyant.errors import Code, Conflict
from voyant.services import recovery
from voyant.services.analysis import analyze
from voyant.services.home import open_home
from voyant.services.jobs import show_job
from voyant.services.processes import has_vanished, this_process
from voyant.services.recording import JobRecorder
from voyant.services.sources import source_from
from voyant.services.wiring import artifact_store
from voyant.store.models import Job

TELLS_ITS_NAME = """
import sys
import time
from voyant.services.processes import this_process
print(this_process(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other() -> Iterator[subprocess.Popen[str]]:
    """Another process, which says what it is called and lives on until it is killed."""
    started = subprocess.Popen(
        [sys.executable, "-c", TELLS_ITS_NAME], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield started
    started.kill()
    started.communicate()


def name_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def running_job(caller: Caller, home: Path, process: str) -> str:
    """A job that is at work, with half an artifact, one of which is still being written, and scratch."""
    job = Job.objects.create(id=new_id("job"), tenant=caller.tenant, status=Status.RUNNING, process=process)
    artifact_store().write(caller.tenant, job.id, "normalize.json", b"{}")
    folder = home / "artifacts" / caller.tenant / job.id
    (folder / "profile.json#1").write_bytes(b"{")
    scratch = home / "scratch" / job.id
    scratch.mkdir(parents=True)
    (scratch / "stdin").write_bytes(b"id,amount")
    return job.id


def left_of(home: Path, job_id: str) -> list[Path]:
    return [path for path in home.rglob("*") if job_id in str(path)]


def test_a_process_is_there_until_it_ends(other: subprocess.Popen[str]) -> None:
    name = name_of(other)
    assert not has_vanished(name)
    other.kill()
    assert has_vanished_in_time(name), "also while nobody has waited for it"
    other.wait()
    assert has_vanished(name)


def has_vanished_in_time(name: str) -> bool:
    return any(has_vanished(name) for _ in range(100_000))


def test_another_process_of_the_same_number_is_another() -> None:
    host, pid, start = this_process().split(" ", 2)
    assert not has_vanished(f"{host} {pid} {start}")
    assert has_vanished(f"{host} {pid} {start}0")


def test_a_job_of_a_killed_process_fails_and_leaves_nothing(
    caller: Caller, home: Path, other: subprocess.Popen[str]
) -> None:
    job_id = running_job(caller, home, name_of(other))
    open_home()
    assert show_job(caller, job_id).status is Status.RUNNING
    assert left_of(home, job_id)

    other.kill()
    other.wait()
    open_home()
    job = show_job(caller, job_id)
    assert job.status is Status.FAILED
    assert job.error
    assert job.error["code"] == str(Code.INTERNAL)
    assert str(other.pid) in job.error["message"]
    assert "again" in job.error["remedy"]
    assert job.finished_at
    assert left_of(home, job_id) == []


@pytest.mark.parametrize("process", ["", "elsewhere 1 then"], ids=["of a workflow engine", "of another host"])
def test_other_jobs_are_left_alone(caller: Caller, home: Path, process: str) -> None:
    job_id = running_job(caller, home, process)
    open_home()
    assert show_job(caller, job_id).status is Status.RUNNING
    assert left_of(home, job_id)


ELSEWHERE = "elsewhere 1 then"


def silent_for(job_id: str, minutes: float) -> None:
    Job.objects.filter(id=job_id).update(seen_at=Now() - timedelta(minutes=minutes))


def test_a_job_of_another_host_fails_once_its_process_has_been_silent_for_long(caller: Caller, home: Path) -> None:
    job_id = running_job(caller, home, ELSEWHERE)
    silent_for(job_id, minutes=4)
    open_home()
    assert show_job(caller, job_id).status is Status.RUNNING

    silent_for(job_id, minutes=6)
    open_home()
    job = show_job(caller, job_id)
    assert job.status is Status.FAILED
    assert job.error
    assert "The process 1 on elsewhere has given no sign of life for 5 minutes" in job.error["message"]
    assert left_of(home, job_id) == []


@pytest.mark.parametrize("process", ["", this_process()], ids=["of a workflow engine", "of this host"])
def test_silence_says_nothing_of_other_jobs(caller: Caller, home: Path, process: str) -> None:
    job_id = running_job(caller, home, process)
    silent_for(job_id, minutes=60)
    open_home()
    assert show_job(caller, job_id).status is Status.RUNNING


def test_while_a_job_runs_its_process_gives_signs_for_all_its_jobs(
    caller: Caller, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "SECONDS_BETWEEN_SIGNS", 0)
    waiting, other = running_job(caller, home, this_process()), running_job(caller, home, ELSEWHERE)
    for job_id in (waiting, other):
        silent_for(job_id, minutes=60)
    source = tmp_path / "numbers.csv"
    source.write_text("number\n1\n2\n")
    analyze(caller, source_from(caller, str(source)), on_progress=lambda *_: wait_for_a_sign(waiting))
    assert not is_silent(waiting)
    assert is_silent(other)


def wait_for_a_sign(job_id: str) -> None:
    until = time.monotonic() + 20
    while is_silent(job_id) and time.monotonic() < until:
        time.sleep(0.05)


def is_silent(job_id: str) -> bool:
    return Job.objects.filter(id=job_id, seen_at__lt=Now() - timedelta(minutes=1)).exists()


def open_and_leave() -> None:
    open_home()
    connection.close()


def test_many_may_look_at_once(caller: Caller, home: Path) -> None:
    jobs = [running_job(caller, home, f"{gethostname()} {2**22 + 1} never") for _ in range(5)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: open_and_leave(), range(8)))
    assert {show_job(caller, job_id).status for job_id in jobs} == {Status.FAILED}
    assert [left_of(home, job_id) for job_id in jobs] == [[]] * 5


def test_scratch_of_an_ended_job_is_removed(caller: Caller, home: Path) -> None:
    job_id = running_job(caller, home, this_process())
    Job.objects.filter(id=job_id).update(status=Status.COMPLETED)
    open_home()
    assert not (home / "scratch" / job_id).exists()
    assert (home / "artifacts" / caller.tenant / job_id / "normalize.json").exists()


def test_a_job_that_was_ended_from_outside_does_not_come_back(caller: Caller) -> None:
    job = Job.objects.create(id=new_id("job"), tenant=caller.tenant, status=Status.RUNNING, process=this_process())
    recorder = JobRecorder(job, steps=2)
    Job.objects.filter(id=job.id).update(status=Status.FAILED)
    with pytest.raises(Conflict):
        recorder.step_started(0, "normalize")
    assert not recorder.cancelled()
    assert show_job(caller, job.id).status is Status.FAILED
