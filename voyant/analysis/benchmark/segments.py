"""Where a brand is strong and where it is weak: each metric in each segment of the market."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from msgspec import Struct

from voyant.analysis.benchmark.counting import Brand, Market, cell_of, segment_rows
from voyant.analysis.benchmark.metrics import Metric
from voyant.analysis.benchmark.shares import ranks
from voyant.analysis.benchmark.testing import MeanTest, mean_difference
from voyant.analysis.insights.statistics import Floats
from voyant.analysis.rounding import rounded
from voyant.domain.table import Column


class SegmentCell(Struct, frozen=True):
    """A brand's figure in a segment, for the rows behind the benchmark."""

    column: str
    segment: str
    brand: Brand
    metric: str
    rows: int
    value: float | None
    share: float | None
    rank: int | None


class SegmentTest(Struct, frozen=True):
    """The brand in focus in a segment, with what it is held against; see ``SegmentStanding``."""

    column: str
    segment: str
    metric: Metric
    rows: int
    value: float | None
    other: float | None
    difference: float | None
    rank: int | None
    test: MeanTest | None


class Grid(Struct, frozen=True):
    """What the rows of one metric add up to, by segment, brand and period.

    Attributes:
        above: Sums, or values where the metric is no sum; by segment, brand and period.
        below: What these are divided by; NaN for sums.
        segments: Those with a name; the arrays have one more place, for all others together.
        periods: Whole ones; the arrays have one more place, for rows outside of them.
    """

    metric: Metric
    above: Floats
    below: Floats
    rows: Floats
    segments: tuple[str, ...]
    brands: tuple[Brand, ...]

    def figure(self, above: Floats, below: Floats) -> Floats:
        """Of sums over some places of the arrays; NaN where there is nothing to divide by."""
        if self.metric.adds_up:
            return above
        return np.where(below > 0, above / np.where(below > 0, below, 1.0), np.nan)


def look_into(
    market: Market, column: Column, metrics: Sequence[Metric], brand: str
) -> tuple[list[SegmentCell], list[SegmentTest], int]:
    """Every brand in every segment of a column, the tests of the one in focus, and how many segments have no name.

    Metrics that cannot be put together from periods, such as medians, are left out.
    """
    usable = [metric for metric in metrics if metric.figure.numerator is not None]
    rows, unnamed = segment_rows(market, column, usable)
    segments = tuple(sorted({row["segment"] for row in rows if row["segment"] is not None}))
    cells: list[SegmentCell] = []
    tests: list[SegmentTest] = []
    for place, metric in enumerate(usable if rows else ()):
        grid = _grid(market, metric, place, rows, segments)
        placed = [_placed(grid, segment) for segment in range(len(segments))]
        for segment, ranked in enumerate(placed):
            cells += _figures(grid, column, segment, ranked)
            tests.append(_tested(grid, column, segment, brand, ranked))
    return cells, tests, unnamed


def _grid(
    market: Market, metric: Metric, place: int, rows: Sequence[Mapping[str, Any]], segments: tuple[str, ...]
) -> Grid:
    keys = market.periods.keys if market.periods is not None else ()
    at_segment = {segment: index for index, segment in enumerate((*segments, None))}
    at_brand = {brand: index for index, brand in enumerate(market.brands)}
    at_key = {key: index for index, key in enumerate(keys)}
    above, below, counted = (np.zeros((len(segments) + 1, len(market.brands), len(keys) + 1)) for _ in range(3))
    for row in rows:
        outside = row["period"] is None or market.periods is None
        key = len(keys) if outside else at_key.get(market.periods.key(row["period"]), len(keys))  # type: ignore[union-attr]
        cell = cell_of(metric, place, row)
        where = at_segment[row["segment"]], at_brand[row["brand"]], key
        above[where] += float(cell.numerator)
        below[where] += float(cell.denominator or 0)
        counted[where] += cell.rows
    return Grid(metric, above, below, counted, segments, market.brands)


def _placed(grid: Grid, segment: int) -> list[int | None]:
    """The rank of each brand in a segment."""
    values = grid.figure(grid.above[segment].sum(axis=1), grid.below[segment].sum(axis=1))
    known = [
        None if brand is None or not np.isfinite(value) else Decimal(repr(rounded(float(value))))
        for brand, value in zip(grid.brands, values, strict=True)
    ]
    return ranks(known, lower_is_better=grid.metric.lower_is_better)


def _figures(grid: Grid, column: Column, segment: int, placed: Sequence[int | None]) -> list[SegmentCell]:
    values = grid.figure(grid.above[segment].sum(axis=1), grid.below[segment].sum(axis=1))
    shares = _shares(grid.above[segment].sum(axis=1)) if grid.metric.adds_up else np.full(len(values), np.nan)
    return [
        SegmentCell(
            column=column.name,
            segment=grid.segments[segment],
            brand=brand,
            metric=grid.metric.name,
            rows=int(grid.rows[segment, place].sum()),
            value=_written(values[place]),
            share=_written(shares[place]),
            rank=placed[place],
        )
        for place, brand in enumerate(grid.brands)
    ]


def _tested(grid: Grid, column: Column, segment: int, brand: str, placed: Sequence[int | None]) -> SegmentTest:
    """The brand's share in the segment against that in all other segments of the column, or its figure there against
    that of all competitors together; over all rows, and period by period."""
    own = grid.brands.index(brand)
    if grid.metric.adds_up:
        here, elsewhere = grid.above[segment], np.delete(grid.above, segment, axis=0).sum(axis=0)
        pair = [_shares(amounts)[own] for amounts in (here, elsewhere)]
        whole = [_shares(amounts.sum(axis=1))[own] for amounts in (here, elsewhere)]
    else:
        parts = grid.above[segment], grid.below[segment]
        sides = [[part[own] for part in parts], [np.delete(part, own, axis=0).sum(axis=0) for part in parts]]
        pair = [grid.figure(above, below) for above, below in sides]
        whole = [grid.figure(above.sum(), below.sum()) for above, below in sides]
    gaps = (pair[0] - pair[1])[:-1]
    value, other = (_written(one) for one in whole)
    return SegmentTest(
        column=column.name,
        segment=grid.segments[segment],
        metric=grid.metric,
        rows=int(grid.rows[segment, own].sum()),
        value=value,
        other=other,
        difference=None if value is None or other is None else rounded(value - other),
        rank=placed[own],
        test=mean_difference(gaps[np.isfinite(gaps)]),
    )


def _shares(amounts: Floats) -> Floats:
    """Of brands, which stand along the first axis; NaN where there is nothing to share or a part is negative."""
    total = amounts.sum(axis=0)
    usable = (total > 0) & (amounts >= 0).all(axis=0)
    return np.where(usable, amounts / np.where(usable, total, 1.0), np.nan)


def _written(value: float) -> float | None:
    return rounded(float(value)) + 0.0 if np.isfinite(value) else None
