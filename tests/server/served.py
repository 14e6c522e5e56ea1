"""A real `voyant serve` on a home and ports of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

SECONDS = 60


class Served:
    """The command, started; and what it says and answers."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.port, self.temporal_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.http = httpx.Client(base_url=self.url, timeout=SECONDS)
        self.process = serve(home, "--port", str(self.port), "--temporal-port", str(self.temporal_port), **settings)

    def wait_until_ready(self) -> None:
        eventually(self.is_ready, lambda: self.told())

    def is_ready(self) -> bool:
        try:
            return self.http.get("/ready").status_code == 200
        except httpx.TransportError:
            return False

    def children(self) -> dict[str, dict[str, Any]]:
        """What the server's state file says of each child."""
        import json

        state = json.loads((self.home / "serve.json").read_text())
        return {child["name"]: child for child in state["children"]}

    def upload(self, name: str, content: str) -> str:
        answer = self.http.post("/v1/sources/upload", files={"file": (name, content)})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def told(self) -> str:
        logs = "\n".join(path.read_text() for path in self.home.glob("logs/*.log"))
        return f"{logs}\n{(self.home / 'voyant.log').read_text() if (self.home / 'voyant.log').exists() else ''}"

    def end(self, number: int = signal.SIGTERM) -> int:
        self.http.close()
        self.process.send_signal(number)
        self.process.communicate(timeout=SECONDS)
        return self.process.returncode


def serve(home: Path, *arguments: str, **settings: str) -> subprocess.Popen[str]:
    """The command on that home, its output in one pipe."""
    return subprocess.Popen(
        [sys.executable, "-m", "voyant.cli", "serve", *arguments],
        env={**os.environ, "VOYANT_HOME": str(home), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(holds: Callable[[], bool], tell: Callable[[], str] = lambda: "") -> None:
    """Waits until something holds; an AssertionError with what there is to tell where it does not."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline, tell()
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
