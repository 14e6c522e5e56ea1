"""Which process runs a job, and whether it still does."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from socket import gethostname

_PROC = Path("/proc")


def this_process() -> str:
    """Host, number and start of this process: no other one, before or after, is called the same."""
    pid = os.getpid()
    return f"{gethostname()} {pid} {_start_of(pid)}"


def is_of_this_host(process: str) -> bool:
    """Whether ``this_process`` named it here."""
    return process.partition(" ")[0] == gethostname()


def has_vanished(process: str) -> bool:
    """Whether a process of this host, as ``this_process`` named it, has ended; of other hosts nothing is known here."""
    if not is_of_this_host(process):
        return False
    _, pid, start = process.split(" ", 2)
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass  # it is there, and another user's
    found = _start_of(int(pid))
    return found is not None and found != start


def _start_of(pid: int) -> str | None:
    """When the process began, as the system counts it; empty once it has ended, None where that cannot be told."""
    try:
        return _start_by_proc(pid) if _PROC.exists() else _start_by_ps(pid)
    except OSError:
        return None


def _start_by_proc(pid: int) -> str:
    # The name of the command stands in brackets before and may hold anything.
    state, *fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    if state in {"Z", "X"}:
        return ""  # killed, and not yet waited for
    # Ticks count from the start of the machine, so two of its runs could give the same.
    boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
    return f"{boot}/{fields[18]}"


def _start_by_ps(pid: int) -> str:
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - all of it is ours
    state, _, start = done.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else start.strip()
