"""Tools that query the caller's tables."""

from __future__ import annotations

from typing import Annotated, Any

import anyio
from fastmcp.tools import ToolResult
from msgspec import Struct
from pydantic import Field

from voyant.domain.caller import Caller
from voyant.domain.cancellation import Cancellation
from voyant.domain.query import QueryResult, TableColumn, TableSummary
from voyant.mcp.answers import answer, largest_that_fits
from voyant.mcp.host import CALLER
from voyant.mcp.schemas import JOB_ID, NO_NUL, Cursor, MaxTokens
from voyant.mcp.tool import tool
from voyant.services.budget import DEFAULT_TOKENS
from voyant.services.sql import columns, query, tables
from voyant.services.threads import with_data

Sql = Annotated[
    str,
    Field(
        min_length=1,
        max_length=100_000,
        pattern=NO_NUL,
        description="One SELECT in DuckDB's dialect over the tables that voyant_tables lists.",
        examples=["SELECT country, sum(amount) AS revenue FROM orders GROUP BY ALL ORDER BY revenue DESC"],
    ),
]
Parameters = Annotated[
    list[Any] | dict[str, Any] | None,
    Field(description="Values for `?` and `$1` in order, or by name for `$name`; bound, never part of the text."),
]
OfJob = Annotated[
    str | None,
    Field(
        pattern=JOB_ID,
        description="The job whose finding or `next` the statement comes from: job.<name> are the rows that it made, "
        "and its tables are read as it read them. Left out: the tables as they are now.",
    ),
]
TablesOfJob = Annotated[
    str | None, Field(pattern=JOB_ID, description="List the tables that this job read, and its rows, job.<name>.")
]
Limit = Annotated[int, Field(ge=1, le=1000, description="Rows at most.")]
TableName = Annotated[
    str | None, Field(max_length=1000, pattern=NO_NUL, description="List the columns of this table instead.")
]


class TableList(Struct, frozen=True, kw_only=True):
    """Tables that statements may name."""

    tables: tuple[TableSummary, ...]
    next_cursor: str | None
    omitted: dict[str, Any]


class TableColumns(Struct, frozen=True, kw_only=True):
    """The columns of a table."""

    table: str
    columns: tuple[TableColumn, ...]
    omitted: dict[str, Any]


@tool("Query tables", QueryResult)
async def voyant_sql(
    sql: Sql,
    job_id: OfJob = None,
    parameters: Parameters = None,
    limit: Limit = 100,
    max_tokens: MaxTokens = DEFAULT_TOKENS,
    caller: Caller = CALLER,
) -> ToolResult:
    """Run one read-only SELECT over the tables that were taken in. Use it to recompute a finding with its SQL and the
    job_id of its result, to look behind one, or to answer a question of your own once voyant_analyze has made the
    table. Aggregate in SQL rather than fetching rows. You get the columns with their types, and the rows that fit.
    """
    cancellation = Cancellation()
    try:
        found = await with_data(
            query, caller, sql, job_id=job_id, parameters=parameters or (), limit=limit, max_tokens=max_tokens,
            cancellation=cancellation,
        )  # fmt: skip
    except anyio.get_cancelled_exc_class():
        cancellation.cancel()
        raise
    return answer(found, max_tokens)


@tool("List tables", TableList | TableColumns)
async def voyant_tables(
    table: TableName = None,
    job_id: TablesOfJob = None,
    cursor: Cursor = None,
    max_tokens: MaxTokens = DEFAULT_TOKENS,
    caller: Caller = CALLER,
) -> ToolResult:
    """List the tables that voyant_sql may name or, given one, its columns with types, roles and units. Use it before
    writing SQL: names are mended when data is taken in, and may differ from those in the source.
    """
    if table is None:
        return await _list(caller, job_id, cursor, max_tokens)
    found = await with_data(columns, caller, table, job_id=job_id)

    def listed(number: int) -> TableColumns:
        left = len(found) - number
        omitted = {"columns": left, "how": "Raise max_tokens, or read profile.json of its job."} if left else {}
        return TableColumns(table=table, columns=found[:number], omitted=omitted)

    return answer(largest_that_fits(listed, len(found), max_tokens), max_tokens)


TOOLS = (voyant_sql, voyant_tables)


async def _list(caller: Caller, job_id: str | None, cursor: str | None, max_tokens: int) -> ToolResult:
    page = await with_data(tables, caller, job_id=job_id, cursor=cursor)

    def listed(number: int) -> TableList:
        left = len(page.items) - number
        if not left:
            return TableList(tables=page.items, next_cursor=page.next_cursor, omitted={})
        omitted = {"tables": left, "how": "Call again with cursor set to next_cursor."}
        return TableList(tables=page.items[:number], next_cursor=page.items[max(number - 1, 0)].name, omitted=omitted)

    return answer(largest_that_fits(listed, len(page.items), max_tokens), max_tokens)
