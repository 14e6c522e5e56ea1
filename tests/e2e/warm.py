"""The ``voyant`` command in a process that stays: its own home, and imports paid once for many commands."""

from __future__ import annotations

import io
import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import Any


@dataclass(frozen=True, slots=True)
class WarmOutcome:
    """How a command ended, what it said, and the most memory that its process has ever held, in bytes."""

    code: int
    out: str
    err: str
    peak: int

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class WarmShell:
    """Runs commands one after another on one home.

    Args:
        environment: Settings besides the home.
    """

    def __init__(self, home: Path, environment: Mapping[str, str] | None = None) -> None:
        self.home = home
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.warm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"VOYANT_HOME": str(home)} | dict(environment or {}),
            text=True,
        )

    def __call__(self, *arguments: str | Path, seconds: float = 60) -> WarmOutcome:
        """How the command ended; a command that takes longer than allowed ends the process, and so the test."""
        assert self._process.stdin
        assert self._process.stdout
        limit = Timer(seconds, self._process.kill)
        limit.start()
        try:
            self._process.stdin.write(json.dumps([str(argument) for argument in arguments]) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        finally:
            limit.cancel()
        assert answer, f"{arguments} took longer than {seconds} seconds or ended the process"
        return WarmOutcome(**json.loads(answer))

    def stop(self) -> None:
        self._process.communicate()


def _answer_commands() -> None:
    from voyant.cli.main import run

    answers = sys.stdout
    for line in sys.stdin:
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        sys.stdout, sys.stderr = out, err
        code = run(json.loads(line))
        said = (stream.buffer.getvalue().decode() for stream in (out, err))  # type: ignore[attr-defined]
        outcome = {"code": code, **dict(zip(("out", "err"), said, strict=True)), "peak": _peak()}
        answers.write(json.dumps(outcome) + "\n")
        answers.flush()


def _peak() -> int:
    """The most memory that this process has held, in bytes.

    On Linux getrusage also counts what the process held before it became this program, which is what its parent held.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # macOS gives bytes
    [kibibytes] = re.findall(r"^VmHWM:\s+(\d+) kB$", status.read_text(), re.MULTILINE)
    return int(kibibytes) * 1024


if __name__ == "__main__":
    _answer_commands()
