"""Serving lines of standard input, also those that the framework cannot read: nobody may wait for ever."""

from __future__ import annotations

import json

import anyio
from anyio.abc import ObjectReceiveStream, ObjectSendStream
from mcp.server.models import InitializationOptions
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCError
from pydantic import ValidationError

from voyant.mcp.errors import unreadable
from voyant.mcp.host import Server

Messages = ObjectReceiveStream[SessionMessage | Exception]
Readable = ObjectSendStream[SessionMessage | Exception]
Answers = ObjectSendStream[SessionMessage]


async def serve_lines(server: Server) -> None:
    """Answers until standard input ends."""
    framework = server._mcp_server
    serve = framework.run

    async def run(messages: Messages, answers: Answers, options: InitializationOptions) -> None:
        readable, passed_on = anyio.create_memory_object_stream[SessionMessage | Exception]()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_pass_on, messages, readable, answers)
            await serve(passed_on, answers, options)
            tasks.cancel_scope.cancel()

    framework.run = run  # type: ignore[method-assign, assignment] # there is no other way between its lines and it
    await server.run_stdio_async(show_banner=False)


async def _pass_on(messages: Messages, readable: Readable, answers: Answers) -> None:
    async with readable:
        async for message in messages:
            refusal = _refusal(message) if isinstance(message, ValidationError) else None
            if refusal is None:
                await readable.send(message)
            else:
                await answers.send(SessionMessage(refusal))


def _refusal(misfit: ValidationError) -> JSONRPCError | None:
    """The answer to a request that Python can read as JSON, and the framework cannot; None where it is no request.

    Such is one with half of a character: clients in JavaScript write it as ``"\\ud800"``.
    """
    found = misfit.errors()[0]
    if found["type"] != "json_invalid":
        return None
    error = unreadable(found["msg"])
    try:
        return JSONRPCError(jsonrpc="2.0", id=json.loads(found["input"])["id"], error=error)
    except (ValueError, TypeError, KeyError, RecursionError):  # what pydantic refuses is a ValueError, too
        return None
