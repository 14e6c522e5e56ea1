"""Prediction intervals from the errors that a method made out of sample."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from msgspec import Struct
from scipy import special

from voyant.analysis.forecast.seasons import Floats
from voyant.analysis.forecast.validation import Trial

_FEWEST_ERRORS = 3
_POWERS = np.linspace(0, 1, 11)
_USUAL_POWER, _POWER_WEIGHT = 0.5, 20.0
_GROWTHS = np.linspace(0, 1, 21)
_USUAL_GROWTH, _GROWTH_WEIGHT = 0.6, 50.0
_LEAST_FREEDOM, _SHAPE_KNOWN_FROM = 1.5, 8.0
_MOST_STEPS = 24
"""That overlaps are counted in; several of a longer horizon are one, so that its errors count for rather less."""
_TINY = 1e-150  # in place of 0, whose logarithm is no number
_WIDEST_LOG = 20.0  # beyond it nothing is known of the value, and numbers overflow


class Spread(Struct, frozen=True):
    """How far forecasts are off, by how far ahead they look and by how high they are.

    Errors are of a power of the values, so that intervals grow with the level as changes of the series did (Box and Cox
    1964). Those of all steps are brought to one by a power of the step. The half width of an interval is the quantile
    of a Student's t times their scale, which is their root mean square, mixed with what the quantile of their sizes
    says in so far as they are many: the shape is then that of the errors, as split conformal prediction has it (Vovk,
    Gammerman and Shafer 2005). How many they are worth is less than their number, since errors of forecasts that
    overlap hang together.

    Attributes:
        power: 1 for errors of the values, 0 for those of their logarithms, between them where these are between.
        growth: The exponent of the step.
        scaled: The sizes of the errors, brought to one step.
        freedom: How many independent errors would tell as much of their scale.
    """

    power: float
    growth: float
    scaled: Floats
    freedom: float

    def bounds(self, forecast: Floats, level: int) -> tuple[Floats, Floats]:
        """The lower and the upper end of the interval that holds so many percent of what comes."""
        width = self._half_width(level) * np.arange(1, len(forecast) + 1) ** self.growth
        if self.power == 1 or float(forecast.min()) <= 0:
            return forecast - width, forecast + width
        if self.power == 0:
            factor = np.exp(np.minimum(width, _WIDEST_LOG))
            return forecast / factor, forecast * factor
        middle, off = forecast**self.power, self.power * width
        return np.maximum(middle - off, 0) ** (1 / self.power), (middle + off) ** (1 / self.power)

    def _half_width(self, level: int) -> float:
        """Both scales are those of a normal distribution; the t widens them for how little is known of either."""
        place = 0.5 + level / 200
        weight = self.freedom / (self.freedom + _SHAPE_KNOWN_FROM)
        assumed = float(np.sqrt(np.mean(self.scaled**2)))
        quantile = float(np.quantile(self.scaled, min(1.0, level / 100 * (1 + 1 / len(self.scaled)))))
        scale = weight * quantile / float(special.ndtri(place)) + (1 - weight) * assumed
        return scale * float(special.stdtrit(self.freedom, place))


def spread(made: Sequence[Trial], name: str, past: Floats) -> Spread | None:
    """From the errors that a method had made when these values were known; None where they are too few.

    Args:
        past: NaN where none is known.
    """
    until = len(past)
    before = [trial for trial in made if trial.origin < until and name in trial.given]
    reaches = [min(len(trial.actual), until - trial.origin) for trial in before]
    if not before:
        return None
    step = np.concatenate([np.arange(1, reach + 1) for reach in reaches])
    seen = np.concatenate([trial.actual[:reach] for trial, reach in zip(before, reaches, strict=True)])
    said = np.concatenate([trial.given[name][:reach] for trial, reach in zip(before, reaches, strict=True)])
    there = np.isfinite(seen)
    if there.sum() < _FEWEST_ERRORS:
        return None
    step, seen, said = step[there], seen[there], said[there]
    power = _power(past) if min(float(np.nanmin(past)), float(said.min())) > 0 else 1.0
    off = np.abs(_raised(seen, power) - _raised(said, power))
    growth = _growth(step, off)
    freedom = _freedom(tuple(trial.origin for trial in before), tuple(reaches), growth) * float(there.mean())
    return Spread(power=power, growth=growth, scaled=off / step**growth, freedom=max(_LEAST_FREEDOM, freedom))


def _raised(values: Floats, power: float) -> Floats:
    """By Box and Cox, without the constant that differences lose."""
    return np.log(values) if power == 0 else values**power / power


def _power(past: Floats) -> float:
    """That makes the changes from each value to the next likeliest, were they normal and alike at all levels; drawn to
    the square root, halfway between values and logarithms, where they are few or the level hardly moved."""
    both = np.isfinite(past[1:]) & np.isfinite(past[:-1])
    height = float(np.mean(np.log(past[1:][both]))) if both.any() else 0.0
    deviations = np.array([_deviation(np.diff(_raised(past, power))[both]) for power in _POWERS])
    unlikely = both.sum() * (np.log(deviations) - (_POWERS - 1) * height)
    return float(_POWERS[np.argmin(unlikely + _POWER_WEIGHT / 2 * (_POWERS - _USUAL_POWER) ** 2)])


def _deviation(changes: Floats) -> float:
    return max(float(changes.std()), _TINY) if len(changes) else 1.0


def _growth(step: Floats, off: Floats) -> float:
    """The exponent that makes the errors likeliest, were they normal; drawn to its usual value where they are few."""
    by_step = np.bincount(step, weights=off**2)[1:]
    steps = np.arange(1.0, len(by_step) + 1)
    squared = by_step @ steps[:, np.newaxis] ** (-2 * _GROWTHS) / len(off)
    unlikely = len(off) * (np.log(np.maximum(squared, _TINY)) / 2 + _GROWTHS * np.mean(np.log(step)))
    return float(_GROWTHS[np.argmin(unlikely + _GROWTH_WEIGHT / 2 * (_GROWTHS - _USUAL_GROWTH) ** 2)])


@lru_cache(maxsize=4096)
def _freedom(origins: tuple[int, ...], reaches: tuple[int, ...], growth: float) -> float:
    """Of the mean square of errors from these origins, so many steps each: N² / Σ r², r being the correlations of all
    pairs of them (Satterthwaite 1946).

    An error is a sum of what nobody could foresee between origin and target, weighted so that its variance grows as
    the errors' does: with 0.5 the sum of a random walk. Two errors share what lies in both their times.
    """
    unit = -(-max(reaches) // _MOST_STEPS)
    steps = np.array([-(-reach // unit) for reach in reaches])
    weights = _weights(int(steps.max()), growth)
    # What is further apart than the horizon shares nothing, however far.
    apart = np.minimum(np.diff(origins), max(reaches)) / unit
    starts = np.concatenate([[0], np.round(np.cumsum(apart))]).astype(int)
    shared = np.zeros((int((starts + steps).max()),) * 2)
    for start, reach in zip(starts, steps, strict=True):
        errors = weights[:reach, :reach]
        shared[start : start + reach, start : start + reach] += errors.T @ errors
    return float(steps.sum() ** 2 / np.sum(shared**2))


def _weights(steps: int, growth: float) -> Floats:
    """Of each time's surprise in the error so many steps ahead, a row for each, of variance one."""
    variance = np.arange(1.0, steps + 1) ** (2 * growth)
    surprise = np.sqrt(np.diff(variance, prepend=0))
    ahead = np.arange(steps)[:, np.newaxis] - np.arange(steps)
    return np.where(ahead >= 0, surprise[ahead], 0) / np.sqrt(variance)[:, np.newaxis]
