"""Waiting for a job as long as the client said it would."""

from __future__ import annotations

import asyncio
import re

from voyant.domain.caller import Caller
from voyant.errors import InvalidInput
from voyant.services.jobs import status_of
from voyant.services.threads import with_rows
from voyant.services.waiting import LONGEST_WAIT, looks


def seconds_to_wait(prefer: str | None, default: int) -> int:
    """What ``Prefer: wait=S`` (RFC 7240) asks for, at most five minutes; the default where it says nothing of it.

    >>> seconds_to_wait("respond-async, wait=10", default=30)
    10
    """
    for preference in (prefer or "").split(","):
        name, _, value = preference.split(";")[0].partition("=")
        if name.strip().lower() == "wait":
            seconds = value.strip().strip('"')
            if not re.fullmatch(r"[0-9]{1,9}", seconds):
                raise InvalidInput(f"Prefer: wait= takes whole seconds; this is {seconds[:80]!r}.")
            return min(int(seconds), LONGEST_WAIT)
    return default


async def has_ended(caller: Caller, job_id: str, seconds: float) -> bool:
    """Whether the job has ended, now or within that time. Holds nothing meanwhile but a timer."""
    for pause in looks(seconds):
        await asyncio.sleep(pause)
        if (await with_rows(status_of, caller, job_id)).is_final:
            return True
    return False
