"""The one call."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from voyant.api import examples
from voyant.api.jobs import run
from voyant.api.openapi import READING, RUNNING, described
from voyant.api.router import Router
from voyant.api.schemas import IdempotencyKey, JobRequest, Prefer
from voyant.api.waiting import seconds_to_wait
from voyant.domain.job import JobSummary
from voyant.domain.result import Result
from voyant.errors import Code
from voyant.services.analysis import KIND

DEFAULT_WAIT = 30
router = Router(tags=["analyze"])


@router.post(
    "/analyze",
    response={200: Result, 202: JobSummary},
    openapi_extra=described(
        *(Code.IDEMPOTENCY_KEY_REUSED, Code.UNSUPPORTED_MEDIA_TYPE, *READING, *RUNNING),
        examples={200: examples.RESULT, 202: examples.JOB},
    ),
)
async def analyze(
    request: HttpRequest, body: JobRequest, prefer: Prefer, idempotency_key: IdempotencyKey
) -> HttpResponse:
    """Run the whole pipeline over a source.

    Answers a summary with its findings; artifacts stand behind every number.
    Waits 30 seconds, or as long as `Prefer` says; a job that takes longer is answered with 202 and its address.
    """
    return await run(request, KIND, body, seconds_to_wait(prefer, DEFAULT_WAIT), idempotency_key)
