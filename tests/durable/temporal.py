"""A real Temporal server, as tests start and kill it."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from voyant.server.children import temporal_command


def wait_until(condition: Callable[[], object], *, seconds: float = 60) -> None:
    """Returns as soon as it holds; fails when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to that in time"
        time.sleep(0.02)


class Temporal:
    """A Temporal server on a file that outlives it."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "temporal.db"
        self.port = _free_port()
        self._log = folder / "temporal.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        command = temporal_command(self.port, self.database)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_until(self._answers)

    def kill(self) -> None:
        """Without a chance to say goodbye."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def forget(self) -> None:
        """Removes all that it knew."""
        for path in self.database.parent.glob("temporal.db*"):
            path.unlink()

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
