"""How tools are made: a function, what it gives, and what a client may assume of it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastmcp.apps import AppConfig
from fastmcp.tools import FunctionTool, ToolResult
from fastmcp.tools.function_tool import ToolMeta
from mcp_types import ToolAnnotations

from voyant.mcp.errors import failure
from voyant.mcp.schemas import input_schema, output_schema

Body = Callable[..., Coroutine[Any, Any, ToolResult]]


class Tool(FunctionTool):
    """A tool whose failures are told as ours are everywhere."""

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        try:
            return await super().run(arguments)
        except Exception as error:  # noqa: BLE001 - the last place where anything can be answered
            return failure(error)


def tool(
    title: str,
    gives: Any,
    *,
    writes: bool = False,
    repeatable: bool = True,
    reaches_out: bool = False,
    view: str | None = None,
) -> Callable[[Body], Tool]:
    """Makes a function a tool. Its docstring tells an agent when to use it, and what it will get.

    Args:
        gives: The struct, or union of such, that its structured content is.
        writes: Whether something is kept on the server afterwards; nothing is ever overwritten or removed.
        repeatable: Whether calling it again with the same arguments changes nothing more.
        reaches_out: Whether it reads what the arguments name, anywhere, rather than only what Voyant keeps.
        view: The page that shows its result.
    """

    def as_tool(function: Body) -> Tool:
        meta = ToolMeta(
            title=title,
            output_schema=output_schema(gives),
            annotations=ToolAnnotations(
                title=title,
                read_only_hint=not writes,
                destructive_hint=False,
                idempotent_hint=repeatable,
                open_world_hint=reaches_out,
            ),
            meta={"ui": AppConfig(resource_uri=view).model_dump(by_alias=True, exclude_none=True)} if view else None,
        )
        tool = Tool.from_function(function, metadata=meta)
        tool.parameters = input_schema(tool.parameters)
        return tool  # type: ignore[return-value] # it makes one of the class

    return as_tool
