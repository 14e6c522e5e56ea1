"""Artifacts: listed, and read whole or in part."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from ninja import Header, Path

from voyant.api import examples
from voyant.api.answers import answer, caller_of
from voyant.api.errors import respond
from voyant.api.jobs import JobId
from voyant.api.openapi import described
from voyant.api.router import Router
from voyant.domain.artifact import HTML, JSON, MARKDOWN, PARQUET, PNG, SVG, VEGA_LITE
from voyant.domain.manifest import MANIFEST_NAME
from voyant.domain.page import Page
from voyant.domain.result import ResultArtifact
from voyant.errors import Code, InvalidInput
from voyant.services.artifacts import list_artifacts, read_artifact, show_artifact
from voyant.services.threads import with_rows

router = Router(tags=["artifacts"])

SHOWN_INLINE = frozenset({HTML, JSON, MARKDOWN, PNG, SVG, VEGA_LITE})
AS_TEXT = frozenset({HTML, MARKDOWN})
POLICIES = {
    # The report carries all it needs in itself. Sandboxed it is of no origin: its scripts could not ask this server.
    HTML: "sandbox allow-scripts allow-popups allow-downloads; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data: blob:; font-src data:; frame-ancestors 'none'",
    SVG: "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "frame-ancestors 'none'",
}
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_WHOLE = {"description": "The bytes.", "content": dict.fromkeys(sorted(SHOWN_INLINE | {PARQUET}), _BYTES)}
_CODES = (Code.NO_JOB, Code.NO_ARTIFACT, Code.RANGE_NOT_SATISFIABLE)
_DESCRIBED = described(
    *_CODES,
    responses={
        200: _WHOLE,
        206: _WHOLE | {"description": "The part of the bytes that `Range` asked for."},
        304: {"description": "The client has these bytes already."},
    },
)

Name = Annotated[str, Path(description="An artifact's name.", example="profile.json")]
Range = Annotated[str | None, Header(None, alias="Range", description="One range of bytes, such as `bytes=0-1023`.")]
IfNoneMatch = Annotated[str | None, Header(None, alias="If-None-Match", description="The ETag of what the client has.")]
IfRange = Annotated[
    str | None, Header(None, alias="If-Range", description="Heed `Range` only if this is still the ETag.")
]


@router.get(
    "/{job_id}", response=Page[ResultArtifact], openapi_extra=described(Code.NO_JOB, examples={200: examples.ARTIFACTS})
)
async def list_(request: HttpRequest, job_id: JobId) -> HttpResponse:
    """List the artifacts of a job."""
    found = await with_rows(list_artifacts, caller_of(request), job_id)
    return answer(Page(items=tuple(found), next_cursor=None))


@router.get("/{job_id}/manifest", openapi_extra=_DESCRIBED)
async def manifest(
    request: HttpRequest, job_id: JobId, range_: Range, if_none_match: IfNoneMatch, if_range: IfRange
) -> HttpResponseBase:
    """Read the manifest of a job. It says what went in, what was done and what came out."""
    return await _send(request, job_id, MANIFEST_NAME, range_, if_none_match, if_range)


@router.get("/{job_id}/{path:name}", openapi_extra=_DESCRIBED)
async def read(
    request: HttpRequest, job_id: JobId, name: Name, range_: Range, if_none_match: IfNoneMatch, if_range: IfRange
) -> HttpResponseBase:
    """Read an artifact."""
    return await _send(request, job_id, name, range_, if_none_match, if_range)


async def _send(
    request: HttpRequest, job_id: str, name: str, range_: str | None, if_none_match: str | None, if_range: str | None
) -> HttpResponseBase:
    caller = caller_of(request)
    artifact = await with_rows(show_artifact, caller, job_id, name)
    headers = _headers(artifact)
    if if_none_match and _matches(if_none_match, headers["ETag"]):
        return HttpResponse(status=304, headers=headers)
    try:
        part = _part(range_, artifact.bytes) if if_range in {None, headers["ETag"]} else None
    except InvalidInput as refused:
        return respond(request, refused, {"Content-Range": f"bytes */{artifact.bytes}"})
    if part is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{artifact.bytes}"
    headers["Content-Length"] = str(artifact.bytes if part is None else len(part))
    chunks = await with_rows(read_artifact, caller, job_id, name, part=part)
    return StreamingHttpResponse(_without_waiting(chunks), status=200 if part is None else 206, headers=headers)


def _headers(artifact: ResultArtifact) -> dict[str, str]:
    kind = artifact.media_type
    name = quote(PurePosixPath(artifact.name).name)
    headers = {
        "Content-Type": f"{kind}; charset=utf-8" if kind in AS_TEXT else kind,
        "Content-Disposition": f"{'inline' if kind in SHOWN_INLINE else 'attachment'}; filename*=UTF-8''{name}",
        "ETag": f'"{artifact.sha256}"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
    }
    return headers | ({"Content-Security-Policy": POLICIES[kind]} if kind in POLICIES else {})


def _matches(if_none_match: str, etag: str) -> bool:
    """Compared weakly, as RFC 9110 has it."""
    return any(tag.strip().removeprefix("W/") in {etag, "*"} for tag in if_none_match.split(","))


def _part(range_: str | None, size: int) -> range | None:
    """The positions of the one range asked for; None for all, also where several or other units are asked for.

    >>> _part("bytes=-3", 10)
    range(7, 10)
    """
    asked = re.fullmatch(r"bytes=([0-9]{0,18})-([0-9]{0,18})", (range_ or "").replace(" ", ""))
    if asked is None or asked[0] == "bytes=-":
        return None
    first, last = asked.groups()
    part = range(int(first), min(int(last or size) + 1, size)) if first else range(max(0, size - int(last)), size)
    if first and last and int(last) < int(first):
        return None
    if not part:
        raise InvalidInput(f"{range_} lies outside of the {size:,} bytes.", code=Code.RANGE_NOT_SATISFIABLE)
    return part


async def _without_waiting(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    while chunk := await with_rows(next, chunks, b""):
        yield chunk
