"""The one ASGI application: REST and MCP behind the same gate."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, reset_queries

from voyant.api.routes import ROUTE
from voyant.services.home import open_home
from voyant.settings.configuration import settings

if TYPE_CHECKING:
    from voyant.api.middleware import Application, Receive, Scope, Send

MCP = "/mcp"


def application() -> Application:
    """Opens the home, and answers for it."""
    open_home()
    settings().uploads_path.mkdir(exist_ok=True)

    from voyant.api.middleware import Gate
    from voyant.mcp.server import http_app

    # They look after connections of the thread that they run in, which holds none: that of a service's thread is
    # looked after there. Left in place they cost each request a change of threads.
    request_started.disconnect(close_old_connections)
    request_started.disconnect(reset_queries)
    request_finished.disconnect(close_old_connections)
    logging.getLogger("django.request").disabled = True  # it warns of every answer that is no success
    return Gate(_mounted(_Rest(), http_app()))


class _Rest(ASGIHandler):
    """Django, without the threads that it would take for each request and each answer: services have their own."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        with body:
            request, refusal = self.create_request(scope, body)
            if refusal is not None:
                await self.send_response(refusal, send)
            else:
                await self._answer(request, receive, send)

    async def _answer(self, request: Any, receive: Any, send: Any) -> None:
        """Answers, unless the client goes away before: then the handler is cancelled."""
        response = None
        try:
            async with _while_there(receive):
                response = await self.run_get_response(request)
                await self.send_response(response, send)
        finally:
            if response is not None and request.content_type == "multipart/form-data":
                await asyncio.to_thread(response.close)  # it removes files
            elif response is not None:
                response.close()


@asynccontextmanager
async def _while_there(receive: Any) -> AsyncIterator[None]:
    """Cancels what is done inside when the client goes away, and ends without an error then."""
    inside, has_left = asyncio.current_task(), False

    async def watch() -> None:
        nonlocal has_left
        await receive()  # after the body there is nothing else to come
        has_left = True
        if inside is not None:
            inside.cancel()

    watching = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError:
        if not has_left:
            raise
    finally:
        watching.cancel()
        if has_left and inside is not None:
            inside.uncancel()


def _mounted(rest: Application, mcp: Application) -> Application:
    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        is_mcp = scope["type"] == "lifespan" or f"{scope['path']}/".startswith(f"{MCP}/")
        if is_mcp:
            scope[ROUTE] = MCP
        await (mcp if is_mcp else rest)(scope, receive, send)

    return route
