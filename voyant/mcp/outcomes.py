"""What becomes of a job, as an answer: its result once it has ended well, else a handle with what to call next."""

from __future__ import annotations

from typing import Any

from fastmcp.tools import ToolResult
from msgspec import Struct

from voyant.domain.caller import Caller
from voyant.domain.job import JobSummary, Status
from voyant.domain.result import NextCall, Result
from voyant.mcp.answers import answer, resource_link
from voyant.mcp.waiting import DEFAULT_WAIT
from voyant.services.budget import ENTRANCES
from voyant.services.results import outcome_of
from voyant.services.threads import with_rows


class JobState(Struct, frozen=True, kw_only=True):
    """How far a job is, and what to call next."""

    job_id: str
    kind: str
    status: Status
    progress: int
    stage: str
    queue_position: int | None
    source: str | None
    error: dict[str, Any] | None
    next: tuple[NextCall, ...]


async def outcome(
    caller: Caller, job: JobSummary, max_tokens: int, *, meta: dict[str, Any] | None = None
) -> ToolResult:
    """The result of a job that has ended; ``meta`` goes with the handle of one that has not.

    Raises:
        JobFailed: It failed, and of what.
        Conflict: It was cancelled.
    """
    if not job.status.is_final:
        return answer(state_of(job), max_tokens, meta=meta)
    result: Result = await with_rows(outcome_of, caller, job.id, max_tokens=max_tokens)
    entrances = (artifact for artifact in result.artifacts if artifact.name in ENTRANCES)
    return answer(result, max_tokens, more=map(resource_link, entrances))


def state_of(job: JobSummary) -> JobState:
    return JobState(
        job_id=job.id,
        kind=job.kind,
        status=job.status,
        progress=job.progress,
        stage=job.stage,
        queue_position=job.queue_position,
        source=job.source,
        error=job.error,
        next=_next(job),
    )


def _next(job: JobSummary) -> tuple[NextCall, ...]:
    if job.status is Status.COMPLETED:
        return (NextCall(tool="voyant_result", arguments={"job_id": job.id}, why="Read what it found."),)
    if job.status.is_final:
        return ()
    arguments = {"job_id": job.id, "wait": DEFAULT_WAIT}
    return (NextCall(tool="voyant_result", arguments=arguments, why="Wait for its end, then read what it found."),)
