"""What reading a source gives: its tables, staged in an engine with nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

Progress = Callable[[float], None]
"""Told the share done, 0 to 1, at least every second or so; may raise to stop the reading."""


def no_progress(share: float) -> None:
    """For callers that need no progress."""


class StagedColumn(Struct, frozen=True, kw_only=True):
    """A column as the source has it.

    Attributes:
        name: May be empty, or the name of another column too.
        engine_type: ``VARCHAR`` for text, else the engine's type of the stored values.
    """

    name: str
    engine_type: str = "VARCHAR"


class StagedTable(Struct, frozen=True, kw_only=True):
    """One table of a source, in the engine it was staged in.

    Attributes:
        name: Proposed snake_case name: the file's stem, the sheet, or for a child table ``orders_items``.
        relation: SQL to put after FROM. Its columns are named ``c0``, ``c1`` … in the order of ``columns``, plus
            ``_row``, the 1-based number of the record in the source. For an untouched Parquet file see ``parquet``.
        rows: In ``relation``.
        text: All values are VARCHAR exactly as written; else they have the types that the source gives them.
        parquet: Set when the rows stand unchanged in exactly one Parquet file: ``relation`` then has the source's own
            column names and no ``_row``.
        rejects: Relation with ``row`` BIGINT, ``column`` VARCHAR, ``raw`` VARCHAR and ``reason`` VARCHAR of what could
            not be staged. Where ``column`` is null the whole record is missing from ``relation``, else only that cell
            is null there. Records of the source = ``rows`` + rejected records.
        notes: What was found or assumed, such as ``delimiter ';'``.
        parent: For a child table, the name of the table whose key its first column holds.
    """

    name: str
    relation: str
    columns: tuple[StagedColumn, ...]
    rows: int
    text: bool
    parquet: Path | None = None
    rejects: str | None = None
    notes: tuple[str, ...] = ()
    parent: str | None = None


class Limits(Struct, frozen=True, kw_only=True):
    """What a source may cost before it is refused; an error names the limit it met.

    Attributes:
        max_expanded_bytes: Of one file after decompression.
        max_expansion_ratio: Expanded to compressed size, looked at from 256 MB expanded on: honest files of repeated
            values reach some tens, a decompression bomb a thousand.
        max_workbook_bytes: Of an Excel or ODS file after decompression: it is held in memory.
        max_record_bytes: Of one row of text or one JSON record.
        max_columns: Of one table.
        max_files: Of one folder, glob or archive.
        max_tables: Of one source.
        download_seconds: Until the download of a URL must be done.
        private_addresses: Whether URLs may lead to addresses that are not public.
        private_databases: Whether databases may be at such addresses, as they may for whoever sits at this machine.
        query_seconds: Until a database must have answered one statement.
    """

    max_expanded_bytes: int = 64 * 2**30
    max_expansion_ratio: int = 250
    max_workbook_bytes: int = 2 * 2**30
    max_record_bytes: int = 32 * 2**20
    max_columns: int = 20_000
    max_files: int = 10_000
    max_tables: int = 500
    download_seconds: float = 600
    private_addresses: bool = False
    private_databases: bool = True
    query_seconds: float = 3600
