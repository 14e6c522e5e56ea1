"""What a figure consists of where there is no earlier period to compare it with."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from voyant.analysis.kpi.changes import ZERO, Cell
from voyant.analysis.kpi.exact import wide, written
from voyant.analysis.kpi.figures import Figure
from voyant.domain.kpi import Composition, Share

MOST_SHARES = 10


def composition(figure: Figure, dimension: str, cells: Mapping[str | None, Cell], table: str) -> Composition:
    """The figure for each value of a dimension, over all rows."""
    with wide():
        total = _total(figure, list(cells.values()))
        shares = [_share(value, cell, total) for value, cell in cells.items()]
    ordered = sorted(shares, key=lambda share: (*_rank(figure, share), share.value is None, share.value or ""))
    return Composition(
        dimension=dimension,
        parts=tuple(ordered[:MOST_SHARES]),
        other_values=max(0, len(ordered) - MOST_SHARES),
        sql=figure.select_by(table, dimension),
    )


def _total(figure: Figure, cells: list[Cell]) -> Decimal | None:
    """The whole that shares are of; None for averages and where amounts of both signs would make shares senseless."""
    if not figure.additive or any(cell.numerator < 0 for cell in cells):
        return None
    return sum((cell.numerator for cell in cells), ZERO) or None


def _share(value: str | None, cell: Cell, total: Decimal | None) -> Share:
    return Share(
        value=value,
        figure=written(cell.figure),
        rows=cell.rows,
        share=None if total is None else round(float(cell.numerator / total), 10),
    )


def _rank(figure: Figure, share: Share) -> tuple[float, ...]:
    return (-(share.figure or 0.0),) if figure.additive else (-share.rows,)
