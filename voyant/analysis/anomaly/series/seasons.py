"""Seasons: which cycles a series repeats, and what each adds to its values.

A cycle counts as a season where every cycle is foretold by the others: noise, however persistent, is not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from voyant.analysis.anomaly.series.steady import deviation, running_median
from voyant.analysis.anomaly.series.tails import Floats

FEWEST_CYCLES = 3
_LEAST_FORETOLD = 0.1
"""Of the variance within cycles, by the others; with fewer than six cycles chance foretells more."""
_LEAST_FORETOLD_BY_FEW = 0.3
_LEAST_FORETOLD_BY_ONE = 0.6
_FEW_CYCLES = 6
_CYCLES_AROUND = 5
"""A pattern may change slowly: it is the median over the cycle and so many on either side."""
_VALUES_A_PHASE = 9
_MOST = 3.5
_ERROR_OF_DEVIATION = 1.36
"""Of the logarithm of a median absolute deviation: its variance times the number of values (normal ones)."""
_LEAST_ECHO = 0.3
"""Autocorrelation at a period that no calendar names."""


class Cycle(Struct, frozen=True):
    """A season that a series may have.

    Attributes:
        points: Its length.
        name: Such as ``day``; empty where no calendar names it.
    """

    points: int
    name: str = ""


class Seasonal(Struct, frozen=True):
    """The seasons found and what they do to the values.

    Attributes:
        added: What they add to each.
        level: Slow, around which values of some phases vary more than those of others.
        spread: How much those of that phase do, 1 on the whole.
    """

    cycles: tuple[Cycle, ...]
    added: Floats
    level: Floats
    spread: Floats

    def without(self, values: Floats) -> Floats:
        """The values without seasons, equally varied at every phase."""
        return self.level + (values - self.added - self.level) / self.spread

    def within(self, values: Floats) -> Floats:
        """The way back."""
        return self.level + (values - self.level) * self.spread + self.added

    def continued(self, points: int) -> Seasonal:
        """The same for a longer series: the last period repeated, the level as it was last."""
        period = max((cycle.points for cycle in self.cycles), default=1)
        more = points - len(self.added)
        return Seasonal(
            self.cycles,
            np.concatenate((self.added, np.resize(self.added[-period:], more))),
            np.concatenate((self.level, np.full(more, self.level[-1]))),
            np.concatenate((self.spread, np.resize(self.spread[-period:], more))),
        )


def seasonal(values: Floats, candidates: Sequence[Cycle], fewest_cycles: int = FEWEST_CYCLES) -> Seasonal:
    """The seasons of a series without gaps, shortest first, each looked for in what those before it left."""
    added = np.zeros_like(values)
    found: list[Cycle] = []
    for cycle in sorted(candidates, key=lambda each: each.points):
        if not 2 <= cycle.points <= len(values) // fewest_cycles:
            continue
        rest = _within(values - added, cycle.points)
        if _foretold(rest, cycle.points):
            added = added + _pattern(rest, cycle.points)
            found.append(cycle)
    if not found and (echo := _echo(values)) is not None:
        rest = _within(values, echo.points)
        if _foretold(rest, echo.points):
            added, found = _pattern(rest, echo.points), [echo]
    if not found:
        return Seasonal((), added, added, np.ones_like(values))
    rest = values - added
    return Seasonal(tuple(found), added, running_median(rest, found[0].points | 1), _spread(rest, found[0].points))


def _within(values: Floats, period: int) -> Floats:
    """What is left without the level, which one period around each value gives."""
    return values - running_median(values, period | 1)


def _by_cycle(values: Floats, period: int) -> Floats:
    """One row a cycle; what the last one lacks is NaN."""
    cycles = math.ceil(len(values) / period)
    padded = np.full(cycles * period, np.nan)
    padded[: len(values)] = values
    return padded.reshape(cycles, period)


def _foretold(rest: Floats, period: int) -> bool:
    """Whether each cycle is like the mean of the others, beyond what chance does."""
    usual = deviation(rest)
    most = _MOST * usual if usual > 0 else math.inf
    cycles = _by_cycle(np.clip(rest, -most, most), period)[: len(rest) // period]
    count = len(cycles)
    others = (cycles.sum(axis=0)[None, :] - cycles) / (count - 1)
    total = float(np.sum(cycles**2))
    if total == 0:
        return False
    foretold = 1 - float(np.sum((cycles - others) ** 2)) / total
    alike = np.sum(cycles * others, axis=1)
    if count < _FEW_CYCLES:
        return foretold > (_LEAST_FORETOLD_BY_FEW if count > 2 else _LEAST_FORETOLD_BY_ONE) and bool(np.all(alike > 0))
    error = float(np.std(alike, ddof=1)) / count**0.5
    return foretold > _LEAST_FORETOLD and float(np.mean(alike)) > 3 * error


def _pattern(rest: Floats, period: int) -> Floats:
    """What the season adds to each value: the median of its phase over the cycles around it."""
    cycles = _by_cycle(rest, period)
    count = len(cycles)
    around = [
        np.nanmedian(
            cycles[max(0, min(at - _CYCLES_AROUND, count - 2 * _CYCLES_AROUND - 1)) :][: 2 * _CYCLES_AROUND + 1], axis=0
        )
        for at in range(count)
    ]
    pooled = min(count, 2 * _CYCLES_AROUND + 1)
    window = math.ceil(_VALUES_A_PHASE / pooled) | 1
    if window > 1 and period >= 12 * window:
        around = [_around_the_clock(row, window) for row in around]
    return np.concatenate([row - np.median(row) for row in around])[: len(rest)]


def _around_the_clock(pattern: Floats, window: int) -> Floats:
    from scipy.ndimage import median_filter

    return np.asarray(median_filter(pattern, size=window, mode="wrap"))


def _spread(rest: Floats, period: int) -> Floats:
    """How much the values of each phase vary, over how much all do; within half and four times that,
    and no farther from 1 than chance lets one be sure of."""
    sizes = np.abs(_within(rest, period))
    overall = float(np.median(sizes))
    if overall == 0:
        return np.ones_like(rest)
    cycles = _by_cycle(sizes, period)
    window = max(math.ceil(4 * _VALUES_A_PHASE / len(cycles)), period // 24) | 1
    if window * 2 > period:
        return np.ones_like(rest)
    logs = np.log(np.clip(_mean_around(np.nanmedian(cycles, axis=0), window) / overall, 0.5, 4.0))
    by_chance = _ERROR_OF_DEVIATION / (window * len(cycles))
    beyond = max(0.0, 1 - by_chance / max(float(np.var(logs)), by_chance))
    return np.tile(np.exp(beyond * logs), len(cycles))[: len(rest)]


def _mean_around(pattern: Floats, window: int) -> Floats:
    from scipy.ndimage import uniform_filter1d

    return np.asarray(uniform_filter1d(pattern, size=window, mode="wrap"))


def _echo(values: Floats) -> Cycle | None:
    """The period at which the series resembles itself most, if it does."""
    longest = len(values) // FEWEST_CYCLES
    if longest < 4:
        return None
    rest = values - running_median(values, longest | 1)
    usual = deviation(rest)
    if usual > 0:
        rest = np.clip(rest, -_MOST * usual, _MOST * usual)
    rest = rest - rest.mean()
    size = 1 << (2 * len(rest) - 1).bit_length()
    power = np.abs(np.fft.rfft(rest, size)) ** 2
    echoes = np.fft.irfft(power, size)[: longest + 2]
    if echoes[0] <= 0:
        return None
    echoes = echoes / echoes[0] * (len(rest) / (len(rest) - np.arange(len(echoes))))
    peaks = [
        lag
        for lag in range(2, longest + 1)
        if echoes[lag] > _LEAST_ECHO and echoes[lag] >= echoes[lag - 1] and echoes[lag] > echoes[lag + 1]
    ]
    if not peaks:
        return None
    highest = max(echoes[lag] for lag in peaks)
    return Cycle(next(lag for lag in peaks if echoes[lag] >= 0.9 * highest))
