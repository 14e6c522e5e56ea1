"""Whether numbers form one crowd or more: the dip of Hartigan and Hartigan (The dip test of unimodality, Annals of
Statistics 13, 1985)."""

from __future__ import annotations

import numpy as np

from voyant.analysis.insights.ranks import Floats, Ints

# Upper quantiles of sqrt(n) times the dip of uniform numbers, which have the largest dips of all that form one crowd:
# 20,000 samples of 1,000. Those of fewer are a little smaller, so that the test errs on the side of one crowd.
_SHARES = (0.9, 0.75, 0.5, 0.25, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.0002)
_LEVELS = (0.287, 0.322, 0.37, 0.4292, 0.4919, 0.5338, 0.5841, 0.622, 0.6565, 0.7043, 0.7319, 0.755, 0.7647)


_DIGITS = 9
"""Of the distance between the outermost: closer values are the same."""


def dip(values: Floats) -> float:
    """The largest distance of the values' distribution from the nearest that has a single mode: 0 to 0.25.

    Equal values are spread over half the way to their neighbours: a peak remains a peak.

    >>> round(dip(np.array([0.0, 1.0, 2.0, 3.0])), 3), dip(np.array([0.0, 0.0, 0.2, 9.0, 9.0, 9.2])) > 0.2
    (0.125, True)
    """
    low_end, high_end = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    if not high_end > low_end:
        return 0.0
    places = _untied(np.round((values - low_end) / (high_end - low_end), _DIGITS))
    heights = np.arange(1, len(places) + 1) / len(places)
    step, low, high, found = 1 / len(places), 0, len(places) - 1, 1 / len(places)
    while True:
        part = slice(low, high + 1)
        above, below = heights[part], heights[part] - step
        minorant, left = _convex_minorant(below, places[part])
        majorant, right = _concave_majorant(above, places[part])
        left_gaps, right_gaps = (majorant - minorant)[left], (majorant - minorant)[right]
        gap = float(max(left_gaps.max(), right_gaps.max()))
        if right_gaps.max() > left_gaps.max():
            end = int(right[right_gaps == gap].max())
            start = int(left[left <= end].max())
        else:
            start = int(left[left_gaps == gap].min())
            end = int(right[right >= start].min())
        if gap <= found or end <= start:
            return found / 2
        outside = (above - minorant)[: start + 1].max(), (majorant - below)[end:].max()
        found = max(found, *(float(distance) for distance in outside))
        if (start, end) == (0, high - low):
            return found / 2
        low, high = low + start, low + end


def _untied(values: Floats) -> Floats:
    """The values in order, no two the same."""
    levels, counts = np.unique(values, return_counts=True)
    if len(levels) == len(values):
        return levels
    steps = np.diff(levels)
    nearest = np.minimum(np.concatenate([steps[:1], steps]), np.concatenate([steps, steps[-1:]]))
    within = np.arange(len(values)) - np.repeat(np.cumsum(counts) - counts, counts)
    shift = (within + 0.5) / np.repeat(counts, counts) - 0.5
    return np.asarray(np.repeat(levels, counts) + shift * np.repeat(nearest, counts) / 2, dtype=np.float64)


def _convex_minorant(heights: Floats, places: Floats) -> tuple[Floats, Ints]:
    """The largest convex curve below the points, and the points that it touches."""
    touched, curve, at = [0], [heights[:1]], 0
    while at < len(places) - 1:
        slopes = (heights[at + 1 :] - heights[at]) / (places[at + 1 :] - places[at])
        reach = int(np.argmin(slopes)) + 1
        curve.append(heights[at] + (places[at + 1 : at + reach + 1] - places[at]) * slopes[reach - 1])
        at += reach
        touched.append(at)
    return np.concatenate(curve), np.asarray(touched, dtype=np.int64)


def _concave_majorant(heights: Floats, places: Floats) -> tuple[Floats, Ints]:
    curve, touched = _convex_minorant(1 - heights[::-1], places[-1] - places[::-1])
    return 1 - curve[::-1], (len(places) - 1 - touched)[::-1]


def chance(found: float, n: int) -> float:
    """The chance of so large a dip among ``n`` numbers that form one crowd: at most this, and never below 0.0002."""
    level = found * float(np.sqrt(n))
    if level < _LEVELS[0]:
        return 1.0
    return float(np.exp(np.interp(level, _LEVELS, np.log(_SHARES))))
