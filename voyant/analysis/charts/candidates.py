"""Pictures that may be drawn: a view, what stands behind it, and what it says once its rows are known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from voyant.analysis.charts.frame import Row
from voyant.domain.finding import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A picture that may be drawn.

    Attributes:
        rows: Known already, from an artifact; None where ``view.sql`` has to be asked.
        reshape: Makes what is drawn from what the statement gives, such as names of weekdays from their numbers.
        say: The title, made from the rows; None where the view's own stands.
        columns: Of the table, that the picture shows.
        findings: Ids of the findings that it illustrates.
        worth: Whether the rows, once known, hold something to see; None where they always do.
        fewest: With fewer rows there is nothing to see.
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
