"""The staged rows as they are read: an expression for each column of the table to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from voyant.analysis.normalize.rows import Rows
from voyant.domain.table import ROW
from voyant.lake.sql import identifier


class TypedRows(Struct, frozen=True):
    """Staged rows with, by final name, the SQL of each column's values, and the tables of those that were counted."""

    staged: Rows
    expressions: Mapping[str, str]
    values: Mapping[str, str]

    def select(self, names: Iterable[str] | None = None, *, first: int | None = None) -> str:
        """A SELECT of these columns, or of all; of the first so many rows, or of all.

        Naming the columns matters where there are thousands: the engine looks at each one that a statement mentions.
        """
        columns = ", ".join(
            f"{self.expressions[name]} AS {identifier(name)}" for name in (self.expressions if names is None else names)
        )
        part = f" WHERE {self.staged.number} <= {first}" if first else ""
        return f"SELECT {columns} FROM {self.staged.relation}{part}"

    def numbered(self) -> str:
        """A SELECT of all columns, and before them the rows' numbers in the source, as ``ROW``."""
        columns = "".join(f", {sql} AS {identifier(name)}" for name, sql in self.expressions.items())
        return f"SELECT {self.staged.number} AS {identifier(ROW)}{columns} FROM {self.staged.relation}"
