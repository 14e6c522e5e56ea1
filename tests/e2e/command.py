"""The ``voyant`` command as a person runs it: in a process and a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VOYANT = Path(sys.executable).with_name("voyant")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Shell:
    """Runs commands on one home."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"VOYANT_HOME": str(self.home)}

    def __call__(self, *arguments: str | Path, stdin: bytes | None = None, timeout: float = 120) -> Outcome:
        done = subprocess.run(
            [VOYANT, *map(str, arguments)],
            input=stdin,
            capture_output=True,
            env=self.environment,
            timeout=timeout,
            check=False,
        )
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, *arguments: str | Path) -> subprocess.Popen[bytes]:
        """Starts a command and does not wait for it."""
        return subprocess.Popen(
            [VOYANT, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment
        )
