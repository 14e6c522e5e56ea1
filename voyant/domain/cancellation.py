"""Stopping what runs, from another thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Cancellation:
    """Handed to what may take long; ``cancel`` stops it at once, or before it has begun."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stops: list[Callable[[], None]] = []
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def cancel(self) -> None:
        """Stops what runs now and all that is begun with this later."""
        with self._lock:
            self._cancelled = True
            stops = tuple(self._stops)
        for stop in stops:
            stop()

    @contextmanager
    def calling(self, stop: Callable[[], None]) -> Iterator[None]:
        """While inside, ``cancel`` calls ``stop``; at once where it was called before."""
        with self._lock:
            self._stops.append(stop)
            cancelled = self._cancelled
        try:
            if cancelled:
                stop()
            yield
        finally:
            with self._lock:
                self._stops.remove(stop)
