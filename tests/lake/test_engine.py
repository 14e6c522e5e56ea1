"""The engine stops when it is told to, and threads may ask it at once."""

from __future__ import annotations

import threading
import time
from functools import partial

import pytest

from voyant.errors import QueryRejected
from voyant.lake.engine import Engine

ENDLESS = "SELECT sum(hash(range)) AS s FROM range(1000000000000)"


def test_another_thread_can_stop_a_statement() -> None:
    with Engine() as engine:
        threading.Timer(0.3, engine.interrupt).start()
        with pytest.raises(QueryRejected, match=r"(?i)interrupt"):
            engine.query(ENDLESS)


def test_threads_ask_at_once_and_answers_come_in_the_order_of_the_questions() -> None:
    with Engine(threads=2) as engine:
        engine.execute("CREATE TABLE counted AS SELECT range AS n FROM range(200000)")
        engine.execute("CREATE VIEW seen AS SELECT n FROM counted")
        looks = [partial(engine.query, f"SELECT sum(n) AS s FROM seen WHERE n < {most}") for most in range(1, 60)]
        assert [rows[0]["s"] for rows in engine.gather(looks)] == [most * (most - 1) // 2 for most in range(1, 60)]


def test_as_many_run_at_once_as_the_engine_uses_cores() -> None:
    both = threading.Barrier(2, timeout=10)
    with Engine(threads=2) as engine:
        assert sorted(engine.gather([both.wait, both.wait])) == [0, 1]


def test_a_look_may_gather_itself() -> None:
    with Engine(threads=1) as engine:
        inner = [partial(engine.query, f"SELECT {number} AS n") for number in range(3)]
        [found] = engine.gather([partial(engine.gather, inner)])
    assert [rows[0]["n"] for rows in found] == [0, 1, 2]


def test_every_thread_reads_times_by_the_same_clock() -> None:
    moment = "SELECT CAST(TIMESTAMPTZ '2024-01-01 00:00:00+00' AS VARCHAR) AS m"
    with Engine(threads=2) as engine:
        [elsewhere] = engine.gather([partial(engine.query, moment)])
        assert elsewhere == engine.query(moment) == [{"m": "2024-01-01 00:00:00+00"}]


def test_all_threads_stop_when_the_engine_is_told_to() -> None:
    with Engine(threads=2) as engine:
        threading.Timer(0.3, engine.interrupt).start()
        began = time.monotonic()
        with pytest.raises(QueryRejected, match=r"(?i)interrupt"):
            engine.gather([partial(engine.query, ENDLESS)] * 2)
        engine.close()
        assert time.monotonic() - began < 10


def test_a_look_that_fails_is_told_and_those_behind_it_are_left() -> None:
    begun: list[int] = []

    def look(number: int) -> None:
        begun.append(number)
        time.sleep(0.01)
        if number == 0:
            raise ValueError("of the first")

    with Engine(threads=1) as engine:
        with pytest.raises(ValueError, match="of the first"):
            engine.gather(partial(look, number) for number in range(100))
        engine.close()
    assert len(begun) < 100
