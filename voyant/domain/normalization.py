"""What normalizing a table found and changed: the record behind ``normalize.json``."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from voyant.domain.drift import SchemaChange
from voyant.domain.table import Dataset


class ChangeKind(StrEnum):
    """What was done to a column; every kind leaves the other cells as they were."""

    RENAMED = "renamed"
    TYPED = "typed"  # text read as numbers, dates, booleans …
    MAPPED = "mapped"  # an engine type that the lake lacks, stored as another
    NULL_WORDS = "null_words"  # "NA", "n/a" … read as missing
    BLANKS = "blanks"  # empty or white cells read as missing
    TRIMMED = "trimmed"
    PRECISION = "precision"  # digits dropped: nanoseconds, digits beyond what the type holds
    ASSUMED = "assumed"  # nothing in the data decides; the reading chosen is said
    REJECTED = "rejected"  # cells that do not fit, kept in rejects.parquet
    DERIVED = "derived"  # a column computed from others


class Change(Struct, frozen=True, kw_only=True):
    """One thing that normalizing did to one column.

    Attributes:
        column: The final name.
        text: What was done, as a sentence for people.
        cells: How many cells it touched; 0 where it concerns the column alone, such as its name.
        example: One cell before and after, such as ``"1.234,50" → 1234.50``; never from personal data.
    """

    column: str
    kind: ChangeKind
    text: str
    cells: int = 0
    example: str | None = None


class Normalization(Struct, frozen=True, kw_only=True):
    """The columns with their types and roles, and all that changed on the way from the source.

    Attributes:
        rejected_cells: Cells that did not fit their column's type: missing in the table, kept in ``rejects.parquet``.
        rejected_records: Records that could not be read at all, kept there too. Records of the source = rows + these.
        notes: How the source was read: delimiter, encoding, lines skipped.
        unchanged: Whether the source's own Parquet file is the table.
        other_tables: Of the same source, in the lake too.
        schema_changes: Of the columns since the table's snapshot before.
    """

    dataset: Dataset
    changes: tuple[Change, ...]
    rejected_cells: int
    rejected_records: int = 0
    notes: tuple[str, ...] = ()
    unchanged: bool = False
    other_tables: tuple[str, ...] = ()
    schema_changes: tuple[SchemaChange, ...] = ()
