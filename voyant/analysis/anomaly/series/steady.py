"""A series in which no single value, and no single jump, counts for more than a few usual ones."""

from __future__ import annotations

import numpy as np

from voyant.analysis.anomaly.series.tails import Floats
from voyant.analysis.insights.ranks import midranks

_FARTHEST_LAG = 32
_MOST = 4.0
"""Usual deviations that one value may count for."""
_BURST = 16
"""Lags over which sizes of innovations are held against one another."""
_SURE = 2.5
"""Standard errors."""
_BLOCKS = 12
_LEAST_GROWTH = 1.5
"""Of the level, between its lower and its upper tenth, for its spread to tell anything."""
SD_PER_DEVIATION = 1.4826
"""Makes the median absolute deviation of normal values their standard deviation (Hampel, 1974)."""


def tamed(values: Floats) -> Floats:
    """The values with each innovation held within four usual ones; gaps stay.

    What is taken for an innovation follows from how far values a few steps apart differ (a robust variogram, which a
    few shifts of level hardly touch): the value itself in noise without memory, the step from the last one where the
    level wanders.
    """
    known = ~np.isnan(values)
    result = values.copy()
    if np.sum(known) >= 8:
        result[known] = _held(values[known])
    return result


def comes_in_bursts(values: Floats) -> bool:
    """Whether large innovations come close together, as in prices: the ranks of their sizes are correlated over the
    lags from 2 to 17 (as the squares are in McLeod and Li, 1983)."""
    known = values[~np.isnan(values)]
    if len(known) < 8 or np.all(known == known[0]):
        return False
    innovations, middle = _innovations(known, memory_of(known))
    ranks = midranks(np.abs(innovations - middle))
    ranks = ranks - ranks.mean()
    total = float(ranks @ ranks)
    lags = range(2, min(_BURST, len(ranks) // 4) + 2)
    alike = sum(float(ranks[lag:] @ ranks[:-lag]) for lag in lags)
    return total > 0 and alike / total > _SURE * (len(lags) / len(ranks)) ** 0.5


def _innovations(values: Floats, memory: float) -> tuple[Floats, Floats]:
    """What each value adds to what is left of the last one, and what it usually adds at the time."""
    rest = values - values[0]
    innovations = np.concatenate((rest[:1], rest[1:] - memory * rest[:-1]))
    return innovations, running_median(innovations, 2 * _FARTHEST_LAG + 1)


def _held(values: Floats) -> Floats:
    from scipy.signal import lfilter

    memory = memory_of(values)
    innovations, middle = _innovations(values, memory)
    usual = deviation(innovations - middle)
    if usual == 0:
        return values
    held = middle + np.clip(innovations - middle, -_MOST * usual, _MOST * usual)
    return np.asarray(values[0] + lfilter([1.0], [1.0, -memory], held))


def memory_of(values: Floats) -> float:
    """How much of a value is left in the next one, 0 to 1, robustly."""
    lag = max(2, min(_FARTHEST_LAG, len(values) // 8))
    near, far = deviation(values[1:] - values[:-1]), deviation(values[lag:] - values[:-lag])
    return 0.0 if far == 0 else min(1.0, max(0.0, 1 - (near / far) ** 2))


def deviation(values: Floats) -> float:
    """The scaled median absolute deviation; where more than half of the values are the same, the scaled distance
    from the 5th to the 95th percentile."""
    found = SD_PER_DEVIATION * float(np.median(np.abs(values - np.median(values))))
    if found > 0:
        return found
    low, high = np.quantile(values, (0.05, 0.95))
    return float(high - low) / 3.29


def running_median(values: Floats, window: int) -> Floats:
    """The median of ``window`` values around each; at the ends the series is mirrored."""
    from scipy.ndimage import median_filter

    if len(values) <= 2:
        return values.copy()
    return np.asarray(median_filter(values, size=min(window, 2 * ((len(values) - 1) // 2) + 1), mode="mirror"))


def resolution(values: Floats) -> float:
    """The difference below which nothing is made of it: a hundredth of the spread; one, for whole numbers."""
    known = values[~np.isnan(values)]
    spread = deviation(known) or float(np.std(known))
    whole = bool(np.all(known == np.round(known)))
    return max(0.01 * spread, 1.0 if whole else 0.0)


def grows_with_level(values: Floats) -> bool:
    """Whether the values scatter in proportion to their level, so that their logarithms are what is to be searched
    (Guerrero 1993, for the two powers 0 and 1)."""
    known = values[~np.isnan(values)]
    blocks = np.array_split(known, _BLOCKS)
    if len(known) < 4 * _BLOCKS or np.min(known) <= 0:
        return False
    levels = np.array([np.median(block) for block in blocks])
    spreads = np.array([deviation(np.diff(block)) for block in blocks])
    if np.any(spreads <= 0) or np.quantile(levels, 0.9) < _LEAST_GROWTH * np.quantile(levels, 0.1):
        return False
    raw, relative = spreads, spreads / levels
    return bool(np.std(relative) / np.mean(relative) < 0.7 * np.std(raw) / np.mean(raw))


def filled(values: Floats) -> Floats:
    """Gaps bridged by straight lines."""
    known = ~np.isnan(values)
    places = np.arange(len(values))
    return np.asarray(np.interp(places, places[known], values[known]))
