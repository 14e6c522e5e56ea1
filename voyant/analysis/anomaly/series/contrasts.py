"""Contrasts of a series at many widths: each stretch against what lies beside it."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from msgspec import Struct

from voyant.analysis.anomaly.series.tails import Floats

SMALLEST_SHARE = 0.5
"""Of a block that must be known for its mean to count."""


class Sums(Struct, dict=True):
    """Running sums of a series with gaps (NaN), from which means of blocks are read."""

    values: Floats

    @cached_property
    def _totals(self) -> Floats:
        return np.concatenate(([0.0], np.cumsum(np.nan_to_num(self.values))))

    @cached_property
    def _counts(self) -> Floats:
        return np.concatenate(([0], np.cumsum(~np.isnan(self.values)))).astype(np.float64)

    def means(self, starts: Floats, width: int) -> Floats:
        """The mean of ``width`` values from each start; NaN where less than half of them are known, or the block would
        reach beyond the series."""
        low = np.clip(starts, 0, len(self.values)).astype(np.intp)
        high = np.clip(starts + width, 0, len(self.values)).astype(np.intp)
        counts = self._counts[high] - self._counts[low]
        enough = (high - low == width) & (counts >= max(1.0, SMALLEST_SHARE * width))
        totals = self._totals[high] - self._totals[low]
        return np.where(enough, totals / np.maximum(counts, 1), np.nan)


def steps(sums: Sums, width: int) -> Floats:
    """For each place: the block that begins there less the block that ends there."""
    places = np.arange(len(sums.values), dtype=np.float64)
    return sums.means(places, width) - sums.means(places - width, width)


def pulses(sums: Sums, width: int, flank: int) -> Floats:
    """For each place: the block that begins there less the mean of the flanks on both sides of it.

    A single value at an end of the series is held against the one flank that there is; the contrast shrinks as its
    error grows.
    """
    places = np.arange(len(sums.values), dtype=np.float64)
    before, after = sums.means(places - flank, flank), sums.means(places + width, flank)
    both = sums.means(places, width) - (before + after) / 2
    if width > 1:
        return both
    one = sums.means(places, width) - np.where(np.isnan(before), after, before)
    shrunk = np.sqrt((1 / width + 0.5 / flank) / (1 / width + 1 / flank))
    return np.where(np.isnan(both), one * shrunk, both)


def bends(sums: Sums, width: int) -> Floats:
    """For each place: the slope after it less the slope before it, as differences of blocks of that width."""
    places = np.arange(len(sums.values), dtype=np.float64)
    blocks = [sums.means(places + shift * width, width) for shift in (-2, -1, 0, 1)]
    return (blocks[3] - blocks[2]) - (blocks[1] - blocks[0])
