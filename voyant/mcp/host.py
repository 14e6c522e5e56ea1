"""What differs between the transports, and how tools come by it: who asks, and what runs the jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from fastmcp import FastMCP
from fastmcp.dependencies import Depends
from fastmcp.server.dependencies import get_http_headers, get_server
from msgspec import Struct

from voyant.domain.caller import Caller
from voyant.domain.parameters import JobParameters
from voyant.security.callers import resolve_caller
from voyant.services.submission import submit


class Jobs(Protocol):
    """What runs the jobs that tools ask for."""

    def begin(self, caller: Caller, kind: str, parameters: JobParameters) -> str:
        """The id of the job, which is run from now on."""

    def forsake(self, caller: Caller, job_id: str) -> None:
        """Whoever asked for the job has cancelled the request that waited for it."""


class DurableJobs:
    """Jobs that workers run. They outlive the process that was asked, and the connection of whoever asked."""

    def begin(self, caller: Caller, kind: str, parameters: JobParameters) -> str:
        return submit(caller, kind, parameters).job.id

    def forsake(self, caller: Caller, job_id: str) -> None:
        """Nothing: over HTTP a connection that broke looks the same, and the result can still be asked for."""


class Host(Struct, frozen=True):
    """A transport, as tools see it."""

    caller: Callable[[], Caller]
    jobs: Jobs


class Server(FastMCP[None]):
    """An MCP server that knows its host."""

    host: Host


def caller_over_http() -> Caller:
    """Who sent the request that is being answered."""
    return resolve_caller(get_http_headers().get("x-tenant-id"))


def _current_host() -> Host:
    server = get_server()
    if not isinstance(server, Server):
        raise TypeError(f"{server.name} is no server of Voyant")
    return server.host


def _current_caller() -> Caller:
    return _current_host().caller()


HOST: Host = Depends(_current_host)
CALLER: Caller = Depends(_current_caller)
