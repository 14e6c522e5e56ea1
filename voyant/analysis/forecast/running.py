"""Series handed out to the processes that fit, and their outcomes gathered."""

from __future__ import annotations

import atexit
import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path

from voyant.analysis.forecast.work import Outcome, Plan, Task
from voyant.analysis.processes import Worker, Workers
from voyant.errors import extra_missing

_SCRIPT = Path(__file__).with_name("worker.py")
_MOST_WORKERS = 8
_VALUES_A_REQUEST = 2_000
_SECONDS_BETWEEN = 0.5
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Sums by several threads differ in their last digits from one run to the next, and the processes share the cores."""


def warm_up() -> None:
    """Starts the processes, which take two seconds to load their libraries, beside the caller's own work."""
    if find_spec("statsforecast") is not None:
        workers()


def fit_all(tasks: Sequence[Task], plan: Plan, progress: Callable[[float], None]) -> list[Outcome]:
    """The outcome of each series, in their order.

    Args:
        progress: Told the share that is done, every half a second at least; what it raises ends the work.

    Raises:
        InvalidInput: The libraries are not installed.
        InternalError: A process failed.
    """
    if find_spec("statsforecast") is None:
        raise extra_missing("A forecast", "forecast")
    requests = list(_requests(tasks))
    begun = [workers().begin(partial(_asked, plan=plan), request) for request in requests]
    try:
        waiting: set[Future[list[Outcome]]] = set(begun)
        while waiting:
            _, waiting = wait(waiting, timeout=_SECONDS_BETWEEN, return_when=FIRST_COMPLETED)
            progress(1 - len(waiting) / len(begun))
    finally:
        for future in begun:
            future.cancel()
    return [outcome for future in begun for outcome in future.result()]


def _requests(tasks: Sequence[Task]) -> Iterator[list[Task]]:
    """So many series together as take a second or so."""
    request: list[Task] = []
    for task in tasks:
        request.append(task)
        if sum(len(one.values) for one in request) >= _VALUES_A_REQUEST:
            yield request
            request = []
    if request:
        yield request


def _asked(worker: Worker, tasks: list[Task], *, plan: Plan) -> list[Outcome]:
    answer = worker.ask("fit", pickle.dumps((tasks, plan)))
    outcomes: list[Outcome] = pickle.loads(answer)  # noqa: S301 - of a process that this one started
    return outcomes


def workers() -> Workers:
    """The processes of this one, starting where there are none."""
    return _workers_of(os.getpid())


@cache
def _workers_of(_process: int) -> Workers:  # a forked process must not talk through its parent's pipes
    count = min(_MOST_WORKERS, os.cpu_count() or 1)
    started = Workers(count, lambda: Worker(_SCRIPT, "The forecast", _ONE_THREAD))
    atexit.register(started.close)
    return started
