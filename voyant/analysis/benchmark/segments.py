"""Where a brand is strong and where it is weak: each metric in each segment of the market."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from voyant.analysis.benchmark.counting import Brand, Market, cell_of, segment_rows, together
from voyant.analysis.benchmark.metrics import Metric
from voyant.analysis.benchmark.shares import difference, quotient, ranks
from voyant.analysis.benchmark.testing import MeanTest, mean_difference
from voyant.analysis.insights.statistics import Floats
from voyant.analysis.kpi.changes import ZERO, Cell
from voyant.domain.table import Column

Key = object


@dataclass(frozen=True, slots=True)
class SegmentCell:
    """A brand's figure in a segment, for the rows behind the benchmark."""

    column: str
    segment: str
    brand: Brand
    metric: str
    rows: int
    value: float | None
    share: float | None
    rank: int | None


@dataclass(frozen=True, slots=True)
class SegmentTest:
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


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of one metric by segment, brand and period; the segment is None for those counted together."""

    metric: Metric
    cells: Mapping[tuple[Brand, Brand, Key], Cell]
    segments: tuple[str, ...]
    brands: tuple[Brand, ...]
    keys: tuple[Key, ...]

    def over(self, segments: Sequence[Brand], brands: Sequence[Brand], keys: Sequence[Key]) -> Cell:
        found = (self.cells.get((segment, brand, key)) for segment in segments for brand in brands for key in keys)
        return together([cell for cell in found if cell is not None] or [EMPTY])


EMPTY = Cell(ZERO, None, 0, True)


def look_into(
    market: Market, column: Column, metrics: Sequence[Metric], brand: str
) -> tuple[list[SegmentCell], list[SegmentTest], int]:
    """Every brand in every segment of a column, the tests of the one in focus, and how many segments have no name."""
    rows, unnamed = segment_rows(market, column, metrics)
    cells: list[SegmentCell] = []
    tests: list[SegmentTest] = []
    if not rows:
        return cells, tests, unnamed
    periods = market.periods
    segments = tuple(sorted({row["segment"] for row in rows if row["segment"] is not None}))
    for place, metric in enumerate(metrics):
        found: dict[tuple[Brand, Brand, Key], Cell] = {}
        for row in rows:
            key = None if row["period"] is None or periods is None else periods.key(row["period"])
            found[row["segment"], row["brand"], key] = cell_of(metric, place, row)
        every = tuple(sorted({key for _, _, key in found}, key=lambda key: (key is not None, key)))
        whole = tuple(key for key in every if periods is not None and key in set(periods.keys))
        grid = Grid(metric, found, segments, market.brands, every)
        cells += _figures(grid, column)
        for segment in segments:
            tested = (_share if metric.adds_up else _gap)(grid, column, segment, brand, whole)
            if tested is not None:
                tests.append(tested)
    return cells, tests, unnamed


def _figures(grid: Grid, column: Column) -> list[SegmentCell]:
    made: list[SegmentCell] = []
    for segment in grid.segments:
        held = {brand: grid.over([segment], [brand], grid.keys) for brand in grid.brands}
        values = [_value(grid.metric, held[brand]) for brand in grid.brands]
        listed = [None if brand is None else value for brand, value in zip(grid.brands, values, strict=True)]
        placed = ranks(listed, lower_is_better=grid.metric.lower_is_better)
        total = sum((value or ZERO for value in values), ZERO)
        for brand, value, rank in zip(grid.brands, values, placed, strict=True):
            made.append(
                SegmentCell(
                    column.name,
                    segment,
                    brand,
                    grid.metric.name,
                    held[brand].rows,
                    None if value is None else float(value),
                    quotient(value, total) if grid.metric.adds_up else None,
                    rank,
                )
            )
    return made


def _share(grid: Grid, column: Column, segment: str, brand: str, whole: Sequence[Key]) -> SegmentTest | None:
    """Its share in the segment against that in all other segments of the column."""
    others = [other for other in (*grid.segments, None) if other != segment]
    here, elsewhere = (_share_in(grid, within, brand, grid.keys) for within in ([segment], others))
    pairs = [(_share_in(grid, [segment], brand, [key]), _share_in(grid, others, brand, [key])) for key in whole]
    return _compared(grid, column, segment, brand, here, elsewhere, pairs)


def _gap(grid: Grid, column: Column, segment: str, brand: str, whole: Sequence[Key]) -> SegmentTest | None:
    """Its figure in the segment against that of all competitors together."""
    if grid.metric.figure.numerator is None:
        return None
    rest = [other for other in grid.brands if other != brand]
    own, theirs = (grid.over([segment], brands, grid.keys).figure for brands in ([brand], rest))
    pairs = [tuple(grid.over([segment], brands, [key]).figure for brands in ([brand], rest)) for key in whole]
    return _compared(grid, column, segment, brand, own, theirs, pairs)  # type: ignore[arg-type]


def _compared(
    grid: Grid,
    column: Column,
    segment: str,
    brand: str,
    value: Decimal | None,
    other: Decimal | None,
    pairs: Sequence[tuple[Decimal | None, Decimal | None]],
) -> SegmentTest:
    known = [float(one - two) for one, two in pairs if one is not None and two is not None]
    differences: Floats = np.asarray(known, dtype=np.float64)
    values = [_value(grid.metric, grid.over([segment], [each], grid.keys)) for each in grid.brands if each is not None]
    placed = ranks(values, lower_is_better=grid.metric.lower_is_better)
    listed = [each for each in grid.brands if each is not None]
    return SegmentTest(
        column=column.name,
        segment=segment,
        metric=grid.metric,
        rows=grid.over([segment], [brand], grid.keys).rows,
        value=None if value is None else float(value),
        other=None if other is None else float(other),
        difference=difference(value, other),
        rank=placed[listed.index(brand)],
        test=mean_difference(differences),
    )


def _value(metric: Metric, cell: Cell) -> Decimal | None:
    return cell.figure if metric.adds_up or not cell.empty else None


def _share_in(grid: Grid, segments: Sequence[Brand], brand: str, keys: Sequence[Key]) -> Decimal | None:
    own = grid.over(segments, [brand], keys).numerator
    amounts = [grid.over(segments, [each], keys).numerator for each in grid.brands]
    total = sum(amounts, ZERO)
    if total <= 0 or min(amounts) < 0:
        return None
    return (own / total).quantize(Decimal(1).scaleb(-10))
