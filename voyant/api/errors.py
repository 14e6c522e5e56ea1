"""The one translation of errors: whatever goes wrong is answered as problem+json (RFC 9457) with a VYNT code."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from asgiref.sync import markcoroutinefunction
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from msgspec import Struct
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from voyant.api.routes import note_route
from voyant.domain.serialization import to_compact_json
from voyant.errors import Code, InternalError, InvalidInput, NotFound, VoyantError, as_disk_full

PROBLEM = "application/problem+json"
SECONDS_UNTIL_RETRY = 5
MOST_SHOWN = 5
NO_ID = ""

log = logging.getLogger("voyant.api")


class Problem(Struct, frozen=True, kw_only=True):
    """What went wrong, what was received, and what to do next (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    message: str
    remedy: str
    retry_allowed: bool
    request_id: str
    data: dict[str, Any]


def problem_of(error: VoyantError, request_id: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the answer to what went wrong."""
    problem = Problem(
        type=f"urn:voyant:error:{error.code}",
        status=error.code.status,
        detail=error.message,
        request_id=request_id,
        **error.as_dict(),
    )
    headers = {"Content-Type": PROBLEM}
    if problem.retry_allowed:
        headers["Retry-After"] = str(SECONDS_UNTIL_RETRY)
    return problem.status, headers, to_compact_json(problem)


def respond(request: HttpRequest, error: VoyantError, headers: dict[str, str] | None = None) -> HttpResponse:
    """The answer to what went wrong in that request."""
    status, told, body = problem_of(error, request_id_of(request))
    return HttpResponse(body, status=status, headers=told | (headers or {}))


def request_id_of(request: HttpRequest) -> str:
    """The id that the request's answer carries."""
    scope: dict[str, Any] = getattr(request, "scope", {})
    return str(scope.get("voyant.request_id", NO_ID))


def as_ours(error: Exception, request_id: str) -> VoyantError:
    """Any error as one with a code and a remedy; what nobody expected is logged."""
    if isinstance(error, VoyantError):
        return error
    if isinstance(error, ValidationError):
        return _invalid(error.errors)
    if isinstance(error, HttpError) and isinstance(error.__cause__, VoyantError):
        return error.__cause__
    if isinstance(error, RequestDataTooBig):
        return InvalidInput("A field of the form is larger than VOYANT_MAX_BODY_BYTES.", code=Code.TOO_LARGE)
    if isinstance(error, SuspiciousOperation | MultiPartParserError):
        return InvalidInput(f"The request cannot be understood: {error}")
    log.error("request %s failed", request_id, exc_info=error)
    return as_disk_full(error) or InternalError(f"An unexpected {type(error).__name__}; the log tells more.")


def translate_errors(api: NinjaAPI) -> None:
    """Answers whatever a handler raises."""

    def handle(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
        raised = error if isinstance(error, Exception) else error()
        return respond(request, as_ours(raised, request_id_of(request)))

    for kind in (ValidationError, HttpError, Exception):  # of the first two the framework has its own translation
        api.add_exception_handler(kind, handle)


def no_route(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The answer where no path matches."""
    return respond(request, NotFound(f"There is nothing at {request.path[:200]!r}.", code=Code.NO_ROUTE))


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The answer to what the framework would not take apart, outside any handler."""
    return respond(request, as_ours(exception, request_id_of(request)))


def internal_error(request: HttpRequest) -> HttpResponse:
    """The answer to what went wrong outside any handler."""
    return respond(request, InternalError("Something unexpected went wrong; the log tells more."))


def in_our_form(
    get_response: Callable[[HttpRequest], Awaitable[HttpResponse]],
) -> Callable[[HttpRequest], Awaitable[HttpResponse]]:
    """A middleware: what the framework refuses by itself is said as everything else is, and every length is told."""

    async def respond_in_our_form(request: HttpRequest) -> HttpResponse:
        response = await get_response(request)
        note_route(request)
        if response.status_code == Code.METHOD_NOT_ALLOWED.status:
            response = _method_not_allowed(request, response.headers["Allow"])
        if not response.streaming and response.status_code != HTTPStatus.NOT_MODIFIED:
            response.headers["Content-Length"] = str(len(response.content))
        return response

    markcoroutinefunction(respond_in_our_form)
    return respond_in_our_form


in_our_form.async_capable = True  # type: ignore[attr-defined]
in_our_form.sync_capable = False  # type: ignore[attr-defined]


def _method_not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    refused = InvalidInput(f"{request.method} is not answered here; {allowed} is.", code=Code.METHOD_NOT_ALLOWED)
    return respond(request, refused, {"Allow": allowed})


def _invalid(found: list[dict[str, Any]]) -> InvalidInput:
    """Says what is wrong with which field; never what stood there, which may be an address with a password."""
    fields = [{"field": _field(entry["loc"]), "problem": entry["msg"]} for entry in found]
    told = "; ".join(f"{entry['field']}: {entry['problem']}" for entry in fields[:MOST_SHOWN])
    more = f"; and {len(fields) - MOST_SHOWN} more" if len(fields) > MOST_SHOWN else ""
    return InvalidInput(told + more, data={"fields": fields[:100]})


def _field(location: tuple[str | int, ...]) -> str:
    """Such as ``body.kpis.revenue`` or ``limit``; the handler's name for the body is ours and left out."""
    where, *rest = location
    parts = [where, *rest[1:]] if where == "body" else rest
    return ".".join(str(part)[:100] for part in parts)
