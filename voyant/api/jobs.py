"""Jobs: asked for, listed, followed, called off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Header, Path, Query
from pydantic import WithJsonSchema

from voyant.api import examples
from voyant.api.answers import accepted, answer, caller_of
from voyant.api.openapi import READING, RUNNING, described
from voyant.api.router import Router
from voyant.api.schemas import JOB_ID, IdempotencyKey, JobRequest, Limit, MaxTokens, Prefer
from voyant.api.waiting import has_ended, seconds_to_wait
from voyant.domain.caller import Caller
from voyant.domain.job import JobEvent, JobSummary, Status
from voyant.domain.page import Page
from voyant.domain.preset import PresetRun
from voyant.domain.result import Result
from voyant.domain.serialization import to_compact_json
from voyant.errors import Code
from voyant.services.analysis import parameters_of
from voyant.services.brands import names_brands, with_brands
from voyant.services.contracts import contract_from
from voyant.services.intake import Submission
from voyant.services.jobs import list_jobs, news_of, show_job
from voyant.services.presets import preset_run
from voyant.services.references import with_baseline
from voyant.services.results import outcome_of, read_result
from voyant.services.sources import source_from
from voyant.services.submission import KINDS, UploadJob, cancel, submit, submit_for_uploads
from voyant.services.threads import Together, with_data, with_rows
from voyant.services.waiting import LONGEST_PAUSE

SECONDS_BETWEEN_SIGNS_OF_LIFE = 15
router = Router(tags=["jobs"])
_over_uploads = Together(submit_for_uploads)

PRESET_NAME = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$"
# One template serves both, since two that differ in a name only would be one address twice.
Kind = Annotated[
    Annotated[str, WithJsonSchema({"anyOf": [{"enum": list(KINDS)}, {"pattern": PRESET_NAME}], "type": "string"})],
    Path(description="What is to be done, or the name of a preset."),
]
Cursor = Annotated[str | None, Query(None, description="The `next_cursor` of the page before.", pattern=JOB_ID)]
JobId = Annotated[str, Path(description="A job id.", example="job_01k9zdp0w2xj6v8m4c3n5q7r9t")]


@router.post(
    "/{job}",
    response={200: Result, 202: JobSummary},
    openapi_extra=described(
        *(Code.IDEMPOTENCY_KEY_REUSED, Code.UNSUPPORTED_MEDIA_TYPE, Code.NO_TEMPLATE, Code.BAD_PRESET),
        *(*READING, *RUNNING),
        examples={200: examples.RESULT, 202: examples.JOB},
    ),
)
async def create(
    request: HttpRequest,
    job: Kind,
    body: JobRequest,
    prefer: Prefer,
    idempotency_key: IdempotencyKey,
) -> HttpResponse:
    """Ask for a job. Answers 202 at once, or waits as long as `Prefer` says."""
    return await run(request, job, body, seconds_to_wait(prefer, default=0), idempotency_key)


async def run(request: HttpRequest, kind: str, body: JobRequest, seconds: float, key: str | None) -> HttpResponse:
    """Asks for the job, and waits that long for its result."""
    caller = caller_of(request)
    job = (await begin(caller, kind, body, key)).job
    if not seconds:
        return accepted(job)
    if await has_ended(caller, job.id, seconds):
        return answer(await with_rows(outcome_of, caller, job.id, max_tokens=body.max_tokens))
    return accepted(await with_rows(show_job, caller, job.id))


@router.get("", response=Page[JobSummary], openapi_extra=described(examples={200: examples.JOBS}))
async def list_(
    request: HttpRequest,
    limit: Limit,
    cursor: Cursor,
    status: Annotated[Status | None, Query(None, description="Only jobs of this status.")],
    kind: Annotated[str | None, Query(None, description="Only jobs of this kind.", pattern=r"^[\w.]{1,60}$")],
) -> HttpResponse:
    """List jobs, newest first."""
    page = await with_rows(list_jobs, caller_of(request), limit=limit, cursor=cursor, status=status, kind=kind)
    return answer(page)


@router.get("/{job}", response=JobSummary, openapi_extra=described(Code.NO_JOB, examples={200: examples.JOB}))
async def show(request: HttpRequest, job: JobId) -> HttpResponse:
    """Show how far a job is."""
    return answer(await with_rows(show_job, caller_of(request), job))


@router.get(
    "/{job}/result",
    response=Result,
    openapi_extra=described(
        *(Code.NO_JOB, Code.NO_ARTIFACT, Code.JOB_CANCELLED, Code.JOB_NOT_COMPLETED), examples={200: examples.RESULT}
    ),
)
async def result(request: HttpRequest, job: JobId, max_tokens: MaxTokens) -> HttpResponse:
    """Read what a completed job found. It is cut to as much room as there is."""
    return answer(await with_rows(read_result, caller_of(request), job, max_tokens=max_tokens))


@router.post(
    "/{job}/cancel",
    response=JobSummary,
    openapi_extra=described(Code.NO_JOB, Code.NOT_CANCELLABLE, examples={200: examples.JOB}),
)
async def call_off(request: HttpRequest, job: JobId) -> HttpResponse:
    """Cancel a job. One that was cancelled before stays so."""
    return answer(await with_rows(cancel, caller_of(request), job))


@router.get(
    "/{job}/events",
    openapi_extra=described(
        Code.NO_JOB,
        responses={
            200: {
                "description": "One event for each thing that happens, as it happens, until the job has ended. `id` is "
                "the event's, `event` its kind, `data` the event as JSON.",
                "content": {"text/event-stream": {"schema": {"type": "string"}, "example": examples.EVENTS}},
            }
        },
    ),
)
async def events(
    request: HttpRequest,
    job: JobId,
    last_event_id: Annotated[
        int, Header(0, alias="Last-Event-ID", ge=0, lt=2**63, description="Go on after the event of this id.")
    ],
) -> StreamingHttpResponse:
    """Follow a job as server-sent events. Whoever was cut off goes on where it was."""
    caller = caller_of(request)
    await with_rows(show_job, caller, job)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    stream = _stream(caller, job, last_event_id)
    return StreamingHttpResponse(stream, headers=headers, content_type="text/event-stream")


async def _stream(caller: Caller, job_id: str, last: int) -> AsyncIterator[bytes]:
    told_at = time.monotonic()
    yield b"retry: 1000\n\n"
    while True:
        news, is_over = await with_rows(news_of, caller, job_id, last)
        for event in news:
            yield _as_sent(event)
            last, told_at = event.id, time.monotonic()
        if is_over:
            return
        if time.monotonic() - told_at > SECONDS_BETWEEN_SIGNS_OF_LIFE:
            yield b": still here\n\n"
            told_at = time.monotonic()
        await asyncio.sleep(LONGEST_PAUSE)


def _as_sent(event: JobEvent) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (event.id, event.kind.encode(), to_compact_json(event))


async def begin(caller: Caller, kind: str, body: JobRequest, key: str | None) -> Submission:
    """The job that is asked for, accepted."""
    # Rules take a while to be looked at, and those who ask together wait for each other.
    is_plain = body.table is None and body.query is None and body.contract is None and not body.rules
    is_plain = is_plain and not any(body.requests.values()) and not body.templates and not body.compare
    is_compared = body.baseline is not None or kind == "drift"
    preset = preset_run(caller, kind, body.parameters)
    is_plain = is_plain and not names_brands(preset)
    if body.source.startswith("src_") and is_plain and not is_compared:
        job = UploadJob(
            caller=caller,
            kind=kind,
            upload=body.source,
            parameters=partial(
                parameters_of,
                kpis=body.kpis,
                time_column=body.time,
                fail_under=body.fail_under,
                preset=preset,
            ),
            idempotency_key=key,
        )
        if (submission := await _over_uploads.ask(job)) is not None:
            return submission
    return await with_data(_submit, caller, kind, body, preset, key)


def _submit(caller: Caller, kind: str, body: JobRequest, preset: PresetRun | None, key: str | None) -> Submission:
    source = source_from(caller, body.source, table=body.table, query=body.query)
    contract = contract_from(caller, body.contract) if body.contract is not None else None
    parameters = parameters_of(
        source,
        kpis=body.kpis,
        templates=body.template_calls,
        compare=body.compare,
        time_column=body.time,
        rules=body.rules,
        fail_under=body.fail_under,
        contract=contract,
        evidently=body.evidently,
        requests=body.requests,
        preset=preset,
    )
    compared = with_baseline(caller, kind, with_brands(caller, parameters), body.baseline)
    return submit(caller, kind, compared, idempotency_key=key)
