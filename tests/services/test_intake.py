"""Requests that are taken in together are decided as if each had come alone, and told only what has been written."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction

from voyant.domain.caller import Caller
from voyant.domain.job import EventKind, Runner, Status
from voyant.errors import Busy, Conflict
from voyant.services import intake
from voyant.services.intake import Desk, Request, Submission
from voyant.services.sources import source_from
from voyant.settings.configuration import Settings
from voyant.store.errors import DatabaseAway
from voyant.store.models import Job, JobEvent

Ask = Callable[..., Request]


@pytest.fixture
def ask(caller: Caller, tmp_path: Path) -> Ask:
    """Makes requests for the same source."""
    (tmp_path / "a.csv").write_text("x\n1\n")
    source = source_from(caller, str(tmp_path / "a.csv"))

    def request(key: str | None = None, digest: str = "", **parameters: object) -> Request:
        return Request(
            caller=caller,
            kind="ingest",
            source=source,
            parameters=parameters,
            reference=None,
            runner=Runner.DURABLE,
            key=key,
            digest=digest,
        )

    return request


@pytest.fixture(autouse=True)
def empty_queue() -> Iterator[None]:
    Job.objects.filter(status=Status.QUEUED).delete()
    yield
    Job.objects.filter(status=Status.QUEUED).delete()


def together(desk: Desk, requests: list[Request]) -> list[Submission | Exception]:
    """What becomes of the requests, which all wait while somebody else has the turn."""
    outcomes: dict[int, Submission | Exception] = {}

    def hand_in(number: int, request: Request) -> None:
        try:
            (outcomes[number],) = desk.hand_in([request])
        except Exception as error:  # noqa: BLE001 - what came of it is looked at
            outcomes[number] = error
        finally:
            connection.close()

    threads = []
    with desk._turns.one():
        for number, request in enumerate(requests):
            threads.append(threading.Thread(target=hand_in, args=(number, request)))
            threads[-1].start()
            wait_for(lambda number=number: len(desk._waiting) == number + 1)
    for thread in threads:
        thread.join()
    return [outcomes[number] for number in range(len(requests))]


def jobs_of(outcomes: list[Submission | Exception]) -> list[str]:
    return [outcome.job.id for outcome in outcomes if isinstance(outcome, Submission)]


def test_many_share_a_transaction_in_the_order_in_which_they_came(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    transactions: list[int] = []
    accept = intake.accept
    monkeypatch.setattr(intake, "accept", lambda taken: (transactions.append(len(taken)), accept(taken))[1])
    outcomes = together(Desk(), [ask() for _ in range(12)])

    ids = jobs_of(outcomes)
    assert transactions == [12]
    assert [outcome.job.queue_position for outcome in outcomes if isinstance(outcome, Submission)] == [*range(1, 13)]
    assert ids == sorted(ids)
    assert Job.objects.filter(id__in=ids, status=Status.QUEUED).count() == 12
    assert Counter(JobEvent.objects.filter(job__in=ids).values_list("kind", flat=True)) == {EventKind.QUEUED: 12}


def test_what_is_told_of_a_job_is_what_its_row_says(ask: Ask) -> None:
    (told, _) = together(Desk(), [ask(), ask()])
    assert isinstance(told, Submission)
    row = Job.objects.get(id=told.job.id)
    assert (row.created_at, row.parameters) == (told.job.created_at, told.job.parameters)


def test_keys_hold_among_those_that_are_taken_in_together(ask: Ask) -> None:
    first, again, other = together(Desk(), [ask("k", "one"), ask("k", "one"), ask("k", "two")])
    assert isinstance(first, Submission)
    assert isinstance(again, Submission)
    assert (first.is_new, again.is_new, again.job.id) == (True, False, first.job.id)
    assert isinstance(other, Conflict)
    assert Job.objects.filter(tenant=tenant_of(ask)).count() == 1


def test_no_more_are_taken_in_together_than_may_wait(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voyant.services.intake.settings", lambda: Settings(max_queued_jobs=3))
    outcomes = together(Desk(), [ask() for _ in range(5)])
    assert [type(outcome) for outcome in outcomes] == [Submission] * 3 + [Busy] * 2
    assert Job.objects.filter(tenant=tenant_of(ask)).count() == 3


def test_one_that_cannot_be_written_takes_none_with_it(ask: Ask) -> None:
    outcomes = together(Desk(), [ask(), ask(unwritable=object()), ask()])
    assert [type(outcome) for outcome in outcomes] == [Submission, TypeError, Submission]
    assert Job.objects.filter(tenant=tenant_of(ask)).count() == 2


def test_nobody_is_told_of_a_job_whose_commit_failed(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    commit = transaction.Atomic.__exit__

    def fail(self: transaction.Atomic, *error: object) -> None:
        if connection.in_atomic_block and len(connection.savepoint_ids) == 0 and not any(error):
            commit(self, DatabaseAway, DatabaseAway("the disk is away"), None)
            raise DatabaseAway("the disk is away")
        commit(self, *error)

    with monkeypatch.context() as patched:
        patched.setattr(transaction.Atomic, "__exit__", fail)
        outcomes = together(Desk(), [ask() for _ in range(3)])
    assert [type(outcome) for outcome in outcomes] == [DatabaseAway] * 3
    assert Job.objects.filter(tenant=tenant_of(ask)).count() == 0


def test_whoever_gives_up_waiting_gets_no_job(ask: Ask) -> None:
    desk = Desk()
    desk._turns._seconds = 0.05
    outcomes = []
    with desk._turns.one():
        for _ in range(2):
            with pytest.raises(DatabaseAway):
                desk.hand_in([ask()])
    outcomes = together(Desk(), [ask()])
    assert desk._waiting == []
    assert Job.objects.filter(tenant=tenant_of(ask)).count() == len(outcomes)


def tenant_of(ask: Ask) -> str:
    return ask().caller.tenant


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.001)
