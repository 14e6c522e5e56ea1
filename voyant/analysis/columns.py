"""Columns as callers name them."""

from __future__ import annotations

import difflib

from voyant.domain.table import Column, Dataset
from voyant.errors import Code, InvalidInput

_MOST_LISTED = 40


def find_column(dataset: Dataset, name: str) -> Column | None:
    """The column of that name, as it is now or was in the source, in whichever case; None where there is none.

    A name of today comes before one of the source, and the very spelling before another case.
    """
    for fold in (str, str.lower, _without_margins):
        for spelled in ("name", "original_name"):
            for column in dataset.columns:
                if fold(getattr(column, spelled)) == fold(name):
                    return column
    return None


def _without_margins(name: str) -> str:
    return name.strip().lower()


def named_column(dataset: Dataset, name: str, what: str = "column") -> Column:
    """The same.

    Args:
        what: It is to the caller, such as ``time column``.

    Raises:
        InvalidInput: ``UNKNOWN_COLUMN`` where there is none, with those that are near.
    """
    column = find_column(dataset, name)
    if column is None:
        raise unknown_column(dataset, name, what)
    return column


def unknown_column(dataset: Dataset, name: str, what: str = "column") -> InvalidInput:
    """The error where the table has no such column."""
    names = [column.name for column in dataset.columns]
    near = difflib.get_close_matches(name.strip().lower(), names, n=3)
    hint = f"; perhaps {' or '.join(near)}" if near else f", which has {', '.join(names[:_MOST_LISTED])}"
    return InvalidInput(
        f"The {what} {name[:100]!r} is not in the table {dataset.name}{hint}.",
        code=Code.UNKNOWN_COLUMN,
        data={"column": name[:200], "columns": names[:200]},
    )
