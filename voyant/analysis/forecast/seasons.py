"""Which seasons a series has: their lengths in periods, and what speaks for each.

A season is one of the calendar where the data show it, and any other length that stands out of the spectrum.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_FINE = 26
"""Of a longer season the series is looked at by blocks, so that the noise of single periods hides nothing."""
_ONE_SIDED = 1.645
_STRONG = 0.6
"""Of the strength from which a season counts, however short the series is."""
_FEWEST_CYCLES = 2
_FEWEST_CYCLES_UNNAMED = 6
_SHORTEST = 3
_CHANCE = 1e-4
"""Of a length that no calendar suggests."""


class Season(Struct, frozen=True):
    """A season.

    Attributes:
        length: In periods.
        strength: 0 to 1: how much of what is left beside the trend it is, 1 - Var(remainder) / Var(season + remainder)
            (Wang, Smith and Hyndman 2006).
        correlation: Of the differences of the series with themselves a season earlier; of a season longer than 26
            periods, of the series without its trend.
        calendar: Whether the calendar suggests that length.
    """

    length: int
    strength: float
    correlation: float
    calendar: bool


def find_seasons(values: Floats, suggested: Sequence[int], *, search: bool = True) -> tuple[Season, ...]:
    """The seasons, shortest first; none where the series shows none or does not hold two of them.

    A length that the calendar suggests needs an autocorrelation of the differences at it above what chance gives
    (one-sided 5 %, by Bartlett's formula, as in the Theta method; Assimakopoulos and Nikolopoulos 2000), or a strength
    of 0.6; and to explain more than chance would. Any other needs to stand out of the periodogram of the series without
    trend, known seasons and autoregression (Fisher's g test, 0.01 %) and at least six cycles.

    Args:
        suggested: Lengths that the calendar suggests, shortest first.
        search: Whether to look for others.
    """
    found: list[Season] = []
    rest = values
    for length in suggested:
        season, rest = _tested(rest, length, calendar=True)
        found += season
    if search:
        other = _in_spectrum(rest)
        if other is not None and all(other % known.length and known.length % other for known in found):
            season, _ = _tested(rest, other, calendar=False)
            found += season
    return tuple(sorted(found, key=lambda season: season.length))


def holds_two(periods: int, length: int) -> bool:
    """Whether so many periods hold the two cycles without which a season cannot be told from the rest."""
    return periods > _FEWEST_CYCLES * length


def _tested(values: Floats, length: int, *, calendar: bool) -> tuple[list[Season], Floats]:
    """The season of that length where there is one, and the series without it."""
    if not holds_two(len(values), length) or length < 2 or float(np.ptp(values)) == 0:
        return [], values
    block = max(1, round(length / _FINE))
    coarse = _blocks(values, block)
    lag = round(length / block)
    if not holds_two(len(coarse), lag):
        return [], values
    seasonal, remainder = profile_of(coarse, lag)
    # Differences hide the slow rise and fall of a long season, and a trend that wanders hides short ones.
    inner = (seasonal + remainder)[lag // 2 : len(coarse) - lag // 2]
    correlation, bound = _autocorrelation(np.diff(coarse) if block == 1 else inner, lag)
    both = float(np.var(seasonal + remainder))
    strength = max(0.0, 1 - float(np.var(remainder)) / both) if both > 0 else 0.0
    # A season that takes one value of each two cycles from the data explains half of pure noise.
    cycles = len(coarse) / lag
    expected = 1 / cycles
    adjusted = max(0.0, (strength - expected) / (1 - expected))
    if adjusted == 0 or (correlation <= bound and adjusted < _STRONG):
        return [], values
    without = values - np.resize(profile_of(values, length)[0][:length], len(values))
    return [Season(length, adjusted, correlation, calendar)], without


def profile_of(values: Floats, length: int) -> tuple[Floats, Floats]:
    """The mean course of a season beside a moving average as trend, and what is left of the series without both."""
    trend = moving_average(values, length)
    place = np.arange(len(values)) % length
    detrended = values - trend
    inner = np.arange(len(values))
    inside = (inner >= length // 2) & (inner < len(values) - length // 2)
    sums = np.bincount(place[inside], weights=detrended[inside], minlength=length)
    counts = np.maximum(np.bincount(place[inside], minlength=length), 1)
    means = sums / counts
    seasonal = (means - means.mean())[place]
    return seasonal, detrended - seasonal


def moving_average(values: Floats, length: int) -> Floats:
    """Centred over a season, the ends continued by the straight line through the outermost season."""
    weights = np.full(length, 1 / length)
    if length % 2 == 0:
        weights = np.convolve(weights, [0.5, 0.5])
    half = len(weights) // 2
    inner = np.convolve(values, weights, "valid")
    if len(inner) < 2:
        return np.full(len(values), values.mean())
    steps = np.arange(1, half + 1)
    reach = min(len(inner) - 1, length)
    rise_start, rise_end = (inner[reach] - inner[0]) / reach, (inner[-1] - inner[-1 - reach]) / reach
    return np.concatenate([inner[0] - steps[::-1] * rise_start, inner, inner[-1] + steps * rise_end])


def _blocks(values: Floats, size: int) -> Floats:
    """Means of so many values each; the oldest that fill no block are left out."""
    whole = len(values) // size * size
    return np.asarray(values[len(values) - whole :].reshape(-1, size).mean(axis=1))


def _autocorrelation(values: Floats, lag: int) -> tuple[float, float]:
    """At the lag, and what it has to exceed."""
    centred = values - values.mean()
    total = float(centred @ centred)
    if total == 0 or len(centred) <= lag:
        return 0.0, 1.0
    until = np.array([centred[step:] @ centred[:-step] for step in range(1, lag + 1)]) / total
    return float(until[-1]), float(_ONE_SIDED * np.sqrt((1 + 2 * np.sum(until[:-1] ** 2)) / len(values)))


def _in_spectrum(values: Floats) -> int | None:
    """The length whose cycle stands out most, where it does so beyond chance."""
    n = len(values)
    if n < _FEWEST_CYCLES_UNNAMED * _SHORTEST or float(np.ptp(values)) == 0:
        return None
    whitened = _whitened(values)
    ordinates = np.abs(np.fft.rfft(whitened - whitened.mean()))[1 : (len(whitened) - 1) // 2 + 1] ** 2
    total = float(ordinates.sum())
    if total == 0 or len(ordinates) < _FEWEST_CYCLES_UNNAMED:
        return None
    peak = int(np.argmax(ordinates))
    length = round(len(whitened) / (peak + 1))
    share = float(ordinates[peak]) / total
    chance = len(ordinates) * (1 - share) ** (len(ordinates) - 1)  # the first term of Fisher's sum, an upper bound
    enough = n >= _FEWEST_CYCLES_UNNAMED * length
    return length if chance < _CHANCE and enough and length >= _SHORTEST else None


def _whitened(values: Floats) -> Floats:
    """What an autoregression of order two on the differences leaves: a drifting level is no cycle."""
    differences = np.diff(values)
    lagged = np.column_stack([differences[1:-1], differences[:-2]])
    weights, *_ = np.linalg.lstsq(lagged, differences[2:], rcond=None)
    return np.asarray(differences[2:] - lagged @ weights)
