"""The manual that the server itself shows: the description of the interface, and a page to read and try it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import ninja
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from voyant.api.app import api
from voyant.api.errors import no_route
from voyant.api.openapi import schema_of
from voyant.domain.serialization import to_json

# They come with the package: the page works where there is no network.
FILES = Path(ninja.__file__).parent / "static" / "ninja"
SHOWN = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui-init.js": "text/javascript",
    "favicon.svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'"
)
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Voyant: REST</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon.svg">
</head>
<body>
<script type="application/json" id="swagger-settings">{"url": "/openapi.json", "layout": "BaseLayout",
"deepLinking": true, "docExpansion": "list", "tryItOutEnabled": true}</script>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/swagger-ui-init.js"></script>
</body>
</html>
"""


@cache
def description() -> bytes:
    """The OpenAPI file."""
    return to_json(schema_of(api))


@require_GET
async def openapi(request: HttpRequest) -> HttpResponse:
    """The description of the interface, as programs read it."""
    return HttpResponse(description(), content_type="application/json")


@require_GET
async def page(request: HttpRequest) -> HttpResponse:
    """The same, as people read it."""
    return HttpResponse(PAGE, headers={"Content-Security-Policy": POLICY})


@require_GET
async def file(request: HttpRequest, name: str) -> HttpResponse:
    """A part of the page."""
    if name not in SHOWN:
        return no_route(request)
    return HttpResponse((FILES / name).read_bytes(), content_type=SHOWN[name])
