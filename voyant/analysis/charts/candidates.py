"""Pictures that may be drawn: a view, what stands behind it, and what it says once its rows are known."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property

from msgspec import Struct, field

from voyant.analysis.charts.frame import Row, Spec
from voyant.domain.finding import View


class Candidate(Struct, frozen=True, kw_only=True, dict=True):
    """A picture that may be drawn.

    Attributes:
        rows: Known already, from an artifact; None where ``view.sql`` has to be asked.
        reshape: Makes what is drawn from what the statement gives, such as names of weekdays from their numbers.
        say: The title, made from the rows; None where the view's own stands.
        columns: Of the table, that the picture shows.
        findings: Ids of the findings that it illustrates.
        worth: Whether the rows, once known, hold something to see; None where they always do.
        fewest: With fewer rows there is nothing to see.
        spec: The picture itself, once it is drawn.
    """

    view: View
    columns: tuple[str, ...]
    evidence: tuple[str, ...] = ()
    rows: Sequence[Row] | None = None
    reshape: Callable[[Sequence[Row]], Sequence[Row]] | None = None
    say: Callable[[Sequence[Row]], str] | None = None
    worth: Callable[[Sequence[Row]], bool] | None = None
    findings: tuple[str, ...] = ()
    fewest: int = 2
    spec: Spec = field(default_factory=dict)

    @cached_property
    def statement(self) -> str:
        """The SQL behind it, however it is laid out."""
        return re.sub(r"\s+", " ", self.view.sql).strip().lower()

    @cached_property
    def points(self) -> frozenset[str]:
        """What its rows place on its axes."""
        axes = [axis.field for axis in (self.view.x, self.view.y, self.view.color) if axis is not None]
        # Sorted, since horizontal bars may have either axis first.
        return frozenset("|".join(sorted(_written(row[field]) for field in axes)) for row in self.rows or ())


def _written(value: object) -> str:
    text = str(value)
    try:
        return f"{float(text):.6g}"
    except ValueError:
        return text.removesuffix(" 00:00:00")
