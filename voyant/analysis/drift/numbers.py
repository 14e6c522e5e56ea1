"""Numbers compared: by their distribution functions, exact or from fine bins with the error stated.

What decides follows Evidently 0.7 (``_get_default_stattest``), whose ``> 1000`` counts the values of the reference:
beyond a thousand the Wasserstein distance in standard deviations of the reference, up to it the test of Kolmogorov and
Smirnov; numbers of up to five values, and whole numbers of up to ten, are compared as values.
"""

from __future__ import annotations

import math

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from voyant.analysis.drift.counting import Counted, Key, aligned, counted
from voyant.analysis.drift.distances import (
    Ordered,
    deciles,
    jensen_shannon,
    kolmogorov_smirnov,
    population_stability,
    wasserstein,
)
from voyant.analysis.drift.drafts import Cells, Draft, Measure
from voyant.analysis.drift.grid import FINEST_BINS, Grid, grid_of
from voyant.analysis.drift.subjects import FEWEST_VALUES, Pair, Subject, number_sql
from voyant.analysis.drift.values import compare_values
from voyant.domain.drift import Thresholds
from voyant.domain.table import ColumnType, Table

MOST_COUNTED = 20_000
"""A column with more distinct numbers on either side is counted in bins."""
_FEW_NUMBERS = 5
_FEW_INTEGERS = 10
_EVIDENTLYS_LEAST_SCALE = 0.001
_EXACT_IN_DOUBLES = 2.0**53


def is_counted(pair: Pair) -> bool:
    """Whether each number of the column is counted, rather than bins of them."""
    return pair.subject is Subject.LENGTHS or pair.most_distinct <= MOST_COUNTED


def keys_of(pair: Pair, grid: Grid | None) -> tuple[Key, Key]:
    """What rows are counted by on both sides: numbers, or bins."""
    sqls = [number_sql(column, pair.subject or Subject.NUMBERS) for column in (pair.before, pair.after)]
    if grid is None:
        earlier, later = (Key(sql, pair.most_distinct) for sql in sqls)
    else:
        earlier, later = (Key(grid.sql(sql), grid.bins) for sql in sqls)
    return earlier, later


def ordered_of(before: Counted, after: Counted, grid: Grid | None) -> Ordered:
    """The two distributions over numbers or bins."""
    if grid is None:
        return Ordered(*aligned(before, after))
    sides = [np.zeros(grid.bins, dtype=np.int64) for _ in range(2)]
    for side, found in zip(sides, (before, after), strict=True):
        side[found.keys.astype(np.int64)] = found.counts
    return Ordered(grid.edges, *sides)


def compare_numbers(pair: Pair, found: Ordered, tables: tuple[Table, Table], thresholds: Thresholds) -> Draft:
    """The distances between two distributions of numbers; ``tables`` are asked again where bins are too coarse."""
    notes = [*([pair.reason] if pair.reason else []), *_left_out(pair, found.sizes)]
    if pair.before.type is not ColumnType.FLOAT and float(np.abs(found.places).max(initial=0)) >= _EXACT_IN_DOUBLES:
        notes.append("Numbers from 2⁵³ on are compared to the precision of doubles.")
    if min(found.sizes) < FEWEST_VALUES:
        few = "Too few finite values to show a distribution: {} before, {} after".format(*found.sizes)
        return Draft(pair, None, notes=(*notes, f"{few}, of at least {FEWEST_VALUES}."))
    if _is_discrete(pair, found):
        sides = (Counted(found.places, found.before), Counted(found.places, found.after))
        draft = compare_values(pair, *sides, thresholds)
        return replace(draft, notes=(*notes, *draft.notes))
    found, unit = _in_range(found)
    scale, unusual = _scale(pair, found, unit)
    distance = wasserstein(found, scale)
    if found.binned and abs(distance.value - thresholds.wasserstein) <= distance.error:
        found, unit = _in_range(_in_finest_bins(pair, tables))
        distance = wasserstein(found, scale)
    by_test = found.sizes[0] <= thresholds.rows
    functions = Measure("ks", kolmogorov_smirnov(found, exact=by_test))
    cells = _cells(found, unit)
    others = (
        Measure("jensen_shannon", jensen_shannon(cells.before, cells.after)[0]),
        Measure("psi", population_stability(cells.before, cells.after)),
    )
    if by_test:
        usual = (functions.measured.p or 0.0) <= thresholds.significance
        measures = (functions, Measure("wasserstein_normed", distance))
    else:
        floored = max(scale * unit, _EVIDENTLYS_LEAST_SCALE)
        usual = distance.value * (scale * unit / floored) >= thresholds.wasserstein
        measures = (Measure("wasserstein_normed", distance, thresholds.wasserstein), functions)
        if floored > scale * unit:
            unusual = [*unusual, f"The usual rule takes {floored} for a standard deviation that is smaller."]
    return Draft(pair, pair.subject, (*measures, *others), usual=usual, cells=cells, notes=(*notes, *unusual))


def _left_out(pair: Pair, sizes: tuple[int, int]) -> list[str]:
    """How many values are no finite numbers."""
    infinite = [side.count - size for side, size in zip(pair.sides, sizes, strict=True)]
    if pair.subject is Subject.LENGTHS or not any(infinite):
        return []
    return [f"NaN and infinities are left out: {infinite[0]:,} before, {infinite[1]:,} after."]


def _is_discrete(pair: Pair, found: Ordered) -> bool:
    whole = pair.before.type is pair.after.type is ColumnType.INTEGER or pair.subject is Subject.LENGTHS
    return not found.binned and len(found.before) <= (_FEW_INTEGERS if whole else _FEW_NUMBERS)


def _in_range(found: Ordered) -> tuple[Ordered, float]:
    """The same in a unit in which squares are finite, and that unit: a power of two, so that no digit is lost."""
    unit = math.ldexp(1.0, math.frexp(float(np.abs(found.places).max()))[1] - 1)
    return Ordered(found.places / unit, found.before, found.after), unit


def _scale(pair: Pair, found: Ordered, unit: float) -> tuple[float, list[str]]:
    """The standard deviation that distances are told in, in ``unit``, and what is unusual about it."""
    if found.binned and pair.earlier.sd is not None:
        n = found.sizes[0]
        scale = pair.earlier.sd / unit * math.sqrt((n - 1) / n)
    else:
        scale = _deviation(found, found.before)
    if scale > 0:
        return scale, []
    together = _deviation(found, found.before + found.after)
    return together or 1.0, ["The reference is constant: distances are in standard deviations of both sides together."]


def _deviation(found: Ordered, counts: NDArray[np.int64]) -> float:
    """Of the values of a side, as often as they stand (not of a sample)."""
    if int((counts > 0).sum()) < 2:
        return 0.0
    places = (found.places[1:] + found.places[:-1]) / 2 if found.binned else found.places
    n = int(counts.sum())
    mean = float((places * counts).sum()) / n
    return math.sqrt(float(((places - mean) ** 2 * counts).sum()) / n)


def _in_finest_bins(pair: Pair, tables: tuple[Table, Table]) -> Ordered:
    grid = grid_of(pair, FINEST_BINS)
    keys = keys_of(pair, grid)
    [before], [after] = (list(counted(table, [key])) for table, key in zip(tables, keys, strict=True))
    return ordered_of(before, after, grid)


def _cells(found: Ordered, unit: float) -> Cells:
    """Up to ten bins of about the same share of both sides."""
    starts = deciles(found)
    before, after = (np.add.reduceat(side, starts) for side in (found.before, found.after))
    lows = found.places[starts] * unit
    ends = np.append(lows[1:], found.places[-1] * unit)
    if not found.binned:
        alone = np.diff(np.append(starts, len(found.before))) == 1
        ends = np.where(alone, lows, ends)
    return Cells(lows, before, after, jensen_shannon(before, after)[1], ends)
