"""The staged rows, and ways to ask many of their columns at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from msgspec import Struct

STACKED_CELLS = 200_000
CELLS = '"cells that hold it"'
"""The column with the number of cells that a value stands for; no column of a source is called so."""

T = TypeVar("T")


class TextColumn(Struct, frozen=True):
    """A column of written values.

    Attributes:
        name: In the source.
        cell: SQL that gives a cell.
        values: A table of the different cells, each with the number of its ``CELLS``; None where they were not counted.
    """

    name: str
    cell: str
    values: str | None = None


class Rows(Struct, frozen=True):
    """The staged rows; ``number`` is the SQL of a row's number in the source."""

    relation: str
    number: str
    count: int

    @property
    def columns_a_stack(self) -> int:
        """How many columns are put on top of each other at once."""
        return max(1, STACKED_CELLS // max(1, self.count))

    def stacked(self, cells: Sequence[str]) -> str:
        """A SELECT of those columns on top of each other: each ``cell`` with the ``place`` of its column."""
        return f"SELECT unnest([{', '.join(cells)}]) AS cell, unnest(range({len(cells)})) AS place FROM {self.relation}"

    def values_of(self, column: TextColumn) -> str:
        """A relation of the column's cells, and how many of them each stands for."""
        return column.values or f"(SELECT *, 1 AS {CELLS} FROM {self.relation})"


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items, so many at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
