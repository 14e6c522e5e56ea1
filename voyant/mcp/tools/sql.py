"""Tools that query the caller's tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastmcp.tools import ToolResult
from pydantic import Field

from voyant.domain.caller import Caller
from voyant.domain.query import QueryResult, ResultColumn, TableColumn, TableSummary
from voyant.mcp.answers import answer, largest_that_fits
from voyant.mcp.host import CALLER
from voyant.mcp.schemas import NO_NUL, MaxTokens
from voyant.mcp.threads import with_data
from voyant.mcp.tool import tool
from voyant.services.budget import DEFAULT_TOKENS
from voyant.services.sql import columns, query, tables

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
    list[Any] | dict[str, Any],
    Field(default_factory=list, description="Values for ? and $1 in order, or by name for $name; bound, never pasted."),
]
Limit = Annotated[int, Field(ge=1, le=1000, description="Rows at most.")]
MOST_TABLES = 500
TableName = Annotated[
    str | None, Field(max_length=1000, pattern=NO_NUL, description="List the columns of this table instead.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The first rows of a statement's result, as many as fit."""

    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Any, ...], ...]
    omitted: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """Tables that statements may name."""

    tables: tuple[TableSummary, ...]
    omitted: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumns:
    """The columns of a table."""

    table: str
    columns: tuple[TableColumn, ...]
    omitted: dict[str, Any]


@tool("Query tables", Rows)
async def voyant_sql(
    sql: Sql,
    parameters: Parameters,
    limit: Limit = 100,
    max_tokens: MaxTokens = DEFAULT_TOKENS,
    caller: Caller = CALLER,
) -> ToolResult:
    """Run one read-only SELECT over the tables that were taken in. Use it to recompute a finding with its SQL, to look
    behind one, or to answer a question of your own once voyant_analyze has made the table. Aggregate in SQL rather
    than fetching rows. You get columns, their types, and the rows that fit.
    """
    found = await with_data(query, caller, sql, parameters=parameters, limit=limit)
    return answer(_fitting_rows(found, max_tokens), max_tokens)


@tool("List tables", Tables | TableColumns)
async def voyant_tables(
    table: TableName = None, max_tokens: MaxTokens = DEFAULT_TOKENS, caller: Caller = CALLER
) -> ToolResult:
    """List the tables that voyant_sql may name or, given one, its columns with their types. Use it before writing SQL:
    names are mended when data is taken in, and may differ from those in the source.
    """
    if table is None:
        listed = (await with_data(tables, caller, limit=MOST_TABLES)).items
        return answer(
            largest_that_fits(
                lambda number: Tables(tables=listed[:number], omitted=_omitted("tables", len(listed) - number)),
                len(listed),
                max_tokens,
            ),
            max_tokens,
        )
    found = tuple(await with_data(columns, caller, table))
    return answer(
        largest_that_fits(
            lambda number: TableColumns(
                table=table, columns=found[:number], omitted=_omitted("columns", len(found) - number)
            ),
            len(found),
            max_tokens,
        ),
        max_tokens,
    )


TOOLS = (voyant_sql, voyant_tables)


def _fitting_rows(found: QueryResult, max_tokens: int) -> Rows:
    """As many rows as fit; where not even the first does, as many of its columns as do."""

    def cut(rows: int, wide: int) -> Rows:
        omitted = _omitted("rows", len(found.rows) - rows) | _omitted("columns", len(found.columns) - wide)
        omitted = found.omitted | omitted
        return Rows(
            columns=found.columns[:wide],
            rows=tuple(row[:wide] for row in found.rows[:rows]),
            omitted=omitted,
        )

    width = len(found.columns)
    fitting = largest_that_fits(lambda rows: cut(rows, width), len(found.rows), max_tokens)
    if fitting.rows or not found.rows:
        return fitting
    return largest_that_fits(lambda wide: cut(1 if wide else 0, wide), width, max_tokens)


def _omitted(what: str, number: int) -> dict[str, Any]:
    how = "Select fewer columns or rows, aggregate, or raise max_tokens."
    return {what: number, "how": how if what != "tables" else "Raise max_tokens."} if number else {}
