"""One state of a table, as jobs pin it."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from voyant.domain.table import Column, Dataset


class Snapshot(Struct, frozen=True, kw_only=True):
    """One immutable state of a table.

    Attributes:
        owner: The source that the rows come from.
        columns: Stored ones, and those that are computed when the table is read.
    """

    tenant: str
    table: str
    id: str
    rows: int
    files: tuple[Path, ...]
    owner: str
    columns: tuple[Column, ...]

    @property
    def dataset(self) -> Dataset:
        """What was known of the table when it was written."""
        return Dataset(name=self.table, rows=self.rows, columns=self.columns)
