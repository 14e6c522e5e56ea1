"""The processes that run callers' SQL, seen from the process that serves callers."""

from __future__ import annotations

import atexit
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue

from voyant.domain.cancellation import Cancellation
from voyant.errors import Busy, Code, InternalError, InvalidInput, QueryRejected, VoyantError
from voyant.lake.confined.request import Answer, Request, decode_error, out_of_memory

KEPT_VARIABLES = ("LD_LIBRARY_PATH", "TZDIR")
"""All of the environment that the processes get, beside where modules are: no statement can find a secret in it."""


class Worker:
    """One process. Not for several threads at once, except ``kill``."""

    def __init__(self, scratch: Path, memory_bytes: int) -> None:
        scratch.mkdir(parents=True, exist_ok=True)
        self._scratch = scratch / f"sql-{secrets.token_hex(8)}"  # made by the engine where it spills
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-P", "-m", "voyant.lake.confined.worker", str(self._scratch), str(memory_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._scratch.anchor,
            env=_environment(),
        )
        assert self._process.stdin is not None  # noqa: S101 - both are pipes
        assert self._process.stdout is not None  # noqa: S101
        self._requests, self._answers = self._process.stdin, self._process.stdout
        if not self._answers.readline():
            self.close()
            raise InternalError("The process for SQL did not start.")

    @property
    def process_id(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: Request) -> Answer:
        """The answer to a request.

        Raises:
            VoyantError: The statement failed, or the process was ended over it.
        """
        try:
            self._requests.write(request.encode())
            self._requests.flush()
            head = json.loads(self._answers.readline() or "null")
        except OSError:
            head = None
        if head is None:
            raise self._cause_of_death(request)
        if "error" in head:
            raise decode_error(head["error"])
        stream = self._answers.read(head["length"])
        return Answer(types=tuple(head["types"]), stream=stream, rows=head["rows"], cut=head["cut"])

    def _cause_of_death(self, request: Request) -> VoyantError:
        if self._process.wait() == -signal.SIGALRM:
            return InvalidInput(
                f"The statement ran longer than the {request.seconds:g} s that it may.",
                code=Code.TIMEOUT,
                remedy="Filter or aggregate earlier, or ask an operator to raise VOYANT_SQL_TIMEOUT_SECONDS.",
            )
        return out_of_memory()

    def kill(self) -> None:
        """Ends the process at once, whatever it does; may come from any thread."""
        self._process.kill()

    def close(self) -> None:
        """Ends the process and removes what it spilled."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        shutil.rmtree(self._scratch, ignore_errors=True)


class Pool:
    """A few processes, started when first needed and used again.

    Args:
        most: Statements that run at once; others wait.
        memory_bytes: That each may hold.
    """

    def __init__(self, scratch: Path, *, most: int, memory_bytes: int) -> None:
        self._scratch = scratch
        self._memory_bytes = memory_bytes
        self._places = threading.Semaphore(most)
        self._idle: SimpleQueue[Worker] = SimpleQueue()

    def run(self, request: Request, cancellation: Cancellation) -> Answer:
        """The answer to a request.

        Raises:
            VoyantError: The statement failed, reached a limit, was cancelled, or found no free place in its time.
        """
        if not self._places.acquire(timeout=request.seconds):
            raise Busy(
                f"Other statements kept this one waiting longer than {request.seconds:g} s.",
                remedy="Try again later, or ask an operator to raise VOYANT_SQL_CONCURRENCY.",
            )
        try:
            return self._run(request, cancellation)
        finally:
            self._places.release()

    def _run(self, request: Request, cancellation: Cancellation) -> Answer:
        worker = self._worker()
        reusable = False
        try:
            with cancellation.calling(worker.kill):
                answer = worker.ask(request)
            reusable = not cancellation.cancelled
            return answer
        except VoyantError as error:
            if cancellation.cancelled:
                raise QueryRejected("The statement was cancelled.", remedy="Send it again.") from error
            reusable = worker.is_alive and error.code is not Code.TOO_LARGE
            raise
        finally:
            if reusable:
                self._idle.put(worker)
            else:
                worker.close()

    def _worker(self) -> Worker:
        try:
            while not (worker := self._idle.get_nowait()).is_alive:
                worker.close()
            return worker
        except Empty:
            return Worker(self._scratch, self._memory_bytes)

    def close(self) -> None:
        """Ends the processes that are idle."""
        while not self._idle.empty():
            self._idle.get().close()


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(str(Path(place).absolute()) for place in sys.path if place)}


def pool(scratch: Path, *, most: int, memory_bytes: int) -> Pool:
    """The pool of this process for those limits."""
    return _pool_of(os.getpid(), scratch, most, memory_bytes)


@cache
def _pool_of(_process: int, scratch: Path, most: int, memory_bytes: int) -> Pool:  # a fork must not share pipes
    made = Pool(scratch, most=most, memory_bytes=memory_bytes)
    atexit.register(made.close)
    return made
