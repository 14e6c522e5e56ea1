"""Waiting for a job by looking at its row: no process holds state that matters."""

from __future__ import annotations

import time
from collections.abc import Iterator

SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 0.25
"""Seconds between two looks."""
GROWTH = 1.5
LONGEST_WAIT = 300
"""Seconds that a client may ask to wait for."""


def looks(seconds: float) -> Iterator[float]:
    """When to look at a job, as the seconds to rest before each look: at once, then ever less often, last at the end.

    >>> next(looks(10))
    0.0
    >>> list(looks(0))
    [0.0]
    """
    until, pause = time.monotonic() + seconds, SHORTEST_PAUSE
    yield 0.0
    while (left := until - time.monotonic()) > 0:
        yield min(pause, left)
        pause = min(pause * GROWTH, LONGEST_PAUSE)
