"""Measures of how far two distributions are apart, each with what chance alone makes of it.

Counts of both sides come as arrays over the same places: values, bins, or points in ascending order.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MEAN_OF_KOLMOGOROV = math.sqrt(math.pi / 2) * math.log(2)
_MOST_EXACT = 10_000
_FEWEST_EXPECTED = 5
_LOGITS = np.linspace(-16.0, 16.0, 257)


class Measured(Struct, frozen=True):
    """A distance.

    Attributes:
        p: Of no difference; None where the measure has no test.
        error: The exact figure is at most this far away.
        noise: The mean of the distance where nothing has changed.
    """

    value: float
    p: float | None = None
    error: float = 0.0
    noise: float | None = None


class Ordered(Struct, frozen=True):
    """Two distributions over places in ascending order.

    Attributes:
        places: The points that hold the counts; of bins their edges, one more than counts.
    """

    places: Floats
    before: Ints
    after: Ints

    @property
    def binned(self) -> bool:
        return len(self.places) > len(self.before)

    @property
    def sizes(self) -> tuple[int, int]:
        return int(self.before.sum()), int(self.after.sum())

    def cumulative(self) -> tuple[Floats, Floats]:
        """Of each place, the share of both sides with it or a smaller one."""
        before, after = (np.cumsum(side) / max(1, int(side.sum())) for side in (self.before, self.after))
        return before, after


def wasserstein(pair: Ordered, scale: float) -> Measured:
    """The area between the distribution functions (Wasserstein-1, earth mover's distance) over ``scale``.

    Of bins it is interpolated; the error is what the values' places within their bins leave open. Under no change the
    scaled difference of the functions tends to a Brownian bridge (del Barrio, Giné and Matrán 1999); mean and variance
    of the area under its absolute value are exact, and a lognormal distribution with these gives the p-value: its upper
    tail is within a tenth of the area's where it is uniform.
    """
    before, after = pair.cumulative()
    if pair.binned:
        value, error = _area_of_bins(np.diff(pair.places) / scale, before, after)
        # Mass is spread over its bin: the pooled function at its middle.
        widths, pooled = np.diff(pair.places) / scale, _pooled(pair) - _steps(pair) / 2
    else:
        widths = np.diff(pair.places) / scale
        value, error = float((np.abs(before - after)[:-1] * widths).sum()), 0.0
        pooled = _pooled(pair)[:-1]
    mean, variance = _area_by_chance(widths, pooled)
    shrink = math.sqrt(sum(1 / size for size in pair.sizes))
    if value <= 0 or mean <= 0:
        return Measured(value, 1.0 if value <= 0 else 0.0, error, mean * shrink)
    width = math.log1p(variance / mean**2)
    above = (math.log(value / shrink / mean) + width / 2) / math.sqrt(width)
    return Measured(value, float(special.ndtr(-above)), error, mean * shrink)


def _area_of_bins(widths: Floats, before: Floats, after: Floats) -> tuple[float, float]:
    left_before, left_after = np.append(0.0, before[:-1]), np.append(0.0, after[:-1])
    left, right = left_before - left_after, before - after
    size = np.abs(left) + np.abs(right)
    crossing = left * right < 0
    squares = np.divide(left**2 + right**2, size, out=np.zeros_like(size), where=size > 0)
    areas = np.where(crossing, squares, size) / 2
    most = np.maximum(before - left_after, after - left_before)
    least = np.maximum(0.0, np.maximum(left_before - after, left_after - before))
    return float((areas * widths).sum()), float((np.maximum(most - areas, areas - least) * widths).sum())


def _pooled(pair: Ordered) -> Floats:
    total = pair.before + pair.after
    return np.asarray(np.cumsum(total) / max(1, int(total.sum())), dtype=np.float64)


def _steps(pair: Ordered) -> Floats:
    total = pair.before + pair.after
    return np.asarray(total / max(1, int(total.sum())), dtype=np.float64)


def _area_by_chance(widths: Floats, pooled: Floats) -> tuple[float, float]:
    """Mean and variance of the area under the absolute value of a Brownian bridge run through ``pooled``."""
    inside = (pooled > 0) & (pooled < 1)
    share = pooled[inside]
    means = math.sqrt(2 / math.pi) * widths[inside] * np.sqrt(share * (1 - share))
    cells = np.searchsorted(_LOGITS, np.log(share / (1 - share)))
    weights = np.bincount(cells, weights=means, minlength=len(_LOGITS) + 1)
    return float(means.sum()), float((_bridge() * np.outer(weights, weights)).sum())


@lru_cache(maxsize=1)
def _bridge() -> Floats:
    """The covariance of the absolute values of a Brownian bridge at two shares, over the product of their means: for
    normal variables with correlation r, sqrt(1 - r²) + r asin r - 1 (Nabeya 1951)."""
    share = special.expit(np.append(_LOGITS, _LOGITS[-1]))
    odds = share / (1 - share)
    r = np.sqrt(np.minimum.outer(odds, odds) / np.maximum.outer(odds, odds))
    return np.asarray(np.sqrt(np.maximum(0.0, 1 - r**2)) + r * np.arcsin(np.minimum(r, 1.0)) - 1, dtype=np.float64)


def kolmogorov_smirnov(pair: Ordered, *, exact: bool) -> Measured:
    """The largest distance of the distribution functions.

    Args:
        exact: With the exact p-value (Hodges 1958) where neither side has more than 10,000 values, at a cost in the
            order of their product; otherwise with Stephens' (1970) approximation, which errs to the side of no change
            where values repeat.
    """
    before, after = pair.cumulative()
    n, m = pair.sizes
    apart = np.abs(before - after)
    value = float(apart.max(initial=0.0))
    most = value
    if pair.binned and len(before):
        left_before, left_after = np.append(0.0, before[:-1]), np.append(0.0, after[:-1])
        most = float(np.maximum(before - left_after, after - left_before).max())
    noise = _MEAN_OF_KOLMOGOROV * math.sqrt(1 / n + 1 / m)
    steps = int(np.abs(np.cumsum(pair.before) * m - np.cumsum(pair.after) * n).max(initial=0))
    if exact and not pair.binned and max(n, m) <= _MOST_EXACT:
        p = _lattice_p(n, m, steps)
    else:
        root = math.sqrt(n * m / (n + m))
        p = float(special.kolmogorov((root + 0.12 + 0.11 / root) * value))
    return Measured(value, p, most - value, noise)


@lru_cache(maxsize=4096)
def _lattice_p(n: int, m: int, steps: int) -> float:
    """The chance that a random path from (0, 0) to (n, m) gets as far as ``steps`` / (n m) from the diagonal.

    ``inside[j]`` is the share of the paths to (i, j) that never did: each row follows from the last by
    inside[i, j] = (i inside[i - 1, j] + j inside[i, j - 1]) / (i + j).
    """
    if steps == 0:
        return 1.0
    if n > m:
        n, m = m, n
    columns = np.arange(m + 1, dtype=np.int64)
    # The number of paths to (i, j), of which logarithms stay in range, turns the recursion into a running sum.
    logs = special.gammaln(np.arange(n + m + 2, dtype=np.float64) + 1)
    paths = np.zeros(m + 1)
    scale = 0.0
    reach = int(np.searchsorted(columns * n, steps))
    paths[:reach] = 1.0
    for row in range(1, n + 1):
        low = int(np.searchsorted(columns * n, row * m - steps, side="right"))
        high = int(np.searchsorted(columns * n, row * m + steps))
        paths[low:high] = np.cumsum(paths[low:high])
        paths[:low] = 0.0
        paths[high:] = 0.0
        largest = float(paths[low:high].max(initial=0.0))
        if largest <= 0:
            return 1.0
        if largest > 1e200:
            paths /= largest
            scale += math.log(largest)
    if paths[m] <= 0:
        return 1.0
    inside = math.exp(min(0.0, math.log(paths[m]) + scale - float(logs[n + m] - logs[n] - logs[m])))
    return max(0.0, 1.0 - inside)


def jensen_shannon(before: Ints, after: Ints) -> tuple[Measured, Floats]:
    """The distance (root of the divergence in nats, Lin 1991), and each place's part of the divergence."""
    n, m = int(before.sum()), int(after.sum())
    p, q = before / n, after / m
    middle = (p + q) / 2
    parts = np.maximum(0.0, (special.xlogy(p, _over(p, middle)) + special.xlogy(q, _over(q, middle))) / 2)
    parts[p == q] = 0.0
    used = int((middle > 0).sum())
    noise = math.sqrt(min(math.log(2), max(0, used - 1) * (1 / n + 1 / m) / 8))
    return Measured(math.sqrt(float(parts.sum())), noise=noise), parts


def _over(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.ones_like(whole), where=whole > 0)


def population_stability(before: Ints, after: Ints) -> Measured:
    """The population stability index, every place with half a row more so that none is empty; its mean under no change
    by Yurdakul (2018)."""
    n, m, k = int(before.sum()), int(after.sum()), len(before)
    p, q = (before + 0.5) / (n + k / 2), (after + 0.5) / (m + k / 2)
    value = float(((q - p) * np.log(q / p)).sum())
    return Measured(max(0.0, value), noise=(k - 1) * (1 / n + 1 / m))


def chi_square(before: Ints, after: Ints) -> Measured:
    """Whether both sides have the same shares (Pearson's test of homogeneity); the value is Cramér's V.

    Places where either side expects fewer than five rows (Cochran 1954) are taken together; where still fewer are
    expected there, they are left with the rarest of the others.
    """
    counts = _with_rare_together(np.stack([before, after]).astype(np.float64))
    total, sides = counts.sum(), counts.sum(axis=1, keepdims=True)
    expected = sides * counts.sum(axis=0) / total
    statistic = float(((counts - expected) ** 2 / expected).sum())
    freedom = counts.shape[1] - 1
    if freedom < 1:
        return Measured(0.0, 1.0)
    v = math.sqrt(statistic / total)
    return Measured(v, float(special.chdtrc(freedom, statistic)), noise=math.sqrt(freedom / total))


def _with_rare_together(counts: Floats) -> Floats:
    counts = counts[:, counts.sum(axis=0) > 0]
    if counts.shape[1] <= 2:
        return counts
    smaller = counts.sum(axis=1).min() / counts.sum()
    expected = counts.sum(axis=0) * smaller
    rare = expected < _FEWEST_EXPECTED
    if rare.any() and expected[rare].sum() < _FEWEST_EXPECTED and not rare.all():
        rare[np.argmin(np.where(rare, np.inf, expected))] = True
    if rare.sum() < 2:
        return counts
    return np.column_stack([counts[:, ~rare], counts[:, rare].sum(axis=1)])


def chi_square_fit(before: Ints, after: Ints) -> float:
    """The p-value of the later shares where those of the earlier side are taken as known: it counts the chance in one
    side only, so that unchanged data are called changed too often."""
    expected = before * (int(after.sum()) / int(before.sum()))
    if bool((after[before == 0] > 0).any()):
        return 0.0
    held = before > 0
    statistic = float(((after[held] - expected[held]) ** 2 / expected[held]).sum())
    return float(special.chdtrc(int((before + after > 0).sum()) - 1, statistic))


def deciles(pair: Ordered, parts: int = 10) -> Ints:
    """The first place of each of up to ten bins, in which both sides together (with equal weight) have about the same
    share."""
    before, after = pair.cumulative()
    middle = (before + after) / 2
    cuts = np.searchsorted(middle, np.arange(1, parts) / parts - 1e-12) + 1
    starts = np.unique(np.append(0, cuts))
    return np.asarray(starts[starts < len(pair.before)], dtype=np.int64)
