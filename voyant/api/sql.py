"""SQL over the caller's tables."""

from __future__ import annotations

import json
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query
from pydantic import ConfigDict, Field

from voyant.api import examples
from voyant.api.answers import answer, caller_of
from voyant.api.openapi import described
from voyant.api.router import Router
from voyant.api.schemas import JOB_ID, Accept, Body, Limit, Statement
from voyant.domain.caller import Caller
from voyant.domain.cancellation import Cancellation
from voyant.domain.page import Page
from voyant.domain.query import QueryResult, TableColumn, TableSummary
from voyant.errors import Code
from voyant.services.sql import columns, query, query_arrow, tables
from voyant.services.threads import with_data

router = Router(tags=["sql"])

ARROW = "application/vnd.apache.arrow.stream"
OMITTED = "X-Omitted"

Cursor = Annotated[
    str | None, Query(None, description="The `next_cursor` of the page before.", pattern=r"^[^\x00]{1,1000}$")
]
OfJob = Annotated[
    str | None, Query(None, description="The job whose tables are meant.", pattern=JOB_ID, example=examples.JOB_ID)
]
OF_JOB = (Code.NO_JOB, Code.NO_ARTIFACT, Code.JOB_NOT_COMPLETED, Code.JOB_CANCELLED)


class QueryRequest(Body):
    """A statement and how much of its result is wanted."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"sql": "SELECT country, sum(amount) FROM orders GROUP BY ALL", "limit": 20}]}
    )

    sql: Statement = Field(description="One SELECT in DuckDB's dialect over the tables listed.")
    job_id: str | None = Field(
        None,
        pattern=JOB_ID,
        description="The job that the statement comes from, as that of a finding: `job.<name>` are the rows that it "
        "made, and its tables are read as it read them.",
    )
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
        *(Code.TOO_LARGE, Code.TIMEOUT, *OF_JOB),
        responses={
            200: {
                "content": {
                    "application/json": {"example": examples.QUERY_RESULT},
                    ARROW: {"schema": {"type": "string", "format": "binary"}},
                },
                "headers": {OMITTED: {"description": "Of Arrow: `omitted`, as JSON.", "schema": {"type": "string"}}},
            }
        },
    ),
)
async def run(request: HttpRequest, body: QueryRequest, accept: Accept) -> HttpResponse:
    """Run one read-only statement.

    It is held to limits of rows, time and memory.
    Answers JSON, or an Arrow stream where `Accept` asks for one. A client that goes away stops its statement.
    """
    cancellation = Cancellation()
    ask = _as_arrow if ARROW in accept else _as_json
    try:
        return await with_data(ask, caller_of(request), body, cancellation)
    finally:
        cancellation.cancel()  # nobody waits any more


@router.get("/tables", response=Page[TableSummary], openapi_extra=described(*OF_JOB, examples={200: examples.TABLES}))
async def list_tables(request: HttpRequest, job_id: OfJob, limit: Limit, cursor: Cursor) -> HttpResponse:
    """List the tables that statements may name, by name.

    With a job, those that it read, and the rows that it made.
    """
    return answer(await with_data(tables, caller_of(request), job_id=job_id, limit=limit, cursor=cursor))


@router.get(
    "/tables/{table}/columns",
    response=Page[TableColumn],
    openapi_extra=described(
        *(Code.NO_TABLE, Code.SQL_REFUSED, Code.TIMEOUT, Code.MISSING_PARAMETER, *OF_JOB),
        examples={200: examples.COLUMNS},
    ),
)
async def list_columns(
    request: HttpRequest, table: Annotated[str, Path(description="A table's name.", example="orders")], job_id: OfJob
) -> HttpResponse:
    """List the columns of a table, with types, roles and units."""
    return answer(
        Page(items=tuple(await with_data(columns, caller_of(request), table, job_id=job_id)), next_cursor=None)
    )


def _asked(body: QueryRequest) -> dict[str, Any]:
    return {"job_id": body.job_id, "parameters": body.parameters, "limit": body.limit}


def _as_json(caller: Caller, body: QueryRequest, cancellation: Cancellation) -> HttpResponse:
    return answer(query(caller, body.sql, **_asked(body), cancellation=cancellation))


def _as_arrow(caller: Caller, body: QueryRequest, cancellation: Cancellation) -> HttpResponse:
    found = query_arrow(caller, body.sql, **_asked(body), cancellation=cancellation)
    return HttpResponse(found.stream, headers={"Content-Type": ARROW, OMITTED: json.dumps(found.omitted)})
