"""Turns of threads: one at a time, in the order in which they came."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from voyant.store.errors import DatabaseAway


class Turns:
    """A lock that is fair, as ``threading.Lock`` is not: who has waited longest is next.

    Args:
        seconds: The longest that anybody waits.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._guard = threading.Lock()
        self._gates: deque[threading.Lock] = deque()  # of those who wait, after that of whose turn it is

    @contextmanager
    def one(self) -> Iterator[None]:
        """While inside, no other thread is.

        Raises:
            DatabaseAway: The turn did not come in time.
        """
        gate = threading.Lock()
        gate.acquire()
        with self._guard:
            self._gates.append(gate)
            if self._gates[0] is gate:
                gate.release()
        try:
            if not gate.acquire(timeout=self._seconds):
                raise DatabaseAway(f"others have been writing for {self._seconds:g} s")
            yield
        finally:
            self._leave(gate)

    def _leave(self, gate: threading.Lock) -> None:
        with self._guard:
            had_turn = self._gates[0] is gate  # it may have come in the moment of giving up
            self._gates.remove(gate)
            if had_turn and self._gates:
                self._gates[0].release()
