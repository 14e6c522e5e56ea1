"""The processes that draw, one for each half of the work: they start while the caller is still busy otherwise.

The JavaScript engine that makes SVG takes half a second of processor time to come up, more than a dozen charts take; so
there is one. PNG is made of SVG without it, at the same time.
"""

from __future__ import annotations

import atexit
import os
from functools import cache
from pathlib import Path

from voyant.analysis.processes import Worker, Workers

_SCRIPT = Path(__file__).with_name("worker.py")


def drawers() -> Workers:
    """What makes SVG of specifications in this process; started where it is not there yet."""
    return _workers_of(os.getpid(), "drawing")


def painters() -> Workers:
    """The same of what makes PNG of SVG."""
    return _workers_of(os.getpid(), "painting")


@cache
def _workers_of(_process: int, _work: str) -> Workers:  # a forked process must not talk through its parent's pipes
    started = Workers(1, lambda: Worker(_SCRIPT, "The chart renderer"))
    atexit.register(started.close)
    return started
