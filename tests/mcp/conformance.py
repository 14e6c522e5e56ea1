"""The server that the conformance suite asks: the real one, with what else the suite calls by name."""

from __future__ import annotations

import asyncio
import base64
import json
import struct
import zlib

from fastmcp import Context
from fastmcp.exceptions import ToolError
from fastmcp.prompts import Message
from fastmcp.resources import ResourceContent, ResourceResult
from fastmcp.tools import ToolResult
from mcp.shared.exceptions import MCPError
from mcp_types import (
    AudioContent,
    EmbeddedResource,
    ImageContent,
    TextContent,
    TextResourceContents,
)
from mcp_types.jsonrpc import MISSING_REQUIRED_CLIENT_CAPABILITY

from voyant.api.middleware import Gate
from voyant.domain.caller import Caller
from voyant.mcp.host import DurableJobs, Host
from voyant.mcp.server import build_server, over_http


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PIXEL = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
    + chunk(b"IEND", b"")
)
SILENCE = b"RIFF" + struct.pack("<I", 38) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
SILENCE += b"data" + struct.pack("<IH", 2, 0)
IMAGE = ImageContent(type="image", data=base64.b64encode(PIXEL).decode(), mime_type="image/png")
AUDIO = AudioContent(type="audio", data=base64.b64encode(SILENCE).decode(), mime_type="audio/wav")

server = build_server(Host(caller=lambda: Caller(tenant="conformance", subject="suite"), jobs=DurableJobs()))


def text(words: str) -> TextContent:
    return TextContent(type="text", text=words)


def embedded(uri: str, kind: str, words: str) -> EmbeddedResource:
    return EmbeddedResource(type="resource", resource=TextResourceContents(uri=uri, mime_type=kind, text=words))


@server.tool(description="Answers as the suite expects.")
async def test_simple_text() -> ToolResult:
    return ToolResult(content=[text("This is a simple text response for testing.")])


@server.tool(description="Answers as the suite expects.")
async def test_image_content() -> ToolResult:
    return ToolResult(content=[IMAGE])


@server.tool(description="Answers as the suite expects.")
async def test_audio_content() -> ToolResult:
    return ToolResult(content=[AUDIO])


@server.tool(description="Answers as the suite expects.")
async def test_embedded_resource() -> ToolResult:
    resource = embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")
    return ToolResult(content=[resource])


@server.tool(description="Answers as the suite expects.")
async def test_multiple_content_types() -> ToolResult:
    resource = embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}')
    return ToolResult(content=[text("Multiple content types test:"), IMAGE, resource])


@server.tool(description="Answers as the suite expects.")
async def test_tool_with_progress(ctx: Context) -> ToolResult:
    for done in (0, 50, 100):
        await ctx.report_progress(done, 100)
        await asyncio.sleep(0.05)
    return ToolResult(content=[text("done")])


@server.tool(description="Answers as the suite expects.")
async def test_tool_with_logging(ctx: Context) -> ToolResult:
    for words in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await ctx.info(words)
        await asyncio.sleep(0.05)
    return ToolResult(content=[text("done")])


@server.tool(description="Answers as the suite expects.")
async def test_logging_tool() -> ToolResult:
    return ToolResult(content=[text("done")])


@server.tool(description="Answers as the suite expects.")
async def test_missing_capability() -> ToolResult:
    raise MCPError(
        MISSING_REQUIRED_CLIENT_CAPABILITY, "This needs sampling.", {"requiredCapabilities": {"sampling": {}}}
    )


@server.tool(description="Answers as the suite expects.")
async def test_error_handling() -> ToolResult:
    raise ToolError("This tool intentionally returns an error for testing")


@server.resource("test://static-text", mime_type="text/plain")
async def static_text() -> str:
    return "This is the content of the static text resource."


@server.resource("test://static-binary", mime_type="image/png")
async def static_binary() -> ResourceResult:
    return ResourceResult([ResourceContent(PIXEL, "image/png")])


@server.resource("test://watched-resource", mime_type="text/plain")
async def watched() -> str:
    return "Watched resource content."


@server.resource("test://template/{id}/data", mime_type="application/json")
async def template(id: str) -> str:
    return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})


@server.prompt(description="Answers as the suite expects.")
async def test_simple_prompt() -> str:
    return "This is a simple prompt for testing."


@server.prompt(description="Answers as the suite expects.")
async def test_prompt_with_arguments(arg1: str, arg2: str) -> str:
    return f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"


@server.prompt(description="Answers as the suite expects.")
async def test_prompt_with_embedded_resource(resourceUri: str) -> list[Message]:  # noqa: N803 - as the suite names it
    resource = embedded(resourceUri, "text/plain", "Embedded resource content for testing.")
    return [Message(resource), Message("Please process the embedded resource above.")]


@server.prompt(description="Answers as the suite expects.")
async def test_prompt_with_image() -> list[Message]:
    return [Message(IMAGE), Message("Please analyze the image above.")]


def application() -> Gate:
    """The server behind the gate of the real one."""
    return Gate(over_http(server))
