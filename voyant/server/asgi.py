"""The one ASGI application: REST and MCP behind the same gate."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.core.handlers.asgi import ASGIHandler
from django.core.signals import request_started
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
    logging.getLogger("django.request").disabled = True  # it warns of every answer that is no success
    return Gate(_mounted(_Rest(), http_app()))


class _Rest(ASGIHandler):
    """Django, without the thread that it would start anew for each request: services have threads of their own."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.handle(scope, receive, send)


def _mounted(rest: Application, mcp: Application) -> Application:
    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        is_mcp = scope["type"] == "lifespan" or f"{scope['path']}/".startswith(f"{MCP}/")
        if is_mcp:
            scope[ROUTE] = MCP
        await (mcp if is_mcp else rest)(scope, receive, send)

    return route
