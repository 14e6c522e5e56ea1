"""Answers to SQL as people read them in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from voyant.cli.session import console
from voyant.domain.page import Page
from voyant.domain.query import QueryResult, TableColumn, TableSummary

TABLE_TITLES = ("name", "rows", "columns", "source")
COLUMN_TITLES = ("name", "type", "original_name", "role", "unit", "nullable")


def print_answer(found: Page[TableSummary] | tuple[TableColumn, ...] | QueryResult | dict[str, Any]) -> None:
    """Tables, columns, the rows of a statement, or where they were written."""
    if isinstance(found, QueryResult):
        _print_rows(found)
    elif isinstance(found, Page):
        _print_fields(TABLE_TITLES, found.items)
        if found.next_cursor:
            console().print(f"There are more tables after {found.next_cursor}: see --limit.", style="dim", markup=False)
    elif isinstance(found, tuple):
        _print_fields(COLUMN_TITLES, found)
    else:
        console().print(f"{found['rows']:,} rows are in {found['file']}.", markup=False)
        _print_omitted(found["rows"], found["omitted"])


def _print_rows(result: QueryResult) -> None:
    table = Table(box=None, pad_edge=False)
    for column in result.columns:
        table.add_column(escape(column.name), justify="left" if column.type == "VARCHAR" else "right")
    _print_table(table, result.rows)
    _print_omitted(len(result.rows), result.omitted)


def _print_omitted(rows: int, omitted: dict[str, Any]) -> None:
    if omitted:
        console().print(f"There are more than these {rows:,} rows: {omitted['how']}", style="dim", markup=False)


def _print_fields(titles: Sequence[str], items: Iterable[Any]) -> None:
    table = Table(box=None, pad_edge=False)
    for title in titles:
        table.add_column(title, justify="right" if title in {"rows", "columns"} else "left")
    _print_table(table, ([getattr(item, title) for title in titles] for item in items))


def _print_table(table: Table, rows: Iterable[Iterable[Any]]) -> None:
    for row in rows:
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    console().print(table)
