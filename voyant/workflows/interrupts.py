"""Ctrl-C, brought to the engines at once."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def passed_on(stop: Callable[[], None]) -> Iterator[None]:
    """While inside, SIGINT also calls ``stop``, from another thread.

    Python runs its own handler between two instructions of the main thread, which a statement in the engine keeps away
    until it ends. The interpreter's wake-up descriptor is written to when the signal arrives, whatever runs: once the
    engine has been stopped from there, the handler gets its turn and raises KeyboardInterrupt. Outside of the main
    thread signals do not arrive, and nothing is done.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arriving, leaving = socket.socketpair()
    leaving.setblocking(False)
    before = signal.set_wakeup_fd(leaving.fileno(), warn_on_full_buffer=False)
    watcher = threading.Thread(target=_watch, args=(arriving, stop), name="interrupts", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        leaving.close()  # the watcher reads the end of the stream
        watcher.join()
        arriving.close()


def _watch(arriving: socket.socket, stop: Callable[[], None]) -> None:
    while received := arriving.recv(16):
        if signal.SIGINT in received:
            stop()
