"""Services are plain functions that may wait for a disk: they run in threads, the event loop never waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Generic, ParamSpec, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from django.db import close_old_connections

from voyant.errors import Busy

P = ParamSpec("P")
T = TypeVar("T")
Asked = TypeVar("Asked")
Told = TypeVar("Told")
_Waiting: TypeAlias = tuple[Asked, asyncio.Future[Told]]

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


class Together(Generic[Asked, Told]):
    """A service that answers many at once, for handlers that each ask for one.

    A change of threads, with its fight for the interpreter, costs more than many a request. So what is asked for while
    a call is at work shares the next one; where nothing else is asked for, nobody waits for others.

    Args:
        function: Reads or writes a few rows; gives an outcome for each that is asked for, an error among them.
    """

    def __init__(self, function: Callable[[Sequence[Asked]], Sequence[Told | Exception]]) -> None:
        self._function = function
        self._waiting: WeakKeyDictionary[asyncio.AbstractEventLoop, list[_Waiting[Asked, Told]]] = WeakKeyDictionary()
        self._calling: set[asyncio.Task[None]] = set()  # a loop keeps no hold of its tasks

    async def ask(self, asked: Asked) -> Told:
        """Its outcome.

        Raises:
            Busy: Too much waits already.
        """
        loop = asyncio.get_running_loop()
        told: asyncio.Future[Told] = loop.create_future()
        if (waiting := self._waiting.get(loop)) is None:
            self._waiting[loop] = [(asked, told)]
            calling = loop.create_task(self._call(loop))
            self._calling.add(calling)
            calling.add_done_callback(self._calling.discard)
        elif len(waiting) >= MOST_WAITING:
            raise Busy(f"{MOST_WAITING} requests of this kind wait already, and no more may.")
        else:
            waiting.append((asked, told))
        return await told

    async def _call(self, loop: asyncio.AbstractEventLoop) -> None:
        while taken := self._waiting[loop]:
            self._waiting[loop] = []
            outcomes: Sequence[Told | Exception]
            try:
                outcomes = await with_rows(self._function, [asked for asked, _ in taken])
            except Exception as error:  # noqa: BLE001 - each handler raises it
                outcomes = [error] * len(taken)
            for (_, told), outcome in zip(taken, outcomes, strict=True):
                if told.cancelled():  # its client has gone
                    continue
                if isinstance(outcome, Exception):
                    told.set_exception(outcome)
                else:
                    told.set_result(outcome)
        del self._waiting[loop]


def _called(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    close_old_connections()
    return function(*args, **kwargs)
