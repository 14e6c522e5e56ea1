"""Waiting for a job by looking at its row: no process holds state that matters."""

from __future__ import annotations

import asyncio
import time

from fastmcp.server.dependencies import get_context

from voyant.domain.caller import Caller
from voyant.domain.job import JobSummary, Status
from voyant.mcp.threads import with_rows
from voyant.services.jobs import show_job

DEFAULT_WAIT, LONGEST_WAIT = 50, 300
"""Seconds. The default stays below the minute after which common clients give a request up."""
SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 0.25


async def follow(caller: Caller, job_id: str, seconds: float) -> JobSummary:
    """The job when it has ended, or as it is after that time; meanwhile the client is told how far it is."""
    until, pause, told = time.monotonic() + seconds, SHORTEST_PAUSE, -1
    while True:
        job = await with_rows(show_job, caller, job_id)
        if job.progress > told:  # the protocol wants it to grow with every notification
            told = job.progress
            await get_context().report_progress(told, total=100, message=_stage(job))
        left = until - time.monotonic()
        if job.status.is_final or left <= 0:
            return job
        await asyncio.sleep(min(pause, left))
        pause = min(pause * 1.5, LONGEST_PAUSE)


def _stage(job: JobSummary) -> str:
    if job.status is Status.QUEUED:
        return f"queued, place {job.queue_position}" if job.queue_position else "queued"
    return job.stage or job.status.value
