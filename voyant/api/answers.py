"""Answers as every handler gives them: the domain's own shapes, the very bytes that the other faces write."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from voyant.domain.caller import Caller
from voyant.domain.job import JobSummary
from voyant.domain.serialization import to_compact_json
from voyant.security.callers import resolve_caller

SECONDS_UNTIL_NEXT_LOOK = 1


def caller_of(request: HttpRequest) -> Caller:
    """Who asks."""
    return resolve_caller(request.headers.get("X-Tenant-ID"))


def answer(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    """The value as compact JSON."""
    return HttpResponse(to_compact_json(value), status=status, headers=headers, content_type="application/json")


def accepted(job: JobSummary) -> HttpResponse:
    """A job that was taken in, and where to look for it."""
    headers = {"Location": f"/v1/jobs/{job.id}", "Retry-After": str(SECONDS_UNTIL_NEXT_LOOK)}
    return answer(job, status=202, headers=headers)
