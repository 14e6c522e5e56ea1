"""Waiting for a job, while the client is told how far it is."""

from __future__ import annotations

import asyncio

from fastmcp.server.dependencies import get_context

from voyant.domain.caller import Caller
from voyant.domain.job import JobSummary, Status
from voyant.services.jobs import show_job
from voyant.services.threads import with_rows
from voyant.services.waiting import looks

DEFAULT_WAIT = 50
"""Seconds, fewer than the minute after which common clients give a request up."""


async def follow(caller: Caller, job_id: str, seconds: float) -> JobSummary:
    """The job when it has ended, or as it is after that time; meanwhile the client is told how far it is."""
    told = -1
    for pause in looks(seconds):
        await asyncio.sleep(pause)
        job = await with_rows(show_job, caller, job_id)
        if job.progress > told:  # the protocol wants it to grow with every notification
            told = job.progress
            await get_context().report_progress(told, total=100, message=_stage(job))
        if job.status.is_final:
            break
    return job


def _stage(job: JobSummary) -> str:
    if job.status is Status.QUEUED:
        return f"queued, place {job.queue_position}" if job.queue_position else "queued"
    return job.stage or job.status.value
