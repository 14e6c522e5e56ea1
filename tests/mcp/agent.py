"""An agent's way to the MCP server, as tests use it: calls without waiting, one after the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastmcp import Client
from fastmcp.client.client import CallToolResult
from mcp_types import ResourceLink, TextContent

from voyant.services.budget import estimated_tokens


class Agent:
    """A connected client."""

    def __init__(self, client: Client[Any], portal: BlockingPortal) -> None:
        self.client, self.portal = client, portal
        self.progress: list[tuple[float, str | None]] = []

    def __call__(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """What a call gives that succeeds: its text and its structured content say the same."""
        result = self.ask(tool, **arguments)
        assert not result.is_error, text_of(result)
        structured: dict[str, Any] | None = result.structured_content
        assert structured is not None
        assert json.loads(text_of(result)) == structured
        return structured

    def fail(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The error that a call gives."""
        result = self.ask(tool, **arguments)
        assert result.is_error, text_of(result)
        assert result.structured_content is None
        error: dict[str, Any] = json.loads(text_of(result))["error"]
        assert set(error) == {"code", "title", "message", "remedy", "retry_allowed", "data"}
        assert error["message"]
        assert error["remedy"]
        assert "Traceback" not in text_of(result)
        return error

    def ask(self, tool: str, **arguments: Any) -> CallToolResult:
        """The answer to a call, as it is."""

        async def call() -> CallToolResult:
            return await self.client.call_tool(
                tool, arguments, raise_on_error=False, progress_handler=self._note_progress
            )

        return self.portal.call(call)

    def read(self, uri: str) -> Any:
        """The one content of a resource."""
        (content,) = self.portal.call(self.client.read_resource, uri)
        return content

    async def _note_progress(self, progress: float, total: float | None, message: str | None) -> None:
        assert total == 100
        self.progress.append((progress, message))


@contextmanager
def connected(to: Any, **options: Any) -> Iterator[Agent]:
    """An agent that is connected to a server, whatever names it."""
    client: Client[Any] = Client(to, **options)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(client):
        yield Agent(client, portal)


def text_of(result: CallToolResult) -> str:
    """The text of an answer, which comes first."""
    first = result.content[0]
    assert isinstance(first, TextContent)
    return first.text


def links_of(result: CallToolResult) -> list[ResourceLink]:
    return [block for block in result.content if isinstance(block, ResourceLink)]


def tokens_of(result: CallToolResult) -> int:
    """That the blocks of the answer take, or its structured content where that takes more."""
    blocks = (
        block.text if isinstance(block, TextContent) else block.model_dump_json(by_alias=True, exclude_none=True)
        for block in result.content
    )
    structured = msgspec.json.encode(result.structured_content).decode()
    return max(sum(map(estimated_tokens, blocks)), estimated_tokens(structured))
