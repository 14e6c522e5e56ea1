"""Tools that follow jobs."""

from __future__ import annotations

from typing import Any

from fastmcp.tools import ToolResult
from msgspec import Struct

from voyant.domain.caller import Caller
from voyant.domain.result import Result
from voyant.mcp.answers import answer, largest_that_fits
from voyant.mcp.host import CALLER
from voyant.mcp.outcomes import JobState, outcome, state_of
from voyant.mcp.schemas import AnyJobId, Cursor, JobId, MaxTokens, Wait
from voyant.mcp.tool import tool
from voyant.mcp.view import REPORT_VIEW
from voyant.mcp.waiting import DEFAULT_WAIT, follow
from voyant.services.budget import DEFAULT_TOKENS
from voyant.services.jobs import list_jobs
from voyant.services.threads import with_rows

JOBS_LISTED = 50


class JobLine(Struct, frozen=True, kw_only=True):
    """A job in a list."""

    job_id: str
    kind: str
    status: str
    source: str | None
    created_at: str


class JobList(Struct, frozen=True, kw_only=True):
    """Jobs, newest first."""

    items: tuple[JobLine, ...]
    next_cursor: str | None
    omitted: dict[str, Any]


@tool("Read a result", Result | JobState, view=REPORT_VIEW)
async def voyant_result(
    job_id: JobId,
    wait: Wait = DEFAULT_WAIT,
    max_tokens: MaxTokens = DEFAULT_TOKENS,
    caller: Caller = CALLER,
) -> ToolResult:
    """Read what a job found, waiting for its end if need be. Use it with the handle of a job that took longer than you
    waited, with an older job, or to read a result again with more or less room. You get the same as from
    voyant_analyze.
    """
    return await outcome(caller, await follow(caller, job_id, wait), max_tokens)


@tool("Follow jobs", JobState | JobList)
async def voyant_status(
    job_id: AnyJobId = None,
    wait: Wait = 0,
    cursor: Cursor = None,
    max_tokens: MaxTokens = DEFAULT_TOKENS,
    caller: Caller = CALLER,
) -> ToolResult:
    """Say how far a job is or, without a job_id, list the jobs there are, newest first. Use it to find an analysis that
    was made before, or to tell a person how long it will take; to wait for a result, call voyant_result.
    """
    if job_id is not None:
        return answer(state_of(await follow(caller, job_id, wait)), max_tokens)
    page = await with_rows(list_jobs, caller, limit=JOBS_LISTED, cursor=cursor)
    lines = tuple(
        JobLine(
            job_id=job.id,
            kind=job.kind,
            status=job.status,
            source=job.source,
            created_at=job.created_at.isoformat(timespec="seconds"),
        )
        for job in page.items
    )

    def listed(number: int) -> JobList:
        if number == len(lines):
            return JobList(items=lines, next_cursor=page.next_cursor, omitted={})
        omitted = {"jobs": len(lines) - number, "how": "Call again with cursor set to next_cursor."}
        return JobList(items=lines[:number], next_cursor=lines[max(number - 1, 0)].job_id, omitted=omitted)

    return answer(largest_that_fits(listed, len(lines), max_tokens), max_tokens)


TOOLS = (voyant_result, voyant_status)
