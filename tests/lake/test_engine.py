"""The engine stops when it is told to."""

from __future__ import annotations

import threading

import pytest

from voyant.errors import QueryRejected
from voyant.lake.engine import Engine


def test_another_thread_can_stop_a_statement() -> None:
    with Engine() as engine:
        threading.Timer(0.3, engine.interrupt).start()
        with pytest.raises(QueryRejected, match=r"(?i)interrupt"):
            engine.query("SELECT sum(hash(range)) AS s FROM range(1000000000000)")
