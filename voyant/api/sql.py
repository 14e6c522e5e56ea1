"""SQL over the caller's tables."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import ConfigDict, Field

from voyant.api import examples
from voyant.api.answers import answer, caller_of
from voyant.api.openapi import described
from voyant.api.schemas import Body, Statement
from voyant.api.threads import with_data
from voyant.domain.page import Page
from voyant.errors import Code
from voyant.services.sql import QueryResult, TableColumn, columns, query, tables

router = Router(tags=["sql"])


class QueryRequest(Body):
    """A statement and how much of its result is wanted."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"sql": "SELECT country, sum(amount) FROM orders GROUP BY ALL", "limit": 20}]}
    )

    sql: Statement = Field(description="One SELECT in DuckDB's dialect over the tables listed.")
    limit: int | None = Field(None, ge=1, le=1_000_000, description="Rows at most; never more than the server allows.")


@router.post(
    "/query",
    response=QueryResult,
    openapi_extra=described(
        *(Code.SQL_REFUSED, Code.NO_TABLE, Code.UNSUPPORTED_MEDIA_TYPE, Code.UNKNOWN_COLUMN, Code.TIMEOUT),
        examples={200: examples.QUERY_RESULT},
    ),
)
async def run(request: HttpRequest, body: QueryRequest) -> HttpResponse:
    """Run one read-only statement within limits of rows, time and memory."""
    return answer(await with_data(query, caller_of(request), body.sql, limit=body.limit))


@router.get("/tables", response=Page[str], openapi_extra=described(examples={200: examples.TABLES}))
async def list_tables(request: HttpRequest) -> HttpResponse:
    """List the tables that statements may name."""
    return answer(Page(items=tuple(await with_data(tables, caller_of(request))), next_cursor=None))


@router.get(
    "/tables/{table}/columns",
    response=Page[TableColumn],
    openapi_extra=described(Code.NO_TABLE, Code.SQL_REFUSED, Code.TIMEOUT, examples={200: examples.COLUMNS}),
)
async def list_columns(
    request: HttpRequest, table: Annotated[str, Path(description="A table's name.", example="orders")]
) -> HttpResponse:
    """List the columns of a table, with their types."""
    return answer(Page(items=tuple(await with_data(columns, caller_of(request), table)), next_cursor=None))
