"""Jobs are accepted once, in order, within bounds, and their states only move forward."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from msgspec.structs import replace

from voyant.domain.caller import Caller
from voyant.domain.job import EventKind, Runner, Status
from voyant.domain.parameters import JobParameters
from voyant.domain.source import Source, SourceKind
from voyant.errors import Busy, Code, Conflict, InvalidInput, JobCancelled, NotFound
from voyant.services.analysis import analyze, parameters_of
from voyant.services.artifacts import list_artifacts
from voyant.services.execution import run_here, stored_parameters
from voyant.services.intake import Submission
from voyant.services.jobs import events_after, list_jobs, show_job
from voyant.services.recording import JobRecorder
from voyant.services.results import read_result
from voyant.services.sources import register, source_from, upload
from voyant.services.submission import UploadJob, cancel, submit, submit_for_uploads
from voyant.settings.configuration import Settings
from voyant.store.models import Job
from voyant.workflows.pipelines import PIPELINES

ROWS = 120
SECRET = "s3cret-of-the-shop"  # noqa: S105


@pytest.fixture
def parameters(tmp_path: Path, caller: Caller) -> JobParameters:
    path = tmp_path / "orders.csv"
    days = [date(2024, 1, 1) + timedelta(days=n) for n in range(ROWS)]
    rows = (f"{day},NL,{'Alba' if n % 3 else 'Bora'},{n}.5\n" for n, day in enumerate(days))
    path.write_text("day,country,brand,amount\n" + "".join(rows))
    return parameters_of(source_from(caller, str(path)))


@pytest.fixture(autouse=True)
def empty_queue() -> Iterator[None]:
    Job.objects.filter(status=Status.QUEUED).delete()  # of tests elsewhere, which have no use for them any more
    yield
    Job.objects.filter(status=Status.QUEUED).delete()


def kinds(caller: Caller, job_id: str) -> list[EventKind]:
    return [event.kind for event in events_after(caller, job_id)]


def test_an_accepted_job_waits_with_its_place(caller: Caller, parameters: JobParameters) -> None:
    first = submit(caller, "analyze", parameters).job
    second = submit(caller, "profile", parameters).job

    assert (first.status, second.status) == (Status.QUEUED, Status.QUEUED)
    assert [show_job(caller, job.id).queue_position for job in (first, second)] == [1, 2]
    assert kinds(caller, first.id) == [EventKind.QUEUED]


@pytest.mark.parametrize("kind", PIPELINES)
def test_every_kind_runs_to_a_result(caller: Caller, parameters: JobParameters, kind: str) -> None:
    analyze(caller, parameters.source, kind="quality")  # what drift is compared with
    job_id = submit(caller, kind, parameters, runner=Runner.PROCESS).job.id
    run_here(job_id)

    result = read_result(caller, job_id)
    assert (result.kind, result.status, result.dataset.rows) == (kind, Status.COMPLETED, ROWS)
    assert result.degraded == ()
    steps = len(PIPELINES[kind].steps)
    expected = [EventKind.QUEUED, EventKind.RUNNING, *[EventKind.STEP_STARTED, EventKind.STEP_FINISHED] * steps]
    assert kinds(caller, job_id) == [*expected, EventKind.COMPLETED]


def test_events_can_be_read_from_where_a_reader_stopped(caller: Caller, parameters: JobParameters) -> None:
    job_id = submit(caller, "ingest", parameters, runner=Runner.PROCESS).job.id
    seen = events_after(caller, job_id)
    run_here(job_id)

    rest = events_after(caller, job_id, seen[-1].id)
    assert [*seen, *rest] == events_after(caller, job_id)
    assert rest[0].kind is EventKind.RUNNING


def test_an_unknown_kind_is_refused(caller: Caller, parameters: JobParameters) -> None:
    with pytest.raises(InvalidInput, match="'dance'"):
        submit(caller, "dance", parameters)


def test_the_same_key_and_request_give_the_same_job(caller: Caller, parameters: JobParameters) -> None:
    first = submit(caller, "analyze", parameters, idempotency_key="k")
    again = submit(caller, "analyze", parameters, idempotency_key="k")

    assert (first.is_new, again.is_new, again.job.id) == (True, False, first.job.id)


def test_the_same_key_with_another_request_is_refused(caller: Caller, parameters: JobParameters) -> None:
    submit(caller, "analyze", parameters, idempotency_key="k")
    with pytest.raises(Conflict) as refused:
        submit(caller, "profile", parameters, idempotency_key="k")
    assert refused.value.code is Code.IDEMPOTENCY_KEY_REUSED


def test_keys_of_tenants_are_apart(caller: Caller, other_caller: Caller, parameters: JobParameters) -> None:
    mine = submit(caller, "analyze", parameters, idempotency_key="k")
    theirs = submit(other_caller, "profile", parameters, idempotency_key="k")
    assert theirs.is_new
    assert theirs.job.id != mine.job.id


def test_one_key_from_ten_threads_at_once_makes_one_job(caller: Caller, parameters: JobParameters) -> None:
    ids: list[str] = []
    together = threading.Barrier(10)

    def ask() -> None:
        together.wait()
        ids.append(submit(caller, "analyze", parameters, idempotency_key="k").job.id)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 10
    assert len(set(ids)) == 1


def test_no_more_jobs_wait_than_may(caller: Caller, parameters: JobParameters, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voyant.services.intake.settings", lambda: Settings(max_queued_jobs=1))
    submit(caller, "analyze", parameters)
    with pytest.raises(Busy) as refused:
        submit(caller, "analyze", parameters)
    assert refused.value.retry_allowed


@pytest.fixture
def remote(caller: Caller) -> Caller:
    """The caller, over the network."""
    return replace(caller, may_read_files=False)


def upload_job(caller: Caller, upload_id: str, kind: str = "ingest", key: str | None = None) -> UploadJob:
    return UploadJob(caller=caller, kind=kind, upload=upload_id, parameters=parameters_of, idempotency_key=key)


@pytest.fixture
def uploaded(remote: Caller, tmp_path: Path) -> str:
    (tmp_path / "sent.csv").write_text("x\n1\n2\n")
    return upload(remote, "sent.csv", tmp_path / "sent.csv").id


def test_jobs_over_uploads_are_those_that_are_submitted_one_by_one(remote: Caller, uploaded: str) -> None:
    one = submit(remote, "ingest", parameters_of(source_from(remote, uploaded))).job
    together = submit_for_uploads([upload_job(remote, uploaded), upload_job(remote, uploaded, "profile")])

    assert [type(outcome) for outcome in together] == [Submission, Submission]
    rows = Job.objects.filter(tenant=remote.tenant).order_by("id")
    fields = ("runner", "status", "parameters", "source_id", "subject", "process")
    assert [getattr(rows[0], name) for name in fields] == [getattr(rows[1], name) for name in fields]
    assert [row.kind for row in rows] == ["ingest", "ingest", "profile"]
    assert rows[0].id == one.id
    run_here(rows[1].id)
    assert read_result(remote, rows[1].id).dataset.rows == 2


def test_what_is_no_upload_of_the_caller_is_left_to_the_long_way(
    remote: Caller, other_caller: Caller, uploaded: str, tmp_path: Path
) -> None:
    at_address = register(remote, source_from(remote, "https://example.com/x.csv")).id
    of_database = register(remote, source_from(remote, "postgresql://ann@8.8.8.8/shop")).id
    (tmp_path / "local.csv").write_text("x\n1\n")
    of_shell = register(remote, source_from(replace(remote, may_read_files=True), str(tmp_path / "local.csv"))).id
    stranger = replace(other_caller, may_read_files=False)
    asked = [upload_job(remote, name) for name in (at_address, of_database, of_shell, "src_none", "orders", "-", "")]
    assert submit_for_uploads([*asked, upload_job(stranger, uploaded)]) == [None] * 8
    assert not Job.objects.filter(tenant__in=[remote.tenant, stranger.tenant]).exists()


def test_each_of_several_jobs_over_uploads_is_refused_by_itself(remote: Caller, uploaded: str) -> None:
    asked = [
        upload_job(remote, uploaded, key="k"),
        upload_job(remote, uploaded, "dance"),
        upload_job(remote, uploaded, key="k"),
        upload_job(remote, uploaded, "profile", key="k"),
        upload_job(remote, uploaded, key="k" * 256),
    ]
    first, unknown, again, other, long = submit_for_uploads(asked)
    assert isinstance(first, Submission)
    assert isinstance(again, Submission)
    assert (again.is_new, again.job.id) == (False, first.job.id)
    assert [type(outcome) for outcome in (unknown, other, long)] == [InvalidInput, Conflict, InvalidInput]


def test_a_waiting_job_is_cancelled_at_once_and_stays_so(caller: Caller, parameters: JobParameters) -> None:
    job_id = submit(caller, "analyze", parameters).job.id
    assert cancel(caller, job_id).status is Status.CANCELLED
    assert cancel(caller, job_id).status is Status.CANCELLED
    assert kinds(caller, job_id) == [EventKind.QUEUED, EventKind.CANCELLED]


def test_a_running_job_notices_that_it_was_cancelled(
    caller: Caller, parameters: JobParameters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voyant.services.execution.SECONDS_BETWEEN_LOOKS", 0.01)
    job_id = submit(caller, "analyze", parameters, runner=Runner.PROCESS).job.id
    Job.objects.filter(id=job_id).update(status=Status.RUNNING)
    cancel(caller, job_id)

    with pytest.raises(JobCancelled):
        run_here(job_id)
    assert show_job(caller, job_id).status is Status.CANCELLED
    assert list_artifacts(caller, job_id) == []


def test_what_has_ended_cannot_be_cancelled(caller: Caller, parameters: JobParameters) -> None:
    job_id = analyze(caller, parameters.source)
    with pytest.raises(Conflict) as refused:
        cancel(caller, job_id)
    assert refused.value.code is Code.NOT_CANCELLABLE
    assert show_job(caller, job_id).status is Status.COMPLETED


def test_states_never_move_backwards(caller: Caller, parameters: JobParameters) -> None:
    job_id = submit(caller, "analyze", parameters).job.id
    recorder = JobRecorder(Job.objects.get(id=job_id), steps=1)
    cancel(caller, job_id)

    recorder.started()
    assert not recorder.completed((), ())
    assert not recorder.failed(InvalidInput("too late").as_dict())
    assert show_job(caller, job_id).status is Status.CANCELLED
    assert kinds(caller, job_id) == [EventKind.QUEUED, EventKind.CANCELLED]


def test_another_tenants_jobs_do_not_exist(caller: Caller, other_caller: Caller, parameters: JobParameters) -> None:
    job_id = submit(caller, "analyze", parameters).job.id
    assert list_jobs(other_caller).items == ()
    for act in (show_job, cancel, events_after, read_result, list_artifacts):
        with pytest.raises(NotFound):
            act(other_caller, job_id)  # type: ignore[operator]


def test_a_result_asked_for_before_the_end_says_so(caller: Caller, parameters: JobParameters) -> None:
    job_id = submit(caller, "analyze", parameters).job.id
    with pytest.raises(Conflict) as refused:
        read_result(caller, job_id)
    assert refused.value.code is Code.JOB_NOT_COMPLETED


def test_credentials_reach_the_run_and_are_written_nowhere_in_clear(caller: Caller, home: Path) -> None:
    location = f"postgresql://ann:{SECRET}@db.example/shop"
    source = Source(kind=SourceKind.DATABASE, location=location, display_name="postgresql://db.example/shop")
    job_id = submit(caller, "analyze", parameters_of(source)).job.id

    job = Job.objects.get(id=job_id)
    assert stored_parameters(job).source.location == location
    connection.close()
    # Read by a process of its own: closing the files here would drop the locks that SQLite holds on them for this one.
    stored = subprocess.run(["cat", *home.glob("voyant.db*")], capture_output=True, check=True).stdout  # noqa: S607
    assert SECRET.encode() not in stored
    assert (home / "secret.key").stat().st_mode & 0o077 == 0
