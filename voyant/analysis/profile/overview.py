"""How many values each column has, and how large its numbers get: what a Parquet file's footer mostly answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from voyant.domain.table import Column, ColumnType, Table
from voyant.lake.sql import identifier

COLUMNS_OF_A_QUERY = 1000
_BOUNDED = {ColumnType.INTEGER, ColumnType.DECIMAL}


class Extent(Struct, frozen=True):
    """A column's rows with a value, and for integers and decimals the smallest and the largest one."""

    count: int
    low: Any = None
    high: Any = None

    @property
    def largest(self) -> Any:
        """The largest distance of a number from zero."""
        return max((abs(bound) for bound in (self.low, self.high) if bound is not None), default=0)


def look_over(table: Table) -> dict[str, Extent]:
    """The extent of every column, by name."""
    return extents_of(table, table.dataset.columns)


def extents_of(table: Table, wanted: Sequence[Column]) -> dict[str, Extent]:
    """The extent of some columns, by name."""
    extents: dict[str, Extent] = {}
    for columns in chunks(wanted, COLUMNS_OF_A_QUERY):
        measures = ", ".join(measure for number, column in enumerate(columns) for measure in _measures(number, column))
        [row] = table.query(f"SELECT {measures} FROM {identifier(table.dataset.name)}")
        for number, column in enumerate(columns):
            low, high = row.get(f"low_{number}"), row.get(f"high_{number}")
            extents[column.name] = Extent(row[f"count_{number}"], low, high)
    return extents


def chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """The items in turn, at most ``size`` at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _measures(number: int, column: Column) -> Iterator[str]:
    name = identifier(column.name)
    yield f"count({name}) AS count_{number}"
    if column.type in _BOUNDED and column.personal is None:
        yield f"min({name}) AS low_{number}"
        yield f"max({name}) AS high_{number}"
