"""Baselines: pinned, listed, shown, removed."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query
from pydantic import ConfigDict, Field

from voyant.api import examples
from voyant.api.answers import answer, caller_of
from voyant.api.openapi import described
from voyant.api.router import Router
from voyant.api.schemas import Body, Limit, Text
from voyant.domain.baseline import Baseline
from voyant.domain.page import Page
from voyant.errors import Code
from voyant.services.baselines import list_baselines, pin, remove_baseline, show_baseline
from voyant.services.threads import with_data, with_rows

router = Router(tags=["baselines"])

Reference = Annotated[str, Path(description="A baseline's name or id.", example="january", pattern=r"^[\w-]{1,100}$")]
Cursor = Annotated[
    str | None, Query(None, description="The `next_cursor` of the page before.", pattern=r"^bsl_[0-9a-z]{1,40}$")
]


class PinRequest(Body):
    """Which state of a table is to be kept, and under which name."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "january", "of": "orders"}]})

    name: Text = Field(description="Of letters, digits, `-` and `_`; no other baseline has it.")
    of: Text = Field(description="A job's id, a table, or `table@snapshot`.")


@router.post(
    "",
    response={201: Baseline},
    openapi_extra=described(
        *(Code.UNSUPPORTED_MEDIA_TYPE, Code.NAME_TAKEN, Code.NO_JOB, Code.NO_TABLE, Code.NO_BASELINE, Code.NO_SOURCE),
        Code.STORAGE_FULL,
        examples={201: examples.BASELINE},
    ),
)
async def create(request: HttpRequest, body: PinRequest) -> HttpResponse:
    """Keep a state of a table under a name.

    Later ones are compared with it. Its rows stay until it is removed.
    """
    pinned = await with_data(pin, caller_of(request), body.name, body.of)
    return answer(pinned, status=201, headers={"Location": f"/v1/baselines/{pinned.id}"})


@router.get("", response=Page[Baseline], openapi_extra=described(examples={200: examples.BASELINES}))
async def list_(request: HttpRequest, limit: Limit, cursor: Cursor) -> HttpResponse:
    """List baselines, newest first."""
    return answer(await with_rows(list_baselines, caller_of(request), limit=limit, cursor=cursor))


@router.get(
    "/{baseline}", response=Baseline, openapi_extra=described(Code.NO_BASELINE, examples={200: examples.BASELINE})
)
async def show(request: HttpRequest, baseline: Reference) -> HttpResponse:
    """Show a baseline."""
    return answer(await with_rows(show_baseline, caller_of(request), baseline))


@router.delete(
    "/{baseline}", response=Baseline, openapi_extra=described(Code.NO_BASELINE, examples={200: examples.BASELINE})
)
async def remove(request: HttpRequest, baseline: Reference) -> HttpResponse:
    """Remove a baseline.

    Answers with what that was. Its rows stay as long as anything else needs them.
    """
    return answer(await with_rows(remove_baseline, caller_of(request), baseline))
