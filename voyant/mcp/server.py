"""The MCP server, and its mount in the server's HTTP application."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import mcp_types
from fastmcp.exceptions import NotFoundError
from fastmcp.server.middleware import CallNext, Middleware, MiddlewareContext
from fastmcp.tools import ToolResult
from starlette.middleware import Middleware as HttpMiddleware

from voyant import __version__
from voyant.errors import Code, NotFound
from voyant.mcp.bodies import UnreadableBodies
from voyant.mcp.errors import failure
from voyant.mcp.host import DurableJobs, Host, Server, caller_over_http
from voyant.mcp.prompts import add_prompts
from voyant.mcp.resources import add_resources
from voyant.mcp.tasks import SendTasks, Tasks
from voyant.mcp.tools import analysis, artifacts, jobs, predictions, presets, sources, sql

if TYPE_CHECKING:
    from starlette.applications import Starlette

TOOLS = (*analysis.TOOLS, *predictions.TOOLS, *presets.TOOLS, *jobs.TOOLS, *artifacts.TOOLS, *sql.TOOLS, *sources.TOOLS)
INSTRUCTIONS = """Voyant analyses data: files, URLs, databases. Give voyant_analyze a source instead of writing code
that reads it: it looks at all rows and answers in few tokens.

Then read the findings; recompute one with voyant_sql (each finding carries its statement; give the job_id with it), or
go deeper; read evidence with voyant_artifact; cite the finding's id and the job. Every answer says in `omitted` what it
left out, and in `next` what to call. Errors carry a code and a remedy: do what the remedy says."""


def build_server(host: Host) -> Server:
    """The server, on that transport's host."""
    server = Server("voyant", INSTRUCTIONS, version=__version__, middleware=[Names()], mask_error_details=True)
    server.host = host
    for tool in TOOLS:
        server.add_tool(tool)
    add_resources(server)
    add_prompts(server)
    server.add_extension(Tasks())
    server._mcp_server.middleware.append(SendTasks())  # the framework passes none of these on
    log_with_ours()
    return server


def http_app() -> Starlette:
    """The application that answers at ``/mcp``. No state of any client is in the process: any of several may answer."""
    return over_http(build_server(Host(caller=caller_over_http, jobs=DurableJobs())))


def over_http(server: Server) -> Starlette:
    """The application of that server."""
    # Host and Origin are looked at by the gate before it, for REST and MCP alike.
    return server.http_app(
        path="/mcp", stateless_http=True, host_origin_protection=False, middleware=[HttpMiddleware(UnreadableBodies)]
    )


def log_with_ours() -> None:
    """What the framework logs goes where our own logs go: standard output is the protocol's, standard error ours."""
    for name in ("fastmcp", "mcp"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = list(logging.getLogger("voyant").handlers), False
        logger.setLevel(logging.WARNING)


class Names(Middleware):
    """Tools may be called with a dot: clients that group tools by it write ``voyant.analyze``."""

    async def on_call_tool(
        self,
        context: MiddlewareContext[mcp_types.CallToolRequestParams],
        call_next: CallNext[mcp_types.CallToolRequestParams, ToolResult],
    ) -> ToolResult:
        asked = context.message.name
        message = context.message.model_copy(update={"name": asked.replace(".", "_")})
        try:
            return await call_next(context.copy(message=message))
        except NotFoundError:
            known = ", ".join(tool.name for tool in TOOLS)
            return failure(NotFound(f"There is no tool {asked!r}.", code=Code.NO_ROUTE, remedy=f"Use one of: {known}."))
