"""Presets: listed, shown, run."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path
from pydantic import ConfigDict

from voyant.api import examples
from voyant.api.answers import answer, caller_of
from voyant.api.jobs import PRESET_NAME, run
from voyant.api.openapi import READING, RUNNING, described
from voyant.api.router import Router
from voyant.api.schemas import IdempotencyKey, JobRequest, Prefer
from voyant.api.waiting import seconds_to_wait
from voyant.domain.job import JobSummary
from voyant.domain.page import Page
from voyant.domain.preset import Preset
from voyant.domain.result import Result
from voyant.errors import Code
from voyant.services.presets import PresetSummary, list_presets, show_preset
from voyant.services.threads import with_data

router = Router(tags=["presets"])

Name = Annotated[
    str,
    Path(description="A preset's name.", example="financial.revenue_analysis", pattern=PRESET_NAME, max_length=60),
]


class PresetRequest(JobRequest):
    """What a preset is to be run over, and with what."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"source": "https://example.com/orders.csv", "parameters": {"amount": "net_sales"}}]
        }
    )


@router.get("", response=Page[PresetSummary], openapi_extra=described(examples={200: examples.PRESETS}))
async def list_(request: HttpRequest) -> HttpResponse:
    """List presets, by name. All are on one page."""
    found = await with_data(list_presets, caller_of(request))
    return answer(Page(items=found, next_cursor=None))


@router.get(
    "/{preset}",
    response=Preset,
    openapi_extra=described(Code.NO_TEMPLATE, Code.BAD_PRESET, examples={200: examples.PRESET}),
)
async def show(request: HttpRequest, preset: Name) -> HttpResponse:
    """Show what a preset takes, and what it asks for."""
    return answer(await with_data(show_preset, caller_of(request), preset))


@router.post(
    "/{preset}/execute",
    response={200: Result, 202: JobSummary},
    openapi_extra=described(
        *(Code.IDEMPOTENCY_KEY_REUSED, Code.UNSUPPORTED_MEDIA_TYPE, Code.NO_TEMPLATE, Code.BAD_PRESET),
        *(*READING, *RUNNING),
        examples={200: examples.RESULT, 202: examples.JOB},
    ),
)
async def execute(
    request: HttpRequest, preset: Name, body: PresetRequest, prefer: Prefer, idempotency_key: IdempotencyKey
) -> HttpResponse:
    """Run a preset over a source. Answers 202 at once, or waits as long as `Prefer` says."""
    return await run(request, preset, body, seconds_to_wait(prefer, default=0), idempotency_key)
