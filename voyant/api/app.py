"""The interface, put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import NinjaAPI
from ninja.operation import Operation
from ninja.params.models import QueryModel
from ninja.parser import Parser

from voyant import __version__
from voyant.api import (
    analyze,
    artifacts,
    baselines,
    contracts,
    estimate,
    jobs,
    presets,
    sources,
    sql,
    system,
    templates,
)
from voyant.api.errors import respond, translate_errors
from voyant.errors import Code, InvalidInput

Run = Callable[..., Awaitable[HttpResponseBase]]

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


def refuse_unknown_parameters(run: Run) -> Run:
    """Lets an operation run only if its address asks for nothing that it does not know, and for nothing twice."""
    operation: Operation = run.__self__  # type: ignore[attr-defined]
    queries = [model for model in operation.models if issubclass(model, QueryModel)]
    known = {name for model in queries for name in model.__ninja_flatten_map__}

    async def run_if_known(request: HttpRequest, **path: Any) -> HttpResponseBase:
        if unknown := sorted(set(request.GET) - known):
            return respond(request, _unknown_parameters(unknown, sorted(known)))
        if repeated := [name for name, values in request.GET.lists() if len(values) > 1]:
            return respond(request, _repeated_parameter(repeated[0]))
        return await run(request, **path)

    return run_if_known


def _repeated_parameter(name: str) -> InvalidInput:
    return InvalidInput(
        f"The parameter {name!r} is given more than once.", remedy="Give it once.", data={"repeated": name}
    )


def _unknown_parameters(unknown: list[str], known: list[str]) -> InvalidInput:
    return InvalidInput(
        f"There is no parameter {unknown[0][:100]!r}.",
        remedy=f"Use only: {', '.join(known)}." if known else "Leave it out: there are none here.",
        data={"unknown": unknown},
    )


class Api(NinjaAPI):
    """Operations that answer by themselves: none needs a response made for it beforehand."""

    _unused = HttpResponse()

    def create_temporal_response(self, request: HttpRequest) -> HttpResponse:
        return self._unused


api = Api(
    title="Voyant",
    version=__version__,
    description=DESCRIPTION,
    parser=StrictParser(),
    docs_url=None,
    openapi_url=None,
)
translate_errors(api)
api.add_decorator(refuse_unknown_parameters, mode="view")  # around an operation as a whole
api.add_router("/v1", analyze.router)
api.add_router("/v1/jobs", jobs.router)
api.add_router("/v1/sources", sources.router)
api.add_router("/v1/contracts", contracts.router)
api.add_router("/v1/baselines", baselines.router)
api.add_router("/v1/presets", presets.router)
api.add_router("/v1/artifacts", artifacts.router)
api.add_router("/v1/sql", sql.router)
api.add_router("/v1/kpi-templates", templates.router)
api.add_router("/v1", estimate.router)
api.add_router("", system.router)
