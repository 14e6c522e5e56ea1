"""Where the course of a series changes: the breaks between straight lines."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
from msgspec import Struct

from voyant.analysis.forecast.seasons import Floats

_SHORTEST = 6
_MOST_POINTS = 2000
_PENALTY = 4.5
_NORMAL_DEVIATION = 0.6745
_MOST_CHANGES = 5
"""What changes more often is no series of lines."""
_NEAR = 3
"""Values on each side that a value is held against."""
_SPIKE = 5.0
"""Usual deviations from its neighbours, from which a value stands alone."""
_LEAST_NOISE = 1e-6
"""Of the variance of a series: below it there is none but that of computing."""
_WANDERING = 0.5
"""Of the correlation of what the lines leave: a series that drifts about has no breaks that mean something."""


class Break(Struct, frozen=True):
    """A change.

    Attributes:
        at: Index of the first value after it.
        before: Where the line before it ends, at the last value before; ``after`` where the line after it begins.
        slope_before: Change per period; ``slope_after`` the same since.
    """

    at: int
    before: float
    after: float
    slope_before: float
    slope_after: float


def find_breaks(rest: Floats, shortest: int = _SHORTEST) -> list[Break]:
    """The breaks of a series without seasons, oldest first; none where one line does as well.

    The segmentation with the least squared error from straight lines, each further one costing as much as chance could
    gain (optimal partitioning: Jackson et al. 2005). Where what is left hangs together from one value to the next,
    chance gains more: the cost grows by (1 + r) / (1 - r) with that correlation r, until no line falls away. Single
    values far from their neighbours make no break.
    """
    shortest = max(shortest, _SHORTEST)
    n = len(rest)
    if n < 2 * shortest or n > _MOST_POINTS or float(np.ptp(rest)) == 0:
        return []
    rest = _without_spikes(rest)
    costs = _Costs(rest)
    edges = _segments(costs, n, shortest, _cost_of_a_line(rest, [0, n]) if n < 4 * shortest else _quiet_cost(rest))
    while len(edges) > 2:
        fewer = _segments(costs, n, shortest, _cost_of_a_line(rest, edges))
        if len(fewer) >= len(edges):
            break
        edges = fewer
    if len(edges) - 2 > _MOST_CHANGES or _left(rest, edges)[1] > _WANDERING:
        return []
    lines = [_line(rest, start, end) for start, end in pairwise(edges)]
    return [
        Break(
            at=edge,
            before=before[0] + before[1] * (edge - start - 1),
            after=after[0],
            slope_before=before[1],
            slope_after=after[1],
        )
        for (start, edge), (before, after) in zip(pairwise(edges), pairwise(lines), strict=False)
    ]


def _without_spikes(rest: Floats) -> Floats:
    """The series with what its neighbours say in place of single values far from these (Hampel's filter): their median,
    at both ends the line through them (Theil 1950, Sen 1968), since a median there would flatten a slope."""
    width = 2 * _NEAR + 1
    windows = np.lib.stride_tricks.sliding_window_view(rest, width)
    expected = np.concatenate(
        [_robust_line(rest[:width])[:_NEAR], np.median(windows, axis=1), _robust_line(rest[-width:])[-_NEAR:]]
    )
    off = np.abs(rest - expected)
    usual = float(np.median(off)) / _NORMAL_DEVIATION
    return np.where(off > max(_SPIKE * usual, 1e-9 * float(np.abs(rest).max())), expected, rest)


def _robust_line(values: Floats) -> Floats:
    places = np.arange(len(values), dtype=np.float64)
    earlier, later = np.triu_indices(len(values), 1)
    slope = float(np.median((values[later] - values[earlier]) / (later - earlier)))
    return np.asarray(np.median(values - slope * places) + slope * places)


def _segments(costs: _Costs, n: int, shortest: int, line: float) -> list[int]:
    """The edges of the stretches of the cheapest segmentation, where a line costs so much."""
    best = np.full(n + 1, np.inf)
    best[0] = 0.0
    last = np.zeros(n + 1, dtype=np.int64)
    for end in range(shortest, n + 1):
        starts = np.arange(0, end - shortest + 1)
        totals = best[starts] + costs.of(starts, end) + line
        last[end] = starts[int(np.argmin(totals))]
        best[end] = totals.min()
    edges = [n]
    while edges[-1] > 0:
        edges.append(int(last[edges[-1]]))
    return edges[::-1]


class _Costs:
    """Squared errors from the straight line through any stretch, from running sums."""

    def __init__(self, values: Floats) -> None:
        x = np.arange(len(values), dtype=np.float64)
        centred = values - values.mean()
        self._sums = np.vstack(
            [np.concatenate([[0.0], np.cumsum(part)]) for part in (x, centred, x * x, x * centred, centred * centred)]
        )

    def of(self, starts: np.ndarray[tuple[int], np.dtype[np.int64]], end: int) -> Floats:
        n = (end - starts).astype(np.float64)
        sx, sy, sxx, sxy, syy = self._sums[:, end][:, None] - self._sums[:, starts]
        vxx, vxy, vyy = sxx - sx * sx / n, sxy - sx * sy / n, syy - sy * sy / n
        return np.asarray(np.maximum(vyy - np.divide(vxy**2, vxx, out=np.zeros_like(vxx), where=vxx > 0), 0.0))


def _quiet_cost(rest: Floats) -> float:
    """Of a line where the noise is that of second differences, in which neither lines nor a few breaks count."""
    second = np.diff(rest, 2)
    middle = float(np.median(np.abs(second - np.median(second)))) / _NORMAL_DEVIATION
    return _cost(rest, middle**2 / 6, 0.0)


def _cost_of_a_line(rest: Floats, edges: list[int]) -> float:
    """Where the noise is what the lines between these edges leave."""
    left, correlation = _left(rest, edges)
    freedom = max(1, len(rest) - 2 * (len(edges) - 1))
    return _cost(rest, float(left @ left) / freedom, correlation)


def _left(rest: Floats, edges: list[int]) -> tuple[Floats, float]:
    """What the lines between these edges leave, and how it hangs together from one value to the next."""
    lines = [(start, end, *_line(rest, start, end)) for start, end in pairwise(edges)]
    left = rest - np.concatenate([at + slope * np.arange(end - start) for start, end, at, slope in lines])
    total = float(left @ left)
    noisy = total > _LEAST_NOISE * float(rest.var())
    correlation = float(left[1:] @ left[:-1]) / total if noisy else 0.0
    # A line through few values takes away much of what makes them hang together (Marriott and Pope 1954).
    correlation += len(lines) * (2 + 4 * correlation) / len(rest)
    return left, float(np.clip(correlation, 0.0, 0.95))


def _cost(rest: Floats, variance: float, correlation: float) -> float:
    least = max(variance, _LEAST_NOISE * float(rest.var()))  # else lines through what has none cost nothing
    return _PENALTY * least * math.log(len(rest)) * (1 + correlation) / (1 - correlation)


def _line(values: Floats, start: int, end: int) -> tuple[float, float]:
    slope, intercept = np.polyfit(np.arange(end - start), values[start:end], 1)
    return float(intercept), float(slope)
