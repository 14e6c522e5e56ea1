"""SQL over the caller's tables."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import ConfigDict, Field

from voyant.api import examples
from voyant.api.answers import answer, caller_of
from voyant.api.openapi import described
from voyant.api.schemas import Body, Limit, Statement
from voyant.api.threads import with_data
from voyant.domain.page import Page
from voyant.domain.query import QueryResult, TableColumn, TableSummary
from voyant.errors import Code
from voyant.services.sql import columns, query, tables

router = Router(tags=["sql"])

Cursor = Annotated[
    str | None, Query(None, description="The `next_cursor` of the page before.", pattern=r"^[^\x00]{1,1000}$")
]


class QueryRequest(Body):
    """A statement and how much of its result is wanted."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"sql": "SELECT country, sum(amount) FROM orders GROUP BY ALL", "limit": 20}]}
    )

    sql: Statement = Field(description="One SELECT in DuckDB's dialect over the tables listed.")
    parameters: list[Any] | dict[str, Any] = Field(
        default_factory=list,
        description="Values for `?` and `$1` in order, or by name for `$name`; bound, never part of the text.",
    )
    limit: int | None = Field(None, ge=1, le=1_000_000, description="Rows at most; never more than the server allows.")


@router.post(
    "/query",
    response=QueryResult,
    openapi_extra=described(
        *(Code.SQL_REFUSED, Code.NO_TABLE, Code.UNSUPPORTED_MEDIA_TYPE, Code.UNKNOWN_COLUMN, Code.MISSING_PARAMETER),
        *(Code.TOO_LARGE, Code.TIMEOUT),
        examples={200: examples.QUERY_RESULT},
    ),
)
async def run(request: HttpRequest, body: QueryRequest) -> HttpResponse:
    """Run one read-only statement within limits of rows, time and memory."""
    caller = caller_of(request)
    return answer(await with_data(query, caller, body.sql, parameters=body.parameters, limit=body.limit))


@router.get("/tables", response=Page[TableSummary], openapi_extra=described(examples={200: examples.TABLES}))
async def list_tables(request: HttpRequest, limit: Limit, cursor: Cursor) -> HttpResponse:
    """List the tables that statements may name, by name."""
    return answer(await with_data(tables, caller_of(request), limit=limit, cursor=cursor))


@router.get(
    "/tables/{table}/columns",
    response=Page[TableColumn],
    openapi_extra=described(Code.NO_TABLE, Code.SQL_REFUSED, Code.TIMEOUT, examples={200: examples.COLUMNS}),
)
async def list_columns(
    request: HttpRequest, table: Annotated[str, Path(description="A table's name.", example="orders")]
) -> HttpResponse:
    """List the columns of a table, with types, roles and units."""
    return answer(Page(items=tuple(await with_data(columns, caller_of(request), table)), next_cursor=None))
