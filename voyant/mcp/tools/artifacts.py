"""The tool that reads what jobs made."""

from __future__ import annotations

import base64
import struct
from typing import Annotated, Any

import msgspec
from fastmcp.tools import ToolResult
from mcp_types import ImageContent
from msgspec import Struct
from pydantic import Field

from voyant.domain.artifact import JSON, PARQUET, PNG, VEGA_LITE
from voyant.domain.caller import Caller
from voyant.domain.result import NextCall, ResultArtifact
from voyant.errors import Code, InvalidInput
from voyant.mcp.answers import answer, largest_that_fits, resource_link
from voyant.mcp.host import CALLER
from voyant.mcp.schemas import NO_NUL, JobId, MaxTokens
from voyant.mcp.tool import tool
from voyant.services.artifacts import list_artifacts, read_artifact, read_rows, show_artifact
from voyant.services.budget import DEFAULT_TOKENS
from voyant.services.threads import with_data

CHARACTERS_A_TOKEN = 8
"""More than any text has on average, by which a part that may fit is chosen."""
PIXELS_A_TOKEN = 750
"""That models of 2025 count an image by."""
ROOM_AROUND = 200
"""Tokens for what is told beside an image."""
ROWS_LOOKED_AT = 200

ArtifactName = Annotated[
    str | None,
    Field(
        max_length=2000,
        pattern=NO_NUL,
        description="Its name, such as profile.json. A pointer into a JSON artifact may follow, as findings give it in "
        "`evidence`: kpis.json#/kpis/0/series. Left out: the list of the job's artifacts.",
    ),
]
Offset = Annotated[
    int, Field(ge=0, description="Where to begin: characters of a text, rows of a table; an answer's `next_offset`.")
]


class ArtifactList(Struct, frozen=True, kw_only=True):
    """What a job made."""

    job_id: str
    artifacts: tuple[ResultArtifact, ...]
    omitted: dict[str, Any]


class TextPart(Struct, frozen=True, kw_only=True):
    """A text, or a part of it; no content where it is none, or would not fit."""

    job_id: str
    name: str
    media_type: str
    bytes: int
    content: str | None
    offset: int
    next_offset: int | None
    omitted: dict[str, Any]
    next: tuple[NextCall, ...]


class RowsPart(Struct, frozen=True, kw_only=True):
    """Rows of a table that a job wrote."""

    job_id: str
    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int
    offset: int
    next_offset: int | None
    omitted: dict[str, Any]
    next: tuple[NextCall, ...]


@tool("Read an artifact", ArtifactList | TextPart | RowsPart)
async def voyant_artifact(
    job_id: JobId,
    name: ArtifactName = None,
    offset: Offset = 0,
    max_tokens: MaxTokens = DEFAULT_TOKENS,
    caller: Caller = CALLER,
) -> ToolResult:
    """Read a file that a job made, or list them. Use it for the evidence behind a finding, for statistics of columns
    (profile.json), quality checks (quality.json), the memo (narrative.md) or a chart. You get JSON and text in parts
    that fit, tables (*.parquet) as rows, charts (*.png) as images, and a link to whatever can only be read whole.
    """
    if name is None:
        return await _list(caller, job_id, max_tokens)
    file, _, pointer = name.partition("#")
    artifact = await with_data(show_artifact, caller, job_id, file)
    if artifact.media_type == PARQUET:
        return await _rows(caller, job_id, file, offset, max_tokens)
    if artifact.media_type == PNG:
        return await _image(caller, job_id, artifact, max_tokens)
    text = await with_data(_text, caller, job_id, artifact, pointer)
    part = _fitting_part(job_id, name, artifact, text, offset, max_tokens)
    return answer(part, max_tokens, more=[resource_link(artifact)])


TOOLS = (voyant_artifact,)


async def _list(caller: Caller, job_id: str, max_tokens: int) -> ToolResult:
    found = await with_data(list_artifacts, caller, job_id)

    def listed(number: int) -> ArtifactList:
        left = len(found) - number
        omitted = {"artifacts": left, "how": "Raise max_tokens; the manifest names all."} if left else {}
        return ArtifactList(job_id=job_id, artifacts=tuple(found[:number]), omitted=omitted)

    # Data before pictures: there are many charts, each in three forms.
    found.sort(key=lambda artifact: (artifact.type == "charts", artifact.name))
    return answer(largest_that_fits(listed, len(found), max_tokens), max_tokens)


async def _rows(caller: Caller, job_id: str, name: str, offset: int, max_tokens: int) -> ToolResult:
    columns, rows, total = await with_data(read_rows, caller, job_id, name, offset=offset, limit=ROWS_LOOKED_AT)

    def cut(number: int) -> RowsPart:
        end = offset + number
        left = total - end
        return RowsPart(
            job_id=job_id,
            name=name,
            columns=columns,
            rows=rows[:number],
            total=total,
            offset=offset,
            next_offset=end if number > 0 and left > 0 else None,
            omitted={"rows": left, "how": "Call again from next_offset."} if left > 0 else {},
            next=_rest(job_id, name, end) if number > 0 and left > 0 else (),
        )

    return answer(largest_that_fits(cut, len(rows), max_tokens), max_tokens)


async def _image(caller: Caller, job_id: str, artifact: ResultArtifact, max_tokens: int) -> ToolResult:
    data = await with_data(_bytes, caller, job_id, artifact.name)
    width, height = struct.unpack(">II", data[16:24])
    room = -(-width * height // PIXELS_A_TOKEN)
    if room + ROOM_AROUND > max_tokens:
        how = f"Set max_tokens to {room + ROOM_AROUND:,} to see it, or read its specification."
        left_out = _part(job_id, artifact.name, artifact, omitted={"images": 1, "how": how})
        return answer(left_out, max_tokens, more=[resource_link(artifact)])
    told = answer(_part(job_id, artifact.name, artifact), max_tokens - room)
    image = ImageContent(type="image", data=base64.b64encode(data).decode(), mime_type=PNG)
    return ToolResult(content=[*told.content, image], structured_content=told.structured_content)


def _fitting_part(
    job_id: str, name: str, artifact: ResultArtifact, text: str, offset: int, max_tokens: int
) -> TextPart:
    rest = text[offset : offset + max_tokens * CHARACTERS_A_TOKEN]

    def cut(number: int) -> TextPart:
        end = offset + number
        left = len(text) - end
        if left <= 0:
            return _part(job_id, name, artifact, content=rest, offset=offset)
        return _part(
            job_id,
            name,
            artifact,
            content=rest[:number],
            offset=offset,
            next_offset=end if number else None,
            omitted={"characters": left, "how": "Call again from next_offset."},
            next=_rest(job_id, name, end) if number else (),
        )

    return largest_that_fits(cut, len(rest), max_tokens)


def _part(job_id: str, name: str, artifact: ResultArtifact, **given: Any) -> TextPart:
    nothing: dict[str, Any] = {"content": None, "offset": 0, "next_offset": None, "omitted": {}, "next": ()}
    return TextPart(job_id=job_id, name=name, media_type=artifact.media_type, bytes=artifact.bytes, **(nothing | given))


def _rest(job_id: str, name: str, offset: int) -> tuple[NextCall, ...]:
    arguments = {"job_id": job_id, "name": name, "offset": offset}
    return (NextCall(tool="voyant_artifact", arguments=arguments, why="Read on."),)


def _bytes(caller: Caller, job_id: str, name: str) -> bytes:
    return b"".join(read_artifact(caller, job_id, name))


def _text(caller: Caller, job_id: str, artifact: ResultArtifact, pointer: str) -> str:
    data = _bytes(caller, job_id, artifact.name)
    if artifact.media_type in {JSON, VEGA_LITE}:
        return msgspec.json.encode(_pointed_at(msgspec.json.decode(data), pointer, artifact.name)).decode()
    if pointer:
        raise InvalidInput(f"{artifact.name} is no JSON, which {pointer!r} could point into.")
    return data.decode()


def _pointed_at(value: Any, pointer: str, name: str) -> Any:
    """What a JSON pointer (RFC 6901) leads to.

    >>> _pointed_at({"kpis": [{"name": "revenue"}]}, "/kpis/0/name", "kpis.json")
    'revenue'
    """
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(key)] if isinstance(value, list) else value[key]
        except (KeyError, IndexError, ValueError, TypeError):
            known = [*value][:20] if isinstance(value, dict) else []
            raise InvalidInput(
                f"{name} has nothing at {pointer[:200]!r}.",
                code=Code.NO_ARTIFACT,
                remedy=f"At {key[:80]!r} there is one of: {', '.join(known)}."
                if known
                else "Read it without a pointer.",
            ) from None
    return value
