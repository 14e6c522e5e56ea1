"""Services are plain functions that may wait for a disk: they run in threads, the event loop never waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import close_old_connections

from voyant.errors import Busy

P = ParamSpec("P")
T = TypeVar("T")

# Each thread keeps its connection to the database. What only reads rows never waits behind what reads data.
_quick = ThreadPoolExecutor(4, thread_name_prefix="rows")
_thorough = ThreadPoolExecutor(8, thread_name_prefix="data")
MOST_WAITING = 256


async def with_rows(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What the function gives, which only reads or writes a few rows."""
    return await asyncio.get_running_loop().run_in_executor(_quick, partial(_called, function, *args, **kwargs))


async def with_data(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What the function gives, which may take long: it looks at files, tables or other systems.

    Raises:
        Busy: Too much of that kind waits already.
    """
    if _thorough._work_queue.qsize() >= MOST_WAITING:
        raise Busy(f"{MOST_WAITING} requests that read data wait already, and no more may.")
    return await asyncio.get_running_loop().run_in_executor(_thorough, partial(_called, function, *args, **kwargs))


def _called(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    close_old_connections()
    return function(*args, **kwargs)
