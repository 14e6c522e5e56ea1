"""The processes that draw, started once and used by all jobs of this process.

The renderer holds Python's lock while it works, so threads would wait for one another: two processes draw twice as
fast, and start while the engine is still reading.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

from voyant.errors import InternalError

T = TypeVar("T")
R = TypeVar("R")

_SCRIPT = Path(__file__).with_name("worker.py")
_MOST = 2


class Worker:
    """One process that draws. Not for several threads at once."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, "-P", str(_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, operation: str, payload: bytes) -> bytes:
        """The answer to a request.

        Raises:
            InternalError: The renderer can't draw it, or its process died.
        """
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None  # noqa: S101 - both are pipes
        assert answers is not None  # noqa: S101
        try:
            requests.write(f"{operation} {len(payload)}\n".encode() + payload)
            requests.flush()
            state, _, length = answers.readline().partition(b" ")
            answer = answers.read(int(length or 0))
        except OSError as error:
            raise InternalError("The chart renderer's process has ended.") from error
        if state != b"ok":
            # The renderer's words, without the trace of its JavaScript.
            said = " ".join(answer.decode(errors="replace").split("\n    at ")[0].split())
            raise InternalError(f"The chart renderer failed: {said[:300] or 'its process has ended'}")
        return answer

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        """Ends the process."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()


class Workers:
    """A few workers that share the work."""

    def __init__(self, count: int) -> None:
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        self._all = [Worker() for _ in range(count)]
        for worker in self._all:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="charts")

    def begin(self, work: Callable[[Worker, T], R], item: T) -> Future[R]:
        """The result of ``work`` on the item, to come; each call has a worker for itself."""
        return self._threads.submit(self._with_worker, work, item)

    def map(self, work: Callable[[Worker, T], R], items: Sequence[T]) -> list[R]:
        """The results of ``work`` on each item, in their order."""
        return [begun.result() for begun in [self.begin(work, item) for item in items]]

    def close(self) -> None:
        """Ends the processes."""
        self._threads.shutdown()
        for worker in self._all:
            worker.close()

    def _with_worker(self, work: Callable[[Worker, T], R], item: T) -> R:
        worker = self._idle.get()
        try:
            if not worker.is_alive:
                worker.close()
                self._all.remove(worker)
                worker = Worker()
                self._all.append(worker)
            return work(worker, item)
        finally:
            self._idle.put(worker)


def workers() -> Workers:
    """The workers of this process, starting where there are none."""
    return _workers_of(os.getpid())


@cache
def _workers_of(_process: int) -> Workers:  # a forked process must not talk through its parent's pipes
    started = Workers(min(_MOST, os.cpu_count() or 1))
    atexit.register(started.close)
    return started
