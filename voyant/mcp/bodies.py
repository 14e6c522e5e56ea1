"""Bodies over HTTP that the framework cannot read: its answer gets a code and a remedy, as every error has."""

from __future__ import annotations

import json

from mcp_types import PARSE_ERROR
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from voyant.mcp.errors import unreadable

_BAD_REQUEST = 400


class UnreadableBodies:
    """An ASGI middleware that completes the answers to them; all others pass as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message | None = None

        async def complete(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _may_be_one(message):
                start = message  # it tells the length of what follows
                return
            if start is not None:
                body = _completed(message["body"])
                MutableHeaders(raw=start["headers"])["content-length"] = str(len(body))
                await send(start)
                start, message = None, {**message, "body": body}
            await send(message)

        await self._app(scope, receive, complete)


def _may_be_one(start: Message) -> bool:
    is_json = MutableHeaders(raw=start["headers"]).get("content-type", "").startswith("application/json")
    return is_json and start["status"] == _BAD_REQUEST


def _completed(body: bytes) -> bytes:
    """The same answer, or one that says why the body could not be read, with our code and remedy."""
    answer = json.loads(body)
    if answer["error"]["code"] != PARSE_ERROR:
        return body
    reason = answer["error"]["message"].removeprefix("Parse error").removeprefix(": ")
    answer["error"] = unreadable(reason or "it is no JSON").model_dump()
    return json.dumps(answer).encode()
