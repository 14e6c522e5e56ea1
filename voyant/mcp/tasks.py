"""The Tasks extension (SEP-2663): a job that takes long, handed to clients that say they can follow it as a task.

A task is a job. Its id says which, and how much room the client has for the result, so that any process can answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from fastmcp.server.dependencies import get_context, get_http_headers
from fastmcp.server.extensions import MethodBinding, ServerExtension, read_client_extension_settings
from fastmcp.tools import ToolResult
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.shared.inbound import MCP_NAME_HEADER, decode_header_value
from mcp_types import INVALID_PARAMS, CallToolResult, RequestParams
from mcp_types.jsonrpc import HEADER_MISMATCH, MISSING_REQUIRED_CLIENT_CAPABILITY
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import Field

from voyant.domain.caller import Caller
from voyant.domain.job import JobSummary, Status
from voyant.errors import Conflict, NotFound, VoyantError
from voyant.mcp.errors import failure
from voyant.mcp.host import Server
from voyant.mcp.outcomes import outcome
from voyant.services.budget import DEFAULT_TOKENS, MAX_TOKENS
from voyant.services.jobs import show_job
from voyant.services.submission import cancel
from voyant.services.threads import with_rows

IDENTIFIER = "io.modelcontextprotocol/tasks"
HANDED_OVER = "voyant/task"
"""The entry of a result's meta data that makes a task of it on its way out."""
SECONDS_BEFORE = 5.0
"""That a call waits before it becomes a task: most results come sooner, and need no second request."""
POLL_MILLISECONDS = 1000
STATUSES = {
    Status.QUEUED: "working",
    Status.RUNNING: "working",
    Status.COMPLETED: "completed",
    Status.FAILED: "completed",  # the call itself went well, its result tells the error; "failed" is the protocol's
    Status.CANCELLED: "cancelled",
}
Request = ServerRequestContext[Any, Any]


class TaskParams(RequestParams):
    """Which task is meant."""

    task_id: str = Field(alias="taskId", max_length=100)


class Tasks(ServerExtension):
    """Answers for tasks."""

    identifier = IDENTIFIER

    def methods(self) -> Sequence[MethodBinding]:
        handlers = {"tasks/get": self._get, "tasks/update": self._update, "tasks/cancel": self._cancel}
        versions = frozenset(MODERN_PROTOCOL_VERSIONS)
        return [MethodBinding(name, TaskParams, handler, versions) for name, handler in handlers.items()]

    async def _get(self, request: Request, params: TaskParams) -> dict[str, Any]:
        caller, job = await self._find(request, params)
        told = {"resultType": "complete", **_task(job, params.task_id)}
        if told["status"] == "completed":
            told["result"] = await _result(caller, job, _room(params.task_id))
        return told

    async def _update(self, request: Request, params: TaskParams) -> dict[str, Any]:
        await self._find(request, params)  # no job asks anything of its client, so that there is nothing to take up
        return {"resultType": "complete"}

    async def _cancel(self, request: Request, params: TaskParams) -> dict[str, Any]:
        caller, job = await self._find(request, params)
        with suppress(Conflict):  # it has ended already, and stays as it is
            await with_rows(cancel, caller, job.id)
        return {"resultType": "complete"}

    async def _find(self, request: Request, params: TaskParams) -> tuple[Caller, JobSummary]:
        """Who asks, and the job that is meant, if it is theirs."""
        if read_client_extension_settings(request, IDENTIFIER) is None:
            raise MCPError(
                MISSING_REQUIRED_CLIENT_CAPABILITY,
                f"The client did not declare the extension {IDENTIFIER} for this request.",
                {"requiredCapabilities": {"extensions": {IDENTIFIER: {}}}},
            )
        named = get_http_headers().get(MCP_NAME_HEADER.lower())
        if named is not None and decode_header_value(named) != params.task_id:
            raise MCPError(HEADER_MISMATCH, f"{MCP_NAME_HEADER} differs from the taskId of the request.")
        try:
            caller = _server(self).host.caller()
            return caller, await with_rows(show_job, caller, params.task_id.partition(".")[0])
        except NotFound:
            raise MCPError(INVALID_PARAMS, f"There is no task {params.task_id!r}.") from None
        except VoyantError as error:
            raise MCPError(INVALID_PARAMS, f"{error.code} {error.message} {error.remedy}", error.as_dict()) from None


def are_wanted() -> bool:
    """Whether the client that sent the current request follows tasks."""
    context = get_context()
    request = context.request_context
    is_modern = request is not None and request.protocol_version in MODERN_PROTOCOL_VERSIONS
    return is_modern and context.client_extension_settings(IDENTIFIER) is not None


def handed_over(job: JobSummary, max_tokens: int) -> dict[str, Any]:
    """The meta data that makes a task of the result they stand in."""
    return {HANDED_OVER: {"resultType": "task", **_task(job, f"{job.id}.{max_tokens}")}}


class SendTasks:
    """A middleware of the protocol's layer, the one place where a result can be of a type that extensions bring."""

    async def __call__(self, ctx: Request, call_next: CallNext) -> HandlerResult:
        result = await call_next(ctx)
        meta = result.get("_meta") if isinstance(result, Mapping) else None
        task: dict[str, Any] | None = meta.get(HANDED_OVER) if isinstance(meta, Mapping) else None
        return result if task is None else task


async def _result(caller: Caller, job: JobSummary, max_tokens: int) -> dict[str, Any]:
    """What the call would have been answered with, had it waited."""
    try:
        told = await outcome(caller, job, max_tokens)
    except VoyantError as error:
        told = failure(error)
    return _as_sent(told)


def _as_sent(result: ToolResult) -> dict[str, Any]:
    sent = CallToolResult(
        content=result.content, structured_content=result.structured_content, is_error=result.is_error
    )
    return sent.model_dump(by_alias=True, mode="json", exclude_none=True)


def _task(job: JobSummary, task_id: str) -> dict[str, Any]:
    return {
        "taskId": task_id,
        "status": STATUSES[job.status],
        "statusMessage": f"{job.stage or job.status}, {job.progress} %",
        "createdAt": job.created_at.isoformat(),
        "lastUpdatedAt": (job.finished_at or datetime.now(UTC)).isoformat(),
        "ttlMs": None,  # as long as the job is kept
        "pollIntervalMs": POLL_MILLISECONDS,
    }


def _room(task_id: str) -> int:
    room = task_id.partition(".")[2]
    return min(int(room), MAX_TOKENS) if room.isdigit() else DEFAULT_TOKENS


def _server(extension: ServerExtension) -> Server:
    server = extension.server
    if not isinstance(server, Server):
        raise TypeError(f"{server.name} is no server of Voyant")
    return server
