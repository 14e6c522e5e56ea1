"""Whether a change rests on a handful of rows: the fewest without which less than half of it is left.

One row moves a mean or a total as far as it is large, however many others there are. Where all rows weigh the same, the
rows that carry most of a change are the largest or the smallest of either period, so that trying each way to share a
handful between the two finds the fewest exactly. (T. Broderick, R. Giordano, R. Meager, An Automatic Finite-Sample
Robustness Metric: When Can Dropping a Little Data Make a Big Difference?, arXiv:2011.14999, 2020, ask the same of any
estimate, by approximation.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from voyant.analysis.grains import as_moment
from voyant.analysis.kpi.changes import Cell
from voyant.analysis.kpi.exact import as_sum, exact, grid, put, significant, wide, written
from voyant.analysis.kpi.figures import Figure
from voyant.analysis.periods import Timeline
from voyant.analysis.time_columns import TimeAxis
from voyant.domain.kpi import Handful
from voyant.domain.table import Table
from voyant.lake.sql import identifier

MOST_ROWS = 5
LARGEST_SHARE = 0.02
"""Of the rows of both periods: more are no handful, however few they are."""
LEAST_CHANGE = Decimal("0.01")
"""Of the figure before: nearly any row carries less, and nobody asks what it rests on."""
_MOST_LEFT = Decimal("0.5")


class Extremes(Struct, frozen=True):
    """The amounts at both ends of a period's rows, outermost first.

    Attributes:
        exact: They are no doubles, so that what is left of a sum without them is exact as well.
    """

    largest: tuple[Decimal, ...] = ()
    smallest: tuple[Decimal, ...] = ()
    exact: bool = True


class Side(Struct, frozen=True):
    """One of the two periods that are compared.

    Attributes:
        span: Its first moment, and the first one after it.
        cell: What its rows add up to.
    """

    span: tuple[datetime, datetime]
    cell: Cell
    extremes: Extremes


ExtremesByFigure = Mapping[str, Mapping[datetime, Extremes]]


def extremes_by_figure(
    table: Table, figures: Sequence[Figure], timeline: Timeline, indices: Sequence[int]
) -> ExtremesByFigure:
    """The extremes in each of these periods, by the name of each figure whose rows weigh the same. One pass."""
    asked = [figure for figure in figures if figure.amount is not None]
    if not asked or not indices:
        return {}
    ends = ", ".join(
        f"max({figure.amount}, {MOST_ROWS}) AS largest{place}, min({figure.amount}, {MOST_ROWS}) AS smallest{place}"
        for place, figure in enumerate(asked)
    )
    spans = (timeline.axis.within(timeline.starts[index], timeline.end(index)) for index in sorted(indices))
    rows = table.query(
        f"SELECT {timeline.axis.bucket(timeline.grain)} AS period, {ends} FROM {identifier(table.dataset.name)} "
        f"WHERE {' OR '.join(f'({span})' for span in spans)} GROUP BY 1"
    )
    return {
        figure.name: {
            as_moment(row["period"]): _extremes(row[f"largest{place}"] or (), row[f"smallest{place}"] or ())
            for row in rows
        }
        for place, figure in enumerate(asked)
    }


def _extremes(largest: Sequence[Any], smallest: Sequence[Any]) -> Extremes:
    return Extremes(
        largest=tuple(amount for amount in map(exact, largest) if amount is not None),
        smallest=tuple(amount for amount in map(exact, smallest) if amount is not None),
        exact=not any(isinstance(value, float) for value in (*largest, *smallest)),
    )


def handful(table: Table, figure: Figure, axis: TimeAxis, before: Side, after: Side) -> Handful | None:
    """The fewest rows that the change rests on; None where it rests on more than a handful, or cannot be told."""
    if figure.amount is None:
        return None
    with wide():
        found = _fewest(before, after)
        if found is None:
            return None
        sql = _statement(figure, table.dataset.name, axis, before, after, found.rows)
        base: Decimal | None = found.base
        value: Decimal | None = found.value
        if not (before.extremes.exact and after.extremes.exact):
            # What is left of a sum of doubles without its largest is mostly rounding errors: it is added up anew.
            [row] = table.query(sql)
            base, value = exact(row["base"]), exact(row["value"])
        if base is None or value is None:
            return None
        step = grid(figure.denominator is None, [base, value])
        base, value = put(base, step), put(value, step)
        return Handful(
            rows=sum(found.rows),
            among=before.cell.rows + after.cell.rows,
            value=written(value) or 0.0,
            base=written(base) or 0.0,
            absolute=written(value - base) or 0.0,
            relative=written(significant((value - base) / base, 10)) if base > 0 and not figure.signed else None,
            sql=sql,
        )


class _Without(Struct, frozen=True):
    """The figures of both periods without so many rows of each."""

    rows: tuple[int, int]
    base: Decimal
    value: Decimal


def _fewest(before: Side, after: Side) -> _Without | None:
    """Without the fewest rows that leave less than half of the change; of as many, those that leave least."""
    base, value = before.cell.figure, after.cell.figure
    if base is None or value is None or abs(value - base) <= LEAST_CHANGE * abs(base):
        return None
    rose = value > base
    bases = _ever_fewer(before.cell, before.extremes.smallest if rose else before.extremes.largest)
    values = _ever_fewer(after.cell, after.extremes.largest if rose else after.extremes.smallest)
    most = min(MOST_ROWS, int(LARGEST_SHARE * (before.cell.rows + after.cell.rows)))
    for rows in range(1, most + 1):
        ways = [
            _Without((early, rows - early), bases[early], values[rows - early])
            for early in range(rows + 1)
            if early < len(bases) and rows - early < len(values)
        ]
        left = [(way.value - way.base) / (value - base) for way in ways]
        if left and min(left) < _MOST_LEFT:
            return ways[left.index(min(left))]
    return None


def _ever_fewer(cell: Cell, amounts: Sequence[Decimal]) -> list[Decimal]:
    """The figure without the first none, one, two … of these amounts, as long as rows are left."""
    figures = []
    numerator, denominator = cell.numerator, cell.denominator
    for amount in (None, *amounts):
        if amount is not None:
            numerator, denominator = numerator - amount, None if denominator is None else denominator - 1
        if denominator == 0:
            break
        figures.append(as_sum(numerator) if denominator is None else numerator / denominator)
    return figures


def _statement(figure: Figure, table: str, axis: TimeAxis, before: Side, after: Side, left_out: tuple[int, int]) -> str:
    """The statement that gives both figures without these rows, how they then differ, ``rows`` and ``among``."""
    within = f"({axis.within(*before.span)})", f"({axis.within(*after.span)})"
    rose = (after.cell.figure or 0) > (before.cell.figure or 0)
    earlier, later = ("", "DESC ") if rose else ("DESC ", "")
    base, value = (
        _without(figure, f"{side} AND place > {rows}") for side, rows in zip(("NOT now", "now"), left_out, strict=True)
    )
    return (
        f"SELECT {sum(left_out)} AS rows, among, base, value, value - base AS absolute,\n"
        "  100 * (value - base) / nullif(base, 0) AS change\n"
        f"FROM (\n  SELECT count(*) AS among, {base} AS base,\n    {value} AS value\n"
        "  FROM (\n    SELECT amount, now, row_number() OVER (\n"
        f"      PARTITION BY now ORDER BY CASE WHEN NOT now THEN amount END {earlier}NULLS LAST,\n"
        f"        CASE WHEN now THEN amount END {later}NULLS LAST\n    ) AS place\n"
        f"    FROM (\n      SELECT {figure.amount} AS amount, {within[1]} AS now\n"
        f"      FROM {identifier(table)}\n      WHERE {' OR '.join(within)}\n    ) AS amounts\n"
        "  ) AS placed\n) AS figures"
    )


def _without(figure: Figure, kept: str) -> str:
    amounts = f"sum(amount) FILTER ({kept})"
    return f"coalesce({amounts}, 0)" if figure.denominator is None else f"{amounts} / count(amount) FILTER ({kept})"
