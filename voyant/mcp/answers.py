"""Answers that fit: text and structured content are each the whole answer, and neither takes more room than given."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec
from fastmcp.tools import ToolResult
from mcp_types import ContentBlock, ResourceLink, TextContent

from voyant.domain.result import ResultArtifact
from voyant.domain.serialization import to_compact_json
from voyant.services.budget import estimated_tokens

T = TypeVar("T")

LEVELS = ((300, 20), (120, 8), (60, 4), (40, 2), (24, 1), (16, 0))
"""The longest text and the most entries of a list, ever smaller, of an answer that is too large otherwise."""
WHOLE = frozenset({"job_id", "id", "uri", "sha256", "tool", "status", "next_cursor", "how"})
"""Of no use in part."""


def answer(
    value: Any,
    max_tokens: int,
    *,
    more: Iterable[ContentBlock] = (),
    meta: dict[str, Any] | None = None,
) -> ToolResult:
    """The value as text and as structured content, followed by what more there is room for."""
    text = _fitting(to_compact_json(value), max_tokens)
    content: list[ContentBlock] = [TextContent(type="text", text=text)]
    left = max_tokens - estimated_tokens(text)
    for block in more:
        left -= estimated_tokens(block.model_dump_json(by_alias=True, exclude_none=True))
        if left < 0:
            break
        content.append(block)
    return ToolResult(content=content, structured_content=msgspec.json.decode(text), meta=meta)


def resource_link(artifact: ResultArtifact) -> ResourceLink:
    """The artifact as something that a client can read, or show."""
    return ResourceLink(
        type="resource_link",
        uri=artifact.uri,
        name=artifact.name,
        mime_type=artifact.media_type,
        size=artifact.bytes,
    )


def largest_that_fits(build: Callable[[int], T], most: int, max_tokens: int) -> T:
    """What ``build`` gives for the largest number up to ``most`` that takes no more tokens; for 0 where none does."""
    built = build(most)
    if tokens_of(built) <= max_tokens:
        return built
    least = 0
    while least < most - 1:
        middle = (least + most) // 2
        if tokens_of(build(middle)) <= max_tokens:
            least = middle
        else:
            most = middle
    return build(least)


def tokens_of(value: Any) -> int:
    """That the value takes as an answer."""
    return estimated_tokens(to_compact_json(value).decode())


def _fitting(data: bytes, max_tokens: int) -> str:
    """The answer itself; where it is too large, the same with long texts and lists cut, and how many were."""
    text = data.decode()
    if estimated_tokens(text) <= max_tokens:
        return text
    whole = msgspec.json.decode(data)
    for length, entries in LEVELS:
        cut = _Cut(length, entries)
        smaller = cut(whole)
        smaller["omitted"] = (whole.get("omitted") or {}) | cut.counted | {"how": "Raise max_tokens."}
        text = msgspec.json.encode(smaller).decode()
        if estimated_tokens(text) <= max_tokens:
            break
    return text


class _Cut:
    """Makes texts and lists no longer than that, and counts what it cut."""

    def __init__(self, length: int, entries: int) -> None:
        self._length, self._entries = length, entries
        self.counted: dict[str, int] = {}

    def __call__(self, value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: entry if key in WHOLE else self(entry, key) for key, entry in value.items()}
        if isinstance(value, list):
            if (left := len(value) - self._entries) > 0:
                self._count(name, left)
            return [self(entry, name) for entry in value[: self._entries]]
        if isinstance(value, str) and len(value) > self._length:
            self._count("texts", 1)
            return f"{value[: self._length - 1]}…"
        return value

    def _count(self, name: str, number: int) -> None:
        self.counted[name] = self.counted.get(name, 0) + number
