"""Processes that compute beside this one, started once and used by all jobs of it.

What holds Python's lock while it works gains nothing from threads. A process runs a script that answers requests on
its pipes: a request is a line ``operation length`` and so many bytes, an answer a line ``ok length`` or ``error
length`` and so many bytes. It ends when its input does, so it never outlives the process that started it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO, TypeVar

from voyant.errors import InternalError

T = TypeVar("T")
R = TypeVar("R")


class Worker:
    """One process. Not for several threads at once.

    Args:
        script: That it runs.
        subject: Who failed, in a sentence, where it does.
        environment: Variables that it has besides those of this process.
    """

    def __init__(self, script: Path, subject: str, environment: Mapping[str, str] | None = None) -> None:
        self._subject = subject
        self._process = subprocess.Popen(  # noqa: S603 - our own script
            [sys.executable, "-P", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})},
        )

    def ask(self, operation: str, payload: bytes) -> bytes:
        """The answer to a request.

        Raises:
            InternalError: It cannot be answered, or the process died.
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
            raise InternalError(f"{self._subject}'s process has ended.") from error
        if state != b"ok":
            # The words alone, without the trace that some libraries write below them.
            said = " ".join(answer.decode(errors="replace").split("\n    at ")[0].split())
            raise InternalError(f"{self._subject} failed: {said[:300] or 'its process has ended'}")
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

    def __init__(self, count: int, start: Callable[[], Worker]) -> None:
        self._start = start
        self._idle: SimpleQueue[Worker] = SimpleQueue()
        self._all = [start() for _ in range(count)]
        for worker in self._all:
            self._idle.put(worker)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="workers")

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
                worker = self._start()
                self._all.append(worker)
            return work(worker, item)
        finally:
            self._idle.put(worker)


def serve(operations: Mapping[str, Callable[[bytes], bytes]], requests: BinaryIO, answers: BinaryIO) -> None:
    """The other end: answers until there are no more requests."""
    while header := requests.readline():
        operation, length = header.split()
        payload = requests.read(int(length))
        try:
            state, answer = "ok", operations[operation.decode()](payload)
        except Exception as error:  # noqa: BLE001 - whatever it is, the process that asked tells of it
            state, answer = "error", f"{type(error).__name__}: {error}".encode()
        answers.write(f"{state} {len(answer)}\n".encode() + answer)
        answers.flush()
