"""Aggregates of many columns in few statements, however wide the table is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from msgspec import Struct

from voyant.analysis.normalize.rows import CELLS, Rows, chunks
from voyant.lake.engine import Engine

COLUMNS_A_QUERY = 50
COLUMNS_A_LONG_QUERY = 10
"""Of tables longer than a group of a file's rows: of each column asked at once every thread holds such a group."""
ROWS_OF_A_GROUP = 122_880
STACKED_ROWS = 10_000
"""Of shorter tables columns that are asked the same are put on top of each other and asked once."""


class Measured(Struct, frozen=True, kw_only=True):
    """What is asked of one column.

    Attributes:
        sql: Of the column's values.
        kind: The SQL type of those values.
        aggregates: Gives the aggregates, for the SQL of a value that stands for its ``CELLS``.
        values: A table of the different cells, where they were counted: each is looked at once.
    """

    sql: str
    kind: str
    aggregates: Callable[[str], Sequence[str]]
    values: str | None = None


def measure(engine: Engine, rows: Rows, columns: Sequence[Measured]) -> list[tuple[Any, ...]]:
    """The values of each column's aggregates over all rows.

    An engine plans and compiles each aggregate of a statement by itself. With ten thousand columns and a hundred rows
    that takes all of the time; one aggregate over a million cells in groups takes next to none.
    """
    counted = {i: _of_values(engine, column) for i, column in enumerate(columns) if column.values}
    others = [column for column in columns if not column.values]
    measured = iter(_over_rows(engine, rows, others))
    return [counted[i] if i in counted else next(measured) for i in range(len(columns))]


def _of_values(engine: Engine, column: Measured) -> tuple[Any, ...]:
    relation = f"(SELECT {column.sql} AS cell, {CELLS} FROM {column.values})"
    return engine.tuples(f"SELECT {', '.join(column.aggregates('cell'))} FROM {relation}")[0]


def _over_rows(engine: Engine, rows: Rows, columns: Sequence[Measured]) -> list[tuple[Any, ...]]:
    if not 0 < rows.count <= STACKED_ROWS:
        most = COLUMNS_A_QUERY if rows.count <= ROWS_OF_A_GROUP else COLUMNS_A_LONG_QUERY
        return [values for chunk in chunks(columns, most) for values in _side_by_side(engine, rows, chunk)]
    alike: dict[tuple[str, ...], list[int]] = {}
    for place, column in enumerate(columns):
        alike.setdefault((column.kind, *column.aggregates("cell")), []).append(place)
    found: dict[int, tuple[Any, ...]] = {}
    for (_, *aggregates), places in alike.items():
        for chunk in chunks(places, rows.columns_a_stack):
            found.update(zip(chunk, _stacked(engine, rows, [columns[i].sql for i in chunk], aggregates), strict=True))
    return [found[place] for place in range(len(columns))]


def _side_by_side(engine: Engine, rows: Rows, columns: Sequence[Measured]) -> Iterator[tuple[Any, ...]]:
    asked = [column.aggregates(f"v{place}") for place, column in enumerate(columns)]
    selected = ", ".join(f"{column.sql} AS v{place}" for place, column in enumerate(columns))
    aggregates = ", ".join(aggregate for of_one in asked for aggregate in of_one)
    relation = f"(SELECT {selected}, 1 AS {CELLS} FROM {rows.relation})"
    values = iter(engine.tuples(f"SELECT {aggregates} FROM {relation}")[0])
    return (tuple(next(values) for _ in of_one) for of_one in asked)


def _stacked(engine: Engine, rows: Rows, cells: Sequence[str], aggregates: Sequence[str]) -> list[tuple[Any, ...]]:
    relation = f"(SELECT *, 1 AS {CELLS} FROM ({rows.stacked(cells)}))"
    return engine.tuples(f"SELECT {', '.join(aggregates)} FROM {relation} GROUP BY place ORDER BY place")
