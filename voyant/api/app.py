"""The interface, put together."""

from __future__ import annotations

from typing import Any

import msgspec
from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.parser import Parser

from voyant import __version__
from voyant.api import analyze, artifacts, estimate, jobs, sources, sql, system
from voyant.api.errors import translate_errors
from voyant.errors import Code, InvalidInput

DESCRIPTION = """One call analyses real data: a short, true summary, and artifacts in which every number can be traced.

Start with `POST /v1/analyze`. Errors are `application/problem+json`, each with a code, what was received, and a remedy.
Lists are paged: `next_cursor` is the `cursor` of the next page."""


class StrictParser(Parser):
    """Bodies are JSON, said to be, and nothing but JSON."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise InvalidInput(
                f"The body is {(request.content_type or 'of no type')[:100]!r}.",
                code=Code.UNSUPPORTED_MEDIA_TYPE,
                remedy="Send JSON with the header Content-Type: application/json",
            )
        try:
            return msgspec.json.decode(request.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise InvalidInput(f"The body is no JSON: {error}.") from None


api = NinjaAPI(
    title="Voyant",
    version=__version__,
    description=DESCRIPTION,
    parser=StrictParser(),
    docs_url=None,
    openapi_url=None,
)
translate_errors(api)
api.add_router("/v1", analyze.router)
api.add_router("/v1/jobs", jobs.router)
api.add_router("/v1/sources", sources.router)
api.add_router("/v1/artifacts", artifacts.router)
api.add_router("/v1/sql", sql.router)
api.add_router("/v1", estimate.router)
api.add_router("", system.router)
