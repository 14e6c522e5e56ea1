"""The tests behind findings, over arrays; each returns an effect size beside its p-value.

Only ``scipy.special`` is used: importing ``scipy.stats`` would cost two seconds of every command.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy import special

from voyant.analysis.insights.ranks import Floats as Floats
from voyant.analysis.insights.ranks import Ints as Ints
from voyant.analysis.insights.ranks import midranks as midranks


class Result(Struct, frozen=True):
    """What a test says.

    Attributes:
        p: Two-sided unless said otherwise; 1 where nothing could be tested.
        effect: The test's own effect size, signed where it has a direction.
        upper: The largest absolute effect that the data still allow (95 %), for statements that there is none.
        n: Observations used.
    """

    p: float
    effect: float
    upper: float
    n: int


NOTHING = Result(1.0, 0.0, math.inf, 0)


def adjusted(p_values: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg (1995): for each p-value, the lowest false discovery rate at which it still counts.

    >>> adjusted([0.01, 0.04, 0.03])
    [0.03, 0.04, 0.04]
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    capped = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    adjusted_p = np.empty_like(capped)
    adjusted_p[order] = capped
    return [float(value) for value in adjusted_p]


def chi_square(table: NDArray[np.integer]) -> Result:
    """Independence of rows and columns (Pearson); the effect is Cramér's V, bias-corrected (Bergsma 2013)."""
    observed = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0].astype(np.float64)
    n = float(observed.sum())
    rows, columns = observed.shape
    if rows < 2 or columns < 2 or n < 2:
        return NOTHING
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / n
    statistic = float(((observed - expected) ** 2 / expected).sum())
    freedom = (rows - 1) * (columns - 1)
    if float((expected < 1).mean()) > 0.2:
        return Result(1.0, 0.0, math.inf, int(n))  # too thin for the approximation
    phi2 = max(0.0, statistic / n - freedom / (n - 1))
    rows_corrected, columns_corrected = (k - (k - 1) ** 2 / (n - 1) for k in (rows, columns))
    scale = max(1e-9, min(rows_corrected, columns_corrected) - 1)
    upper = math.sqrt((phi2 + 2 * math.sqrt(2 * freedom) / n + 4 * math.sqrt(phi2 / n)) / scale)
    return Result(float(special.chdtrc(freedom, statistic)), min(1.0, math.sqrt(phi2 / scale)), upper, int(n))


def uniformity(counts: NDArray[np.integer]) -> Result:
    """Equal frequencies (Pearson); the effect is Cohen's w."""
    n, k = float(counts.sum()), len(counts)
    if k < 2 or n < 5 * k:
        return NOTHING
    statistic = float(((counts - n / k) ** 2 / (n / k)).sum())
    w = math.sqrt(statistic / n)
    upper = math.sqrt(max(0.0, w**2 + 2 * math.sqrt(2 * (k - 1)) / n))
    return Result(float(special.chdtrc(k - 1, statistic)), w, upper, int(n))


def kruskal_wallis(codes: Ints, groups: int, scores: Floats) -> Result:
    """Whether groups differ in the ranks of a measure; the effect is epsilon squared (Kelley 1935), never below 0.

    ``scores`` may be ranks among more rows than these: the statistic takes their own mean and variance, which for
    ranks of just these rows gives the tie-corrected H of Kruskal and Wallis (1952)."""
    n = len(scores)
    counts = np.bincount(codes, minlength=groups).astype(np.float64)
    held = counts > 0
    k = int(held.sum())
    middle = float(scores.mean()) if n else 0.0
    total = dot(scores, scores) - n * middle**2
    if k < 2 or n <= k or total <= 1e-9:
        return NOTHING
    sums = np.bincount(codes, weights=scores, minlength=groups)
    between = float((counts[held] * (sums[held] / counts[held] - middle) ** 2).sum())
    statistic = min(1.0, between / total) * (n - 1)
    epsilon2 = max(0.0, 1 - (n - 1) * (1 - statistic / (n - 1)) / (n - k))
    upper = epsilon2 + (2 * math.sqrt(2 * (k - 1)) + 4 * math.sqrt(max(0.0, statistic - k + 1))) / n
    return Result(float(special.chdtrc(k - 1, statistic)), epsilon2, upper, n)


def rank_correlation(x_ranks: Floats, y_ranks: Floats) -> Result:
    """Spearman's rho from ranks, with Fisher's bound (standard error of Bonett and Wright 2000)."""
    n = len(x_ranks)
    if n < 5:
        return NOTHING
    rho = correlation(x_ranks, y_ranks)
    return _tested_correlation(rho, n, n)


def dot(a: Floats, b: Floats) -> float:
    """The sum of products, added in the same order on every machine, which a BLAS on several threads does not."""
    return float((a * b).sum())


def correlation(x: Floats, y: Floats) -> float:
    """Pearson's; 0 where one side does not vary."""
    if len(x) == 0:
        return 0.0
    a, b = x - x.mean(), y - y.mean()
    scale = math.sqrt(dot(a, a) * dot(b, b))
    return dot(a, b) / scale if scale > 0 else 0.0


def _tested_correlation(rho: float, n: int, effective: float) -> Result:
    if effective < 4:
        return Result(1.0, rho, 1.0, n)
    rho = max(-1.0, min(1.0, rho))
    t = abs(rho) * math.sqrt((effective - 2) / max(1e-12, 1 - rho**2))
    p = 2 * float(special.stdtr(effective - 2, -t))
    reach = 1.96 * math.sqrt((1 + rho**2 / 2) / max(1.0, effective - 3))
    return Result(p, rho, math.tanh(math.atanh(min(abs(rho), 0.999999)) + reach), n)


def monotone_trend(series: Floats, most_inflation: float = math.inf) -> Result:
    """Whether a series rises or falls steadily; the effect is Kendall's tau.

    Both the slope of a straight line, its error enlarged for autocorrelation, and Mann-Kendall have to say so: the
    p-value is the larger of the two. Where the points are means of independent records, a level that stays after it
    has moved looks like autocorrelation; ``most_inflation`` then bounds how much is made of it."""
    n = len(series)
    if n < 6:
        return NOTHING
    earlier, later = _pairs(n)
    score = float(np.sign(series[later] - series[earlier]).sum())
    _, ties = np.unique(series, return_counts=True)
    variance = (n * (n - 1) * (2 * n + 5) - float((ties * (ties - 1) * (2 * ties + 5)).sum())) / 18
    if variance <= 0:
        return Result(1.0, 0.0, 1.0, n)
    z = max(0.0, abs(score) - 1) / math.sqrt(variance)
    mann_kendall = float(special.erfc(z / math.sqrt(2)))
    inflated = min(most_inflation, inflation(*_around_shape(series)))
    fitted = line(series, inflated)
    t = abs(fitted.change) / max(fitted.error, 1e-12)
    freedom = max(3.0, n / inflated - 2) if math.isinf(most_inflation) else n - 2.0
    slope = 2 * float(special.stdtr(freedom, -t))
    pairs = n * (n - 1) / 2
    upper = (abs(score) + 1.96 * math.sqrt(variance * inflated)) / pairs
    return Result(max(mann_kendall, slope), score / pairs, upper, n)


@lru_cache(maxsize=64)
def _pairs(n: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The indices of all pairs of points, the earlier and the later one."""
    return np.triu_indices(n, 1)


def detrended(series: Floats) -> Floats:
    """What a straight line leaves over."""
    x = np.arange(len(series), dtype=np.float64)
    x -= x.mean()
    slope = dot(x, series) / dot(x, x)
    return np.asarray(series - series.mean() - slope * x, dtype=np.float64)


def _around_shape(series: Floats) -> tuple[Floats, int]:
    """What the best of line, step and hinge leaves over, and how many parameters that took: a misfit of the shape is
    no autocorrelation."""
    found = shape(series)
    if found.kind == "line":
        return detrended(series), 2
    if found.kind == "step":
        before, after = series[: found.at], series[found.at :]
        return np.concatenate([before - before.mean(), after - after.mean()]), 3
    bent = np.maximum(0.0, np.arange(len(series)) - found.at + 1)
    bent -= bent.mean()
    return np.asarray(series - series.mean() - dot(bent, series) / dot(bent, bent) * bent), 3


def inflation(residuals: Floats, parameters: int = 2) -> float:
    """How much autocorrelation at lag 1 enlarges the variance of a sum: n over the effective sample size (Bayley and
    Hammersley 1946), at least 1; the estimate is corrected for its bias in short series (Kendall 1954)."""
    n = len(residuals)
    scale = dot(residuals, residuals)
    if n < 6 or scale <= 1e-12:
        return 1.0
    lag1 = dot(residuals[1:], residuals[:-1]) / scale
    lag1 = (n * lag1 + parameters) / (n - 2 - parameters) if n > 8 else lag1 + parameters / n
    lag1 = min(0.95, lag1)
    return max(1.0, (1 + lag1) / (1 - lag1))


class Line(Struct, frozen=True):
    """A straight line through a series: ``change`` from its first to its last point, its standard ``error``, and
    ``margin``, the half width of its 95 % interval, all in the unit of the series."""

    change: float
    error: float
    margin: float
    level: float


def line(series: Floats, inflated: float | None = None) -> Line:
    """Least squares, the error enlarged for autocorrelation."""
    n = len(series)
    x = np.arange(n, dtype=np.float64) - (n - 1) / 2
    slope = dot(x, series) / dot(x, x)
    left = detrended(series)
    factor = inflation(left) if inflated is None else inflated
    error = math.sqrt(max(0.0, dot(left, left)) / (n - 2) / dot(x, x) * factor) * (n - 1)
    return Line(slope * (n - 1), error, float(special.stdtrit(n - 2, 0.975)) * error, float(series.mean()))


class Shape(Struct, frozen=True):
    """How a series moves: ``line``, ``step`` (level before and after ``at``) or ``hinge`` (flat, then a line from
    ``at``); ``at`` is the index of the first point after the change."""

    kind: str
    at: int
    explained: float


def shape(series: Floats) -> Shape:
    """The simplest of the three that fits about as well as the best, by BIC; steps and hinges leave a fifth of the
    series on each side."""
    n = len(series)
    y = series - series.mean()
    total = dot(y, y) or 1e-12
    left = detrended(series)
    edge = max(3, n // 5)
    ats = np.arange(edge, n - edge + 1)
    if not len(ats):
        return Shape("line", 0, 1 - dot(left, left) / total)
    before = np.cumsum(y)[ats - 1]
    steps = total - before**2 / ats - before**2 / (n - ats)
    bent, squares = _hinges(n, edge)
    hinges = total - (bent * y).sum(axis=1) ** 2 / squares
    best = Shape("line", 0, 1 - dot(left, left) / total)
    lowest = _bic(dot(left, left), n, 2) - 2
    for kind, errors in (("step", steps), ("hinge", hinges)):
        place = int(np.argmin(errors))
        bic = _bic(float(errors[place]), n, 3)
        if bic < lowest:
            lowest, best = bic, Shape(kind, int(ats[place]), 1 - float(errors[place]) / total)
    return best


@lru_cache(maxsize=64)
def _hinges(n: int, edge: int) -> tuple[Floats, Floats]:
    """Series that are flat, then a line, for each place where they may bend, less their means; sums of squares."""
    bent = np.maximum(0.0, np.arange(n) - np.arange(edge, n - edge + 1)[:, None] + 1)
    bent -= bent.mean(axis=1, keepdims=True)
    return bent, (bent**2).sum(axis=1)


def _bic(error: float, n: int, parameters: int) -> float:
    return n * math.log(max(error, 1e-12) / n) + parameters * math.log(n)


def level_shift(series: Floats) -> Result:
    """Whether the level changes once: Pettitt (1979), K shrunk for autocorrelation; the effect is the difference of the
    means on both sides in standard deviations within them."""
    n = len(series)
    if n < 10:
        return NOTHING
    ranks = midranks(series)
    k = 2 * np.cumsum(ranks)[:-1] - np.arange(1, n) * (n + 1)
    at = int(np.argmax(np.abs(k))) + 1
    before, after = series[:at], series[at:]
    left = np.concatenate([before - before.mean(), after - after.mean()])
    strength = float(np.abs(k[at - 1])) ** 2 / inflation(left)
    p = min(1.0, 2 * math.exp(-6 * strength / (n**3 + n**2)))
    spread = math.sqrt(dot(left, left) / (n - 2)) or 1e-12
    return Result(p, float(after.mean() - before.mean()) / spread, math.inf, n)


def friedman(blocks: Floats) -> Result:
    """Whether columns (weekdays, months) differ across rows (weeks, years) (Friedman 1937, with ties); the effect is
    Kendall's W."""
    rows, k = blocks.shape
    if rows < 3 or k < 2:
        return NOTHING
    below = (blocks[:, None, :] < blocks[:, :, None]).sum(axis=2)
    equal = (blocks[:, None, :] == blocks[:, :, None]).sum(axis=2)
    ranks = below + (equal + 1) / 2
    spread = float(((ranks - (k + 1) / 2) ** 2).sum())
    if spread <= 0:
        return NOTHING
    means = ranks.mean(axis=0)
    statistic = (k - 1) * rows**2 * float(((means - (k + 1) / 2) ** 2).sum()) / spread
    w = statistic / (rows * (k - 1))
    return Result(float(special.chdtrc(k - 1, statistic)), w, math.inf, rows * k)


def two_proportions(successes: int, n: int, other_successes: int, other_n: int) -> Result:
    """Whether two shares differ (chi-square with Yates' correction); the effect is Cohen's h, signed."""
    if min(n, other_n) == 0:
        return NOTHING
    p1, p2 = successes / n, other_successes / other_n
    pooled = (successes + other_successes) / (n + other_n)
    variance = pooled * (1 - pooled) * (1 / n + 1 / other_n)
    if variance <= 0:
        return NOTHING
    z = max(0.0, abs(p1 - p2) - 0.5 * (1 / n + 1 / other_n)) / math.sqrt(variance)
    h = 2 * math.asin(math.sqrt(p1)) - 2 * math.asin(math.sqrt(p2))
    reach = 1.96 * math.sqrt(1 / n + 1 / other_n)
    return Result(float(special.erfc(z / math.sqrt(2))), h, abs(h) + reach, n + other_n)


def binomial_tail(successes: int, n: int, p: float) -> float:
    """The chance of at least so many successes."""
    return 1.0 if successes <= 0 else float(special.betainc(successes, n - successes + 1, p))


def poisson_tail(count: int, expected: float) -> float:
    """The chance of at least so many events."""
    return 1.0 if count <= 0 else float(special.gammainc(count, expected))


def f_tail(statistic: float, freedom: float, left: float) -> float:
    """The chance of a larger F."""
    return float(special.fdtrc(freedom, left, statistic))


def t_tail(t: float, freedom: float) -> float:
    """The chance of a larger t (one-sided)."""
    return float(special.stdtr(freedom, -t))


def chi_square_tail(statistic: float, freedom: float) -> float:
    """The chance of a larger chi-square."""
    return float(special.chdtrc(freedom, statistic))
