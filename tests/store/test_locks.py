"""Writers of one process: one at a time, in the order in which they came, and none stuck behind one that gave up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection

from voyant.domain.caller import Caller
from voyant.store.errors import DatabaseAway
from voyant.store.locks import Lock, alone
from voyant.store.models import Source
from voyant.store.turns import Turns


def started(run: Callable[[], None]) -> threading.Thread:
    def run_and_close() -> None:
        try:
            run()
        finally:
            connection.close()

    thread = threading.Thread(target=run_and_close)
    thread.start()
    return thread


def test_who_came_first_is_let_in_first() -> None:
    turns, inside = Turns(10), list[int]()

    def enter(number: int) -> None:
        with turns.one():
            inside.append(number)

    threads = []
    with turns.one():
        for number in range(20):
            threads.append(started(lambda number=number: enter(number)))
            wait_for(lambda number=number: len(turns._gates) == number + 2)
    for thread in threads:
        thread.join()
    assert inside == list(range(20))


def test_nobody_waits_for_ever_and_whoever_gives_up_is_passed_over() -> None:
    turns, told = Turns(0.1), list[str]()

    def give_up() -> None:
        with pytest.raises(DatabaseAway, match=r"0\.1 s"), turns.one():
            told.append("entered")
        told.append("gave up")

    with turns.one():
        for thread in [started(give_up) for _ in range(3)]:
            thread.join()
    assert told == ["gave up"] * 3
    with turns.one():  # none of them left anything behind
        pass


def test_a_turn_ends_with_an_error_too() -> None:
    turns = Turns(0.1)
    with pytest.raises(ZeroDivisionError), turns.one():
        raise ZeroDivisionError
    with turns.one():
        pass


def test_what_is_read_and_written_alone_is_not_written_by_others_in_between(caller: Caller) -> None:
    def add_the_next() -> None:
        for _ in range(10):
            with alone(Lock.SUBMISSION):
                number = Source.objects.filter(tenant=caller.tenant).count()
                time.sleep(0.001)  # long enough for others to come in, if they could
                Source.objects.create(
                    id=f"{caller.tenant}-{number}", tenant=caller.tenant, kind="url", location="", name="", key=number
                )

    for thread in [started(add_the_next) for _ in range(8)]:
        thread.join()
    assert Source.objects.filter(tenant=caller.tenant).count() == 80


def test_what_fails_alone_is_undone(caller: Caller) -> None:
    def create_and_fail() -> None:
        with alone(Lock.SUBMISSION):
            Source.objects.create(id=caller.tenant, tenant=caller.tenant, kind="url", location="", name="", key="")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        create_and_fail()
    assert not Source.objects.filter(tenant=caller.tenant).exists()


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.001)
