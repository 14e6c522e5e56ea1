"""What is written down of each change to a column."""

from __future__ import annotations

from collections.abc import Sequence

from voyant.analysis.normalize.detection import ReadColumn
from voyant.analysis.normalize.stored_types import Mapped
from voyant.domain.normalization import Change, ChangeKind
from voyant.domain.table import Column

LONGEST_EXAMPLE = 60


def changes_of_typed(column: Column, mapped: Mapped, failures: int) -> list[Change]:
    """The renaming, and the change of a type that the column came with."""
    changes = []
    if column.name != column.original_name:
        text = f"renamed from {column.original_name!r}" if column.original_name else "had no name"
        changes.append(Change(column=column.name, kind=ChangeKind.RENAMED, text=text))
    if mapped.note:
        changes.append(Change(column=column.name, kind=ChangeKind.MAPPED, text=mapped.note))
    if failures:
        text = f"beyond {mapped.engine_type}; kept in rejects"
        changes.append(Change(column=column.name, kind=ChangeKind.REJECTED, text=text, cells=failures))
    return changes


def changes_of_read(column: Column, read: ReadColumn) -> list[Change]:
    """What reading the text of a column did, and to how many cells."""
    changes = []

    def note(kind: ChangeKind, text: str, cells: int = 0, example: str | None = None) -> None:
        shown = None if column.personal or example is None else example[:LONGEST_EXAMPLE]
        changes.append(Change(column=column.name, kind=kind, text=text, cells=cells, example=shown))

    if read.reading:
        note(ChangeKind.TYPED, f"read as {read.reading.label}", read.present - read.misfits, _typical(read))
        if read.reading.assumption:
            note(ChangeKind.ASSUMED, read.reading.assumption)
        if read.reading.lost_digits:
            note(ChangeKind.PRECISION, "digits beyond microseconds dropped", read.reading.lost_digits)
        if read.misfits:
            rare = min(read.misfit_values, default=None, key=lambda value: (-read.misfit_values[value], value))
            note(ChangeKind.REJECTED, f"did not fit {read.reading.label}; kept in rejects", read.misfits, rare)
    elif read.padded_cells:
        note(ChangeKind.TRIMMED, "white space around values removed", read.padded_cells)
    if read.null_words:
        words = ", ".join(f"{word!r}" for word in sorted(read.null_words))
        note(ChangeKind.NULL_WORDS, f"{words} read as missing", sum(read.null_words.values()))
    if read.blanks:
        note(ChangeKind.BLANKS, "blank cells read as missing", read.blanks)
    return changes


def changes_of_derived(columns: Sequence[Column]) -> tuple[Change, ...]:
    """The columns that were added, each with its formula."""
    return tuple(
        Change(column=column.name, kind=ChangeKind.DERIVED, text=f"{column.role_reason}: {column.formula}")
        for column in columns
    )


def _typical(read: ReadColumn) -> str | None:
    values = [value for value in read.evidence if value not in read.null_words]
    return min(values, default=None, key=lambda value: (-read.evidence[value], value))
