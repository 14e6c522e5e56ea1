"""One command that keeps all processes of a server running, and ends them together."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from msgspec import Struct

from voyant.errors import ConfigurationError, InternalError
from voyant.server.children import Child
from voyant.services.processes import this_process
from voyant.services.serving import ChildState, Serving, remove_serving, write_serving
from voyant.settings.configuration import settings

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 0.05
SECONDS_TO_BE_READY = 60.0
SECONDS_TO_LEAVE = 8.0
"""After which a process that was told to leave is ended."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 10.0
"""Seconds before a process that ended is started again; they double until it has lived for as long as the longest."""
LARGEST_LOG_BYTES = 5 * 2**20
_PR_SET_PDEATHSIG = 1


class Supervisor:
    """Starts the children, starts those again that end, and stops all when told to.

    Args:
        url: Where the server answers.
        is_ready: Whether it does.
        on_ready: Called once it does.
    """

    def __init__(
        self,
        children: tuple[Child, ...],
        *,
        url: str,
        temporal_address: str,
        is_ready: Callable[[], bool],
        on_ready: Callable[[float], None],
    ) -> None:
        self._running = [_Running(child) for child in children]
        self._url = url
        self._temporal_address = temporal_address
        self._is_ready = is_ready
        self._on_ready = on_ready
        self._told = False

    def run(self) -> None:
        """Serves until SIGINT or SIGTERM arrives.

        Raises:
            ConfigurationError: Another `voyant serve` works on this home, or a port is taken.
            InternalError: The server did not become ready.
        """
        with _only_one(settings().home), self._told_by_signals():
            for running in self._running:
                _require_free_port(running.child)
            try:
                for running in self._running:
                    running.start()
                self._tell()
                self._watch_until_ready()
                self._watch(lambda: False)
            finally:
                self._stop()
                remove_serving()

    def _watch_until_ready(self) -> None:
        started = time.monotonic()
        self._watch(lambda: self._is_ready() or time.monotonic() - started > SECONDS_TO_BE_READY)
        if self._told:
            return
        if not self._is_ready():
            problems = "; ".join(running.state.problem or f"see {running.log}" for running in self._running)
            raise InternalError(
                f"The server was not ready within {SECONDS_TO_BE_READY:g} s: {problems}",
                remedy=f"Look at the logs in {_logs()}.",
            )
        self._on_ready(time.monotonic() - started)

    def _watch(self, is_over: Callable[[], bool]) -> None:
        while not self._told and not is_over():
            changes = [running.look() for running in self._running]
            if any(changes):
                self._tell()
            time.sleep(SECONDS_BETWEEN_LOOKS)

    def _stop(self) -> None:
        # The API first, so that nothing new is accepted; the engine last, since the worker says good-bye to it.
        deadline = time.monotonic() + SECONDS_TO_LEAVE
        for running in reversed(self._running):
            running.tell_to_leave()
            if running.child.name == "worker":
                running.wait(deadline)
        for running in self._running:
            running.wait(deadline)

    def _tell(self) -> None:
        write_serving(
            Serving(
                process=this_process(),
                url=self._url,
                temporal_address=self._temporal_address,
                children=tuple(running.state for running in self._running),
            )
        )

    @contextmanager
    def _told_by_signals(self) -> Iterator[None]:
        def leave(_number: int, _frame: object) -> None:
            self._told = True

        before = {number: signal.signal(number, leave) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class _Running(Struct):
    """A child, and how it goes with it."""

    child: Child
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restarts: int = 0
    pause: float = FIRST_PAUSE
    start_again_at: float | None = None
    problem: str | None = None

    @property
    def log(self) -> Path:
        return _logs() / f"{self.child.name}.log"

    @property
    def state(self) -> ChildState:
        pid = self.process.pid if self.process is not None and self.start_again_at is None else None
        return ChildState(
            name=self.child.name, pid=pid, restarts=self.restarts, problem=self.problem, log=str(self.log)
        )

    def start(self) -> None:
        with _opened_log(self.log) as file:
            self.process = subprocess.Popen(  # noqa: S603 - our own commands
                self.child.command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.child.environment},
                # Ctrl-C at the terminal is for the supervisor, which ends the children in order.
                start_new_session=True,
                preexec_fn=_leave_with_parent,
            )
        self.started_at, self.start_again_at = time.monotonic(), None

    def look(self) -> bool:
        """Whether something has changed: it ended, or was started again."""
        if self.start_again_at is not None:
            if time.monotonic() < self.start_again_at:
                return False
            self.restarts += 1
            self.start()
            return True
        if self.process is None or self.process.poll() is None:
            return False
        self._note_end(self.process.returncode)
        return True

    def _note_end(self, code: int) -> None:
        lived = time.monotonic() - self.started_at
        self.pause = FIRST_PAUSE if lived > LONGEST_PAUSE else min(2 * self.pause, LONGEST_PAUSE)
        self.start_again_at = time.monotonic() + self.pause
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        self.problem = f"{self.child.name} ended after {lived:.1f} s with {how}; see {self.log}"
        log.error("%s", self.problem)

    def tell_to_leave(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait(self, deadline: float) -> None:
        """Until it has left; past the deadline it is ended."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.error("%s did not leave in time and was ended.", self.child.name)
            self.process.kill()
            self.process.wait()


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    with (home / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigurationError(
                f"Another voyant serve works on {home} already.",
                remedy="Use that one, end it first, or point VOYANT_HOME elsewhere.",
            ) from None
        yield


def _require_free_port(child: Child) -> None:
    if child.port is None:
        return
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", child.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise ConfigurationError(
                    f"The port {child.port} for {child.name} is taken by another program.",
                    remedy=f"Choose another with: voyant serve {child.option} PORT",
                ) from None
            raise ConfigurationError(
                f"The port {child.port} for {child.name} cannot be used: {error.strerror}.",
                remedy=f"Choose another with: voyant serve {child.option} PORT",
            ) from None


def _logs() -> Path:
    return settings().home / "logs"


@contextmanager
def _opened_log(path: Path) -> Iterator[IO[bytes]]:
    path.parent.mkdir(exist_ok=True)
    if path.exists() and path.stat().st_size > LARGEST_LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    with path.open("ab") as file:
        yield file


def _leave_with_parent() -> None:
    """Children of a killed supervisor end with it, where the system can see to that; elsewhere the next start finds
    their ports taken."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
