"""What a format of written values is: how to tell a fitting cell, and how to read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from voyant.analysis.normalize.rows import CELLS
from voyant.domain.table import ColumnType
from voyant.lake.sql import literal

Evidence = Mapping[str, int]
"""Distinct written values of a column, stripped, with how often each was seen."""


LEAST_SHARE = 0.5
"""Of the values seen that must follow a format for it to be worth checking on all rows."""


class Reading(Struct, frozen=True, kw_only=True):
    """How every cell of a column is read, settled on all rows.

    Attributes:
        engine_type: Of the values read.
        sql: Expression over the written text; NULL where a cell does not fit.
        label: What was found, for people: ``decimals with comma``.
        assumption: What nothing in the data decides, and why this reading was chosen.
        lost_digits: Cells whose last digits the type cannot hold.
    """

    type: ColumnType
    engine_type: str
    sql: str
    label: str
    unit: str | None = None
    assumption: str | None = None
    lost_digits: int = 0


class Format(Protocol):
    """One way of writing values, proposed from a part of a column and then checked on all of it."""

    def fits(self, text: str) -> str:
        """SQL that is true for a cell of this format; ``text`` is the expression of the written value."""
        ...

    def measures(self, text: str) -> Sequence[str]:
        """Aggregates over the cells that fit, which settle the type: digits before the point, digits after it …

        Args:
            text: SQL of the written value; NULL for a cell that does not fit.
        """
        ...

    def settle(self, text: str, measured: Sequence[float | None], *, guarded: bool) -> Reading | None:
        """The reading, given the aggregates' values; None where the column had better stay text.

        Args:
            guarded: Some cells are of another format, which the engine's own casts might yet accept.
        """
        ...


WHITE = " \t\r\n\v\f\u00a0\u2007\u2009\u202f\u3000\ufeff"
"""White space that is nothing around a value; it stands inside numbers too, so nothing else removes it."""


def trimmed(cell: str) -> str:
    """SQL: the cell without the white space around it."""
    return f"trim({cell}, {literal(WHITE)})"


def matches(text: str, pattern: str) -> str:
    """SQL: the whole of the text has the pattern, in the syntax that RE2 and Python share."""
    return f"regexp_full_match({text}, {literal(pattern)})"


def counted(condition: str) -> str:
    """SQL: the number of cells for which the condition is true, over values that each stand for their ``CELLS``."""
    return f"coalesce(sum(CASE WHEN {condition} THEN {CELLS} END), 0)"
