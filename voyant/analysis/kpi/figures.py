"""A key figure as SQL, in the form that its change can be taken apart from.

Every figure that can be taken apart is a sum of parts (``numerator`` alone) or one sum of parts over another
(``numerator`` over ``denominator``): a mean is a sum over a count, a rate a count over a count.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from voyant.analysis.periods import Timeline
from voyant.analysis.time_columns import TimeAxis
from voyant.domain.kpi import KpiKind
from voyant.lake.sql import identifier

MISSING = "(missing)"


class Dimension(Struct, frozen=True):
    """A column that a change is taken apart by, or a pair of columns."""

    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        return " × ".join(self.columns)

    @property
    def sql(self) -> str:
        """The SQL of a row's value; of a pair both, NULL where both are."""
        if len(self.columns) == 1:
            return identifier(self.columns[0])
        names = [identifier(name) for name in self.columns]
        shown = " || ' × ' || ".join(f"coalesce(CAST({name} AS VARCHAR), '{MISSING}')" for name in names)
        return f"CASE WHEN {' OR '.join(f'{name} IS NOT NULL' for name in names)} THEN {shown} END"


class Figure(Struct, frozen=True, kw_only=True):
    """What is to be measured.

    Attributes:
        expression: The aggregate as shown, such as ``avg("amount")``.
        numerator: An aggregate whose values over parts add up to its value over the whole; None where there is none.
        denominator: The same, for figures that are a quotient.
        amount: The SQL of what a row adds, where the figure is the total or the mean of that; None for all others.
        signed: Whether values of both signs occur: a change in percent then means nothing.
    """

    name: str
    kind: KpiKind
    expression: str
    columns: tuple[str, ...]
    unit: str | None = None
    numerator: str | None = None
    denominator: str | None = None
    amount: str | None = None
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
        self, table: str, dimension: Dimension, timeline: Timeline, spans: tuple[tuple[datetime, datetime], ...]
    ) -> str:
        """The statement that gives ``value``, ``period`` and ``figure`` for each value of a dimension in the spans."""
        axis = timeline.axis
        wanted = " OR ".join(f"({axis.within(start, end)})" for start, end in spans)
        return (
            f"SELECT {dimension.sql} AS value, date_trunc('{timeline.grain}', {axis.moment}) AS period, "
            f"{self.expression} AS figure\nFROM {identifier(table)}\nWHERE {wanted}\nGROUP BY 1, 2\nORDER BY 1, 2"
        )

    def select_effects(
        self, table: str, dimension: Dimension, axis: TimeAxis, spans: tuple[tuple[datetime, datetime], ...]
    ) -> str:
        """The statement that gives, for each value of a dimension, ``before``, ``after`` and the ``effect`` with its
        pieces ``rate`` and ``other`` (volume of a total, else mix), and of the whole ``base`` and ``current``.

        The periods stand beside them as ``base_period`` and ``period``; the largest effect comes first.
        """
        (base, base_end), (current, current_end) = spans
        within = f"({axis.within(base, base_end)})", f"({axis.within(current, current_end)})"
        quotient = self.denominator is not None
        effect, rate = (_QUOTIENT_EFFECT, _QUOTIENT_RATE) if quotient else ("a1 - a0", _TOTAL_RATE)
        own, whole = ("a{0} / nullif(b{0}, 0)", "s{0} / nullif(t{0}, 0)") if quotient else ("a{0}", "s{0}")
        return (
            f"SELECT value, {own.format(0)} AS before, {own.format(1)} AS after,\n"
            "  effect, rate, effect - rate AS other,\n"
            f"  sum(rate) OVER () AS rates, sum(effect - rate) OVER () AS others,\n"
            f"  {whole.format(0)} AS base, {whole.format(1)} AS current,\n"
            f"  TIMESTAMP '{base}' AS base_period, TIMESTAMP '{current}' AS period\n"
            f"FROM (\n  SELECT *, {effect} AS effect, {rate} AS rate\n  FROM (\n"
            "    SELECT *, sum(a0) OVER () AS s0, sum(a1) OVER () AS s1, sum(b0) OVER () AS t0, sum(b1) OVER () AS t1\n"
            f"    FROM (\n      SELECT value, {_parts_of_cells()}\n      FROM (\n"
            f"        SELECT {dimension.sql} AS value, {within[1]} AS now,\n"
            f"          CAST({self.numerator} AS DOUBLE) AS a, CAST({self.denominator or 'count(*)'} AS DOUBLE) AS b\n"
            f"        FROM {identifier(table)}\n        WHERE {' OR '.join(within)}\n        GROUP BY 1, 2\n"
            "      ) AS cells\n      GROUP BY 1\n    ) AS parts\n  ) AS wholes\n) AS effects\n"
            "ORDER BY abs(effect) DESC, value"
        )


_TOTAL_RATE = "CASE WHEN b0 > 0 AND b1 > 0 THEN (a1 / b1 - a0 / b0) * (b0 + b1) / 2 ELSE 0 END"
_QUOTIENT_RATE = (
    "CASE WHEN b0 <> 0 AND b1 <> 0 THEN (b0 / nullif(t0, 0) + b1 / nullif(t1, 0)) / 2 * (a1 / b1 - a0 / b0) ELSE 0 END"
)
_QUOTIENT_EFFECT = (
    "a1 / nullif(t1, 0) - a0 / nullif(t0, 0) "
    "- (s0 / nullif(t0, 0) + s1 / nullif(t1, 0)) / 2 * (b1 / nullif(t1, 0) - b0 / nullif(t0, 0))"
)


def _parts_of_cells() -> str:
    return ", ".join(
        f"coalesce(max(CASE WHEN {'' if now else 'NOT '}now THEN {part} END), 0) AS {part}{now}"
        for part in ("a", "b")
        for now in (0, 1)
    )


def parts(figures: tuple[Figure, ...]) -> dict[str, str]:
    """The aggregates that the figures are computed from, each once, with the column each gets in a result."""
    wanted = dict.fromkeys(
        sql for figure in figures for sql in (figure.numerator, figure.denominator) if sql is not None
    )
    return {sql: f"p{position}" for position, sql in enumerate(wanted)}
