"""Real worker processes, as tests start and kill them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from tests.durable.temporal import wait_until
from tests.repo.tree import ROOT
from voyant.services.workers import list_workers


class WorkerProcess:
    """A worker on the tests' home."""

    def __init__(self, address: str, **settings: object) -> None:
        given = {f"VOYANT_{name.upper()}": str(value) for name, value in settings.items()}
        defaults = {"VOYANT_TEMPORAL_ADDRESS": address, "VOYANT_HEARTBEAT_TIMEOUT_SECONDS": "3"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.durable.worker"], cwd=ROOT, env=os.environ | defaults | given
        )

    @property
    def is_ready(self) -> bool:
        return any(f" {self._process.pid} " in worker.process for worker in list_workers())

    def wait_until_ready(self) -> None:
        wait_until(lambda: self.is_ready or self._process.poll() is not None)
        assert self._process.poll() is None

    def kill(self) -> None:
        """Without a chance to say goodbye."""
        self._process.kill()
        self._process.wait()

    def terminate(self) -> None:
        self._process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float) -> int:
        """The exit code."""
        return self._process.wait(seconds)
