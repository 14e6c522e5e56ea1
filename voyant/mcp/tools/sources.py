"""Tools that look at sources, and keep them."""

from __future__ import annotations

from fastmcp.tools import ToolResult

from voyant.domain.caller import Caller
from voyant.ingestion import Discovery
from voyant.mcp.answers import answer
from voyant.mcp.host import CALLER
from voyant.mcp.schemas import MaxTokens, Query, SourceHint, Table
from voyant.mcp.tool import tool
from voyant.services.budget import DEFAULT_TOKENS
from voyant.services.sources import SourceSummary, discover, register, source_from
from voyant.services.threads import with_data


@tool("Look at a source", Discovery, reaches_out=True)
async def voyant_discover(
    source: SourceHint, max_tokens: MaxTokens = DEFAULT_TOKENS, caller: Caller = CALLER
) -> ToolResult:
    """Say what a path, address, source id or table is, without reading it: kind, format, size, what reading it takes,
    and what speaks against it. Use it when you are not sure that something can be analysed at all.
    """
    return answer(await with_data(discover, caller, source), max_tokens)


@tool("Keep a source", SourceSummary, writes=True, reaches_out=True)
async def voyant_connect(
    source: SourceHint,
    table: Table = None,
    query: Query = None,
    max_tokens: MaxTokens = DEFAULT_TOKENS,
    caller: Caller = CALLER,
) -> ToolResult:
    """Keep a source under an id, so that it can be named without its address from then on; credentials in the address
    are sealed and never shown again. Use it for a database or a signed URL that will be read more than once. You get
    the id, for `source` of every other tool. Nothing is read yet.
    """
    return answer(await with_data(_keep, caller, source, table, query), max_tokens)


TOOLS = (voyant_discover, voyant_connect)


def _keep(caller: Caller, source: str, table: str | None, query: str | None) -> SourceSummary:
    return register(caller, source_from(caller, source, table=table, query=query))
