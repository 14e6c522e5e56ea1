"""A key figure as SQL, in the form that its change can be taken apart from.

Every figure that can be taken apart is a sum of parts (``numerator`` alone) or one sum of parts over another
(``numerator`` over ``denominator``): a mean is a sum over a count, a rate a count over a count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from voyant.analysis.periods import TimeAxis, Timeline
from voyant.domain.kpi import KpiKind
from voyant.lake.sql import identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What is to be measured.

    Attributes:
        expression: The aggregate as shown, such as ``avg("amount")``.
        numerator: An aggregate whose values over parts add up to its value over the whole; None where there is none.
        denominator: The same, for figures that are a quotient.
        signed: Whether values of both signs occur: a change in percent then means nothing.
    """

    name: str
    kind: KpiKind
    expression: str
    columns: tuple[str, ...]
    unit: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    signed: bool = False
    declared: bool = False
    goodness: float = 1.0
    reason: str = "declared"

    @property
    def additive(self) -> bool:
        """Whether parts add up to the whole: periods without rows then count 0."""
        return self.numerator is not None and self.denominator is None

    def select_value(self, table: str, axis: TimeAxis | None, start: datetime | None, end: datetime | None) -> str:
        """The statement that gives ``value``, over all rows or those of a period."""
        # A total of no rows is 0, as in the series.
        expression = f"coalesce({self.expression}, 0)" if self.kind is KpiKind.TOTAL else self.expression
        statement = f"SELECT {expression} AS value\nFROM {identifier(table)}"
        if axis is None or start is None or end is None:
            return statement
        return f"{statement}\nWHERE {axis.within(start, end)}"

    def select_series(self, table: str, timeline: Timeline) -> str:
        """The statement that gives ``period`` and ``value``, one row per period that has rows."""
        axis = timeline.axis
        return (
            f"SELECT date_trunc('{timeline.grain}', {axis.moment}) AS period, {self.expression} AS value\n"
            f"FROM {identifier(table)}\nWHERE {axis.timed}\nGROUP BY 1\nORDER BY 1"
        )

    def select_by(self, table: str, dimension: str) -> str:
        """The statement that gives ``value``, ``figure`` and ``count`` for each value of a dimension, over all rows."""
        return (
            f"SELECT {identifier(dimension)} AS value, {self.expression} AS figure, count(*) AS count\n"
            f"FROM {identifier(table)}\nGROUP BY 1\nORDER BY 1"
        )

    def select_change(
        self, table: str, dimension: str, timeline: Timeline, spans: tuple[tuple[datetime, datetime], ...]
    ) -> str:
        """The statement that gives ``value``, ``period`` and ``figure`` for each value of a dimension in the spans."""
        axis = timeline.axis
        wanted = " OR ".join(f"({axis.within(start, end)})" for start, end in spans)
        return (
            f"SELECT {identifier(dimension)} AS value, date_trunc('{timeline.grain}', {axis.moment}) AS period, "
            f"{self.expression} AS figure\nFROM {identifier(table)}\nWHERE {wanted}\nGROUP BY 1, 2\nORDER BY 1, 2"
        )


def parts(figures: tuple[Figure, ...]) -> dict[str, str]:
    """The aggregates that the figures are computed from, each once, with the column each gets in a result."""
    wanted = dict.fromkeys(
        sql for figure in figures for sql in (figure.numerator, figure.denominator) if sql is not None
    )
    return {sql: f"p{position}" for position, sql in enumerate(wanted)}
