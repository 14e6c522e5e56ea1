"""What every request passes before anything of it is parsed, and every answer on its way out, REST or MCP."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from voyant.api.errors import as_ours, problem_of
from voyant.api.routes import ROUTE
from voyant.domain.ids import new_id
from voyant.errors import Code, InvalidInput, NotPermitted, VoyantError
from voyant.observability.metrics import count_request
from voyant.settings.configuration import settings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

UPLOAD = "/v1/sources/upload"
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._~:/+=-]{1,128}")
_HEADERS = {
    b"cache-control": b"no-store",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"cross-origin-resource-policy": b"same-origin",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
}
"""On every answer that does not say otherwise itself."""


class Gate:
    """An ASGI application behind the checks that hold for all of them."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}  # the server itself sends no body then
        exchange = _Exchange(scope, receive, send)
        try:
            exchange.check()
            await self._application(scope, exchange.receive, exchange.send)
            exchange.check_received()
        except Exception as error:  # noqa: BLE001 - the last place where anything can be answered
            await exchange.fail(error)


class _Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._began = time.perf_counter()
        self._headers: dict[bytes, bytes] = dict(scope["headers"])
        self._received = 0
        self._has_answered = False
        configured = settings()
        is_upload = scope["path"] == UPLOAD
        self._most = configured.max_upload_bytes if is_upload else configured.max_body_bytes
        self._limit = "VOYANT_MAX_UPLOAD_BYTES" if is_upload else "VOYANT_MAX_BODY_BYTES"
        given = self._headers.get(b"x-request-id", b"")
        # One that could break a log line or a header is not taken over; it is no reason to refuse the request.
        self._request_id = given if _REQUEST_ID.fullmatch(given) else new_id("req").encode()
        scope["voyant.request_id"] = self._request_id.decode()

    def check(self) -> None:
        """Refuses what must not be read any further."""
        self._check_origin()
        if not self._scope["query_string"].isascii() or "\0" in self._scope["path"]:
            raise InvalidInput("The address is not written as addresses are: percent-encode it.")
        length = self._headers.get(b"content-length", b"0")
        if length.isdigit() and int(length) > self._most:
            raise self._too_large()

    async def receive(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        # To the application it looks as if the client had gone, which frees what it holds of the body.
        return {"type": "http.disconnect"} if self._received > self._most else message

    def check_received(self) -> None:
        """Refuses what turned out too large while it came in."""
        if self._received > self._most:
            raise self._too_large()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._has_answered = True
            given = list(message.get("headers", ()))
            named = {name.lower() for name, _ in given}
            added = [(name, value) for name, value in _HEADERS.items() if name not in named]
            message["headers"] = [*given, *added, (b"x-request-id", self._request_id)]
            # Not when it ends: a stream of events lasts as long as its job.
            took = time.perf_counter() - self._began
            count_request(self._scope["method"], self._scope.get(ROUTE, ""), message["status"], took)
        await self._send(message)

    async def fail(self, error: Exception) -> None:
        """Answers what no application did; raises where an answer has begun already."""
        is_cut = self._received > self._most  # whatever the application made of that
        failure = self._too_large() if is_cut else as_ours(error, self._request_id.decode())
        if self._has_answered:
            raise failure from error
        status, headers, body = problem_of(failure, self._request_id.decode())
        told = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        told.append((b"content-length", str(len(body)).encode()))
        await self.send({"type": "http.response.start", "status": status, "headers": told})
        await self.send({"type": "http.response.body", "body": body})

    def _check_origin(self) -> None:
        """A web page elsewhere must reach this server neither under a name of its own nor from its own origin."""
        host = self._headers.get(b"host", b"").decode("latin-1").lower()
        if re.sub(r":\d+$", "", host) not in settings().host_names:
            raise NotPermitted(f"This server does not answer as {host[:200]!r}.", code=Code.UNTRUSTED_ORIGIN)
        origin = self._headers.get(b"origin", b"").decode("latin-1").lower()
        if origin and urlsplit(origin).netloc != host:
            raise NotPermitted(
                f"Pages of {origin[:200]!r} may not use this server.",
                code=Code.UNTRUSTED_ORIGIN,
                remedy="Call it from a program, or from a page that it serves itself.",
            )

    def _too_large(self) -> VoyantError:
        return InvalidInput(
            f"The body is larger than {self._most:,} bytes.",
            code=Code.TOO_LARGE,
            remedy=f"Send less, or let the operator raise {self._limit}.",
            data={"limit": self._most},
        )
