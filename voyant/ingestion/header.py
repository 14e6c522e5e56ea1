"""Where the table begins in a sheet or text file, and whether its first row names the columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median_low

from msgspec import Struct

from voyant.ingestion.cells import Kind, kind_of

_ROWS_LOOKED_AT = 200
_FACTS_ABOVE = 12

Row = Sequence[str]


class Start(Struct, frozen=True):
    """The first row of the table (0-based), and whether it holds the names of the columns."""

    row: int
    has_header: bool


def find_start(rows: Sequence[Row]) -> Start:
    """Where the table begins among the first rows of a sheet; cells that are missing are empty strings."""
    if not rows:
        return Start(0, has_header=False)
    first = _first_full_row(rows)
    return Start(first, is_header(rows[first], _below(rows, first)))


def _below(rows: Sequence[Row], row: int) -> Sequence[Row]:
    return rows[row + 1 : row + 1 + _ROWS_LOOKED_AT]


def _first_full_row(rows: Sequence[Row]) -> int:
    """The first row that fills more than half of the cells that rows usually fill: titles above fill one or two.

    A fuller row soon below is taken instead where it names the columns for certain: facts about the report stand above.
    """
    filled = [_filled(row) for row in rows[: _ROWS_LOOKED_AT * 2]]
    later = [count for count in filled[len(filled) // 2 :] if count] or [count for count in filled if count]
    usual = median_low(later) if later else 0
    first = next((row for row, count in enumerate(filled) if count and count > usual / 2), 0)
    if filled and filled[first] < usual and _votes(rows[first], _below(rows, first)) <= 0:
        for row in range(first + 1, min(first + _FACTS_ABOVE, len(filled))):
            if filled[row] >= usual:
                return row if _votes(rows[row], _below(rows, row)) > 0 else first
    return first


def _filled(row: Row) -> int:
    """How many cells hold something; a corner left empty counts, as above the row names that data frames write."""
    count = sum(bool(cell.strip()) for cell in row)
    return len(row) if len(row) > 1 and count == len(row) - 1 and not row[0].strip() else count


def is_header(first: Row, body: Sequence[Row]) -> bool:
    """Whether the first row names the columns that the other rows fill.

    Each column votes: for, where the first cell is text above values; against, where it is a value like those below.
    Columns of text say little; where nothing is decided, a full row of different short texts is taken for names.
    """
    if not any(cell.strip() for cell in first):
        return False
    kinds = [kind_of(cell) for cell in first]
    values = {Kind.NUMBER, Kind.TIME}
    if not body:
        return not any(kind in values for kind in kinds)
    if _is_series(first):
        return True
    votes = _votes(first, body)
    if votes:
        return votes > 0
    texts = [cell.strip() for cell, kind in zip(first, kinds, strict=True) if kind not in values and cell.strip()]
    names = [text for text in texts if len(text) <= 250]
    return len(names) == len(texts) and len(set(texts)) == len(texts) and len(texts) > len(first) / 2


def _votes(first: Row, body: Sequence[Row]) -> int:
    return sum(_vote(first[index], [row[index] for row in body if index < len(row)]) for index in range(len(first)))


def _vote(cell: str, below: Sequence[str]) -> int:
    """1 for a header, -1 against one, 0 where the column does not tell."""
    above = kind_of(cell)
    kinds = [kind for value in below if (kind := kind_of(value)) is not Kind.EMPTY]
    if not kinds or above is Kind.EMPTY:
        return 0
    for values in (Kind.NUMBER, Kind.TIME):
        if kinds.count(values) >= 0.8 * len(kinds):
            return -1 if above is values else 1
    if cell in below:
        return -1  # a category that occurs again
    return -1 if above in {Kind.NUMBER, Kind.TIME} else 0


def _is_series(first: Row) -> bool:
    """Whether numbers in the row run on, as years above columns or the positions that some tools write as names."""
    numbers = [cell.strip() for cell in first if cell.strip().isdecimal()]
    if len(numbers) < 3 or any(len(number) > 5 for number in numbers):
        return False
    values = [int(number) for number in numbers]
    if any(later - earlier != 1 for earlier, later in pairwise(values)):
        return False
    return 1800 <= values[0] <= 2200 or (values[0] in {0, 1} and len(values) >= len(first) - 1)
