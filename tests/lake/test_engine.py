"""The engine stops when it is told to, whoever tells it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

import pytest

from voyant.errors import QueryRejected
from voyant.lake.engine import Engine

ENDLESS = "SELECT sum(hash(range)) AS s FROM range(1000000000000)"


@pytest.mark.parametrize(
    "ask",
    [
        lambda engine: engine.execute(f"CREATE TABLE t AS {ENDLESS}"),
        lambda engine: engine.tuples(ENDLESS),
        lambda engine: engine.query(ENDLESS),
        lambda engine: engine.first_rows(ENDLESS, 1),
        lambda engine: engine.arrow(ENDLESS),
    ],
    ids=["execute", "tuples", "query", "first_rows", "arrow"],
)
def test_an_interrupt_from_the_keyboard_is_one(ask: Callable[[Engine], object]) -> None:
    timer = threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGINT])
    with Engine(threads=1) as engine:  # with more, the engine may see the signal only when a statement ends
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            ask(engine)


def test_another_thread_can_stop_a_statement() -> None:
    with Engine(threads=1) as engine:  # with more, the engine may see the signal only when a statement ends
        threading.Timer(0.3, engine.interrupt).start()
        with pytest.raises(QueryRejected, match=r"(?i)interrupt"):
            engine.query(ENDLESS)
