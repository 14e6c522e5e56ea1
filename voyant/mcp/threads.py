"""Services are plain functions that may wait for a disk: they run in threads, the event loop never waits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync
from django.db import close_old_connections

P = ParamSpec("P")
T = TypeVar("T")

# What only reads rows never waits behind what reads data.
_rows: RunVar[CapacityLimiter] = RunVar("voyant_rows")
_data: RunVar[CapacityLimiter] = RunVar("voyant_data")
ROWS_AT_ONCE, DATA_AT_ONCE = 4, 8


async def with_rows(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What the function gives, which only reads or writes a few rows."""
    return await _called(_limiter(_rows, ROWS_AT_ONCE), partial(function, *args, **kwargs))


async def with_data(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What the function gives, which may take long: it looks at files, tables or other systems."""
    return await _called(_limiter(_data, DATA_AT_ONCE), partial(function, *args, **kwargs))


async def _called(limiter: CapacityLimiter, function: Callable[[], T]) -> T:
    def call() -> T:
        close_old_connections()
        return function()

    # Who is cancelled does not wait for the thread, which ends by itself.
    return await run_sync(call, limiter=limiter, abandon_on_cancel=True)


def _limiter(of: RunVar[CapacityLimiter], at_once: int) -> CapacityLimiter:
    """That of the event loop, made at its first use."""
    limiter = of.get(None)
    if limiter is None:
        of.set(limiter := CapacityLimiter(at_once))
    return limiter
