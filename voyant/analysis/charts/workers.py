"""The processes that draw: two draw twice as fast as one, and start while the engine is still reading."""

from __future__ import annotations

import atexit
import os
from functools import cache
from pathlib import Path

from voyant.analysis.processes import Worker, Workers

_SCRIPT = Path(__file__).with_name("worker.py")
_MOST = 2


def workers() -> Workers:
    """The workers of this process, starting where there are none."""
    return _workers_of(os.getpid())


@cache
def _workers_of(_process: int) -> Workers:  # a forked process must not talk through its parent's pipes
    started = Workers(min(_MOST, os.cpu_count() or 1), lambda: Worker(_SCRIPT, "The chart renderer"))
    atexit.register(started.close)
    return started
