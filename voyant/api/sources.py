"""Sources: looked at, named, uploaded, listed, removed."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated, Any, cast

from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query

from voyant.api import examples
from voyant.api.answers import answer, caller_of
from voyant.api.openapi import READING, described
from voyant.api.router import Router
from voyant.api.schemas import JOB_ID, Accept, Body, Limit, SourceRequest, Text
from voyant.domain.artifact import SVG, VEGA_LITE
from voyant.domain.caller import Caller
from voyant.domain.history import HistoryRun
from voyant.domain.page import Page
from voyant.domain.serialization import to_compact_json
from voyant.errors import Code, InvalidInput
from voyant.ingestion import Discovery
from voyant.services.history import drawn_history, history_of, pictured_history
from voyant.services.sources import (
    SourceSummary,
    discover,
    list_sources,
    register,
    remove_source,
    show_source,
    source_from,
    upload,
)
from voyant.services.threads import with_data, with_rows

router = Router(tags=["sources"])

SourceId = Annotated[str, Path(description="A source id.", example="src_01k9zdp0w2xj6v8m4c3n5q7r9t")]
Cursor = Annotated[
    str | None, Query(None, description="The `next_cursor` of the page before.", pattern=r"^src_[0-9a-z]{1,40}$")
]
RunCursor = Annotated[str | None, Query(None, description="The `next_cursor` of the page before.", pattern=JOB_ID)]
FIELD = "file"


class DiscoverRequest(Body):
    """What is to be looked at."""

    source: Text


@router.post(
    "/discover",
    response=Discovery,
    openapi_extra=described(Code.UNSUPPORTED_MEDIA_TYPE, *READING, examples={200: examples.DISCOVERY}),
)
async def look_at(request: HttpRequest, body: DiscoverRequest) -> HttpResponse:
    """Say what a source is, without reading it. Tells what reading it would take, too."""
    return answer(await with_data(discover, caller_of(request), body.source))


@router.post(
    "",
    response={201: SourceSummary},
    openapi_extra=described(Code.UNSUPPORTED_MEDIA_TYPE, *READING, examples={201: examples.SOURCE}),
)
async def create(request: HttpRequest, body: SourceRequest) -> HttpResponse:
    """Name a source. It is read by its id from then on. Credentials in its address are sealed and never shown."""
    return _created(await with_data(_register, caller_of(request), body))


@router.post(
    "/upload",
    response={201: SourceSummary},
    openapi_extra=described(
        *(Code.UNSUPPORTED_MEDIA_TYPE, Code.MISSING_PARAMETER, Code.STORAGE_FULL),
        examples={201: examples.SOURCE},
        requestBody={
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": [FIELD],
                        "additionalProperties": False,
                        "properties": {FIELD: {"type": "string", "format": "binary"}},
                    }
                }
            },
        },
    ),
)
async def send(request: HttpRequest) -> HttpResponse:
    """Upload a file as a source. The same file under the same name is the same source."""
    return _created(await with_data(_upload, caller_of(request), request))


@router.get("", response=Page[SourceSummary], openapi_extra=described(examples={200: examples.SOURCES}))
async def list_(
    request: HttpRequest,
    limit: Limit,
    cursor: Cursor,
) -> HttpResponse:
    """List sources, newest first."""
    return answer(await with_rows(list_sources, caller_of(request), limit=limit, cursor=cursor))


@router.get(
    "/{source_id}", response=SourceSummary, openapi_extra=described(Code.NO_SOURCE, examples={200: examples.SOURCE})
)
async def show(request: HttpRequest, source_id: SourceId) -> HttpResponse:
    """Show a source, with its tables and jobs."""
    return answer(await with_rows(show_source, caller_of(request), source_id))


@router.get(
    "/{source_id}/history",
    response=Page[HistoryRun],
    openapi_extra=described(
        Code.NO_SOURCE,
        Code.NO_JOB,
        responses={
            200: {
                "content": {
                    "application/json": {"example": examples.HISTORY},
                    VEGA_LITE: {"schema": {"type": "object"}},
                    SVG: {"schema": {"type": "string"}},
                }
            }
        },
    ),
)
async def history(
    request: HttpRequest,
    source_id: SourceId,
    limit: Limit,
    cursor: RunCursor,
    table: Annotated[str | None, Query(None, description="Only runs of this table.", pattern=r"^[^\x00]{1,1000}$")],
    accept: Accept,
) -> HttpResponse:
    """Show the quality and the drift of a source, run by run.

    Newest first, a page at a time; drawn where `Accept` asks for SVG or a Vega-Lite specification.
    """
    caller = caller_of(request)
    if SVG in accept:
        drawn = await with_data(pictured_history, caller, source_id, table=table, limit=limit)
        return HttpResponse(drawn, content_type=SVG)
    if VEGA_LITE in accept:
        spec = await with_data(drawn_history, caller, source_id, table=table, limit=limit)
        return HttpResponse(to_compact_json(spec), content_type=VEGA_LITE)
    return answer(await with_rows(history_of, caller, source_id, table=table, limit=limit, cursor=cursor))


@router.delete(
    "/{source_id}", response=SourceSummary, openapi_extra=described(Code.NO_SOURCE, examples={200: examples.SOURCE})
)
async def remove(request: HttpRequest, source_id: SourceId) -> HttpResponse:
    """Remove a source with its tables, jobs and artifacts. Answers with what that was."""
    return answer(await with_data(remove_source, caller_of(request), source_id))


def _created(source: SourceSummary) -> HttpResponse:
    return answer(source, status=201, headers={"Location": f"/v1/sources/{source.id}"})


def _register(caller: Caller, body: SourceRequest) -> SourceSummary:
    return register(caller, source_from(caller, body.source, table=body.table, query=body.query))


def _upload(caller: Caller, request: HttpRequest) -> SourceSummary:
    if request.content_type != "multipart/form-data":
        raise InvalidInput(
            f"The body is {(request.content_type or 'of no type')[:100]!r}.",
            code=Code.UNSUPPORTED_MEDIA_TYPE,
            remedy=f"Send multipart/form-data with the field {FIELD!r}, as with: curl -F {FIELD}=@orders.csv",
        )
    files: Any = request.FILES  # only now is the body taken apart, in this thread
    if set(files) | set(request.POST) != {FIELD} or len(files.getlist(FIELD)) != 1:
        found = ", ".join(sorted({*files, *request.POST}))[:200] or "none"
        raise InvalidInput(f"There must be one file, in the field {FIELD!r}; the fields are: {found}.",
                           code=Code.MISSING_PARAMETER)  # fmt: skip
    file = cast("TemporaryUploadedFile", files[FIELD])
    return upload(caller, file.name or "", FilePath(file.temporary_file_path()))
