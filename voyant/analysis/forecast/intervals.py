"""Prediction intervals from the errors that a method made out of sample."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from scipy import special

from voyant.analysis.forecast.seasons import Floats
from voyant.analysis.forecast.validation import Trial

_FEWEST_ERRORS, _FEWEST_TO_CHOOSE = 3, 8
_USUAL_GROWTH, _GROWTH_WEIGHT = 0.6, 60.0
_EMPIRICAL_FROM = 30.0
_ERRORS_A_WINDOW, _LEAST_FREEDOM = 10.0, 1.5
_FREEDOM_A_WINDOW = 2.5
"""Errors of a random walk, which hang together most, have 2.6 degrees of freedom or more in each horizon that they are
from: twice the squared mean of their mean square over its variance, by simulation for horizons of 5 to 28."""
_WIDEST_LOG = 20.0  # beyond it nothing is known of the value, and numbers overflow


class Spread(Struct, frozen=True):
    """How far forecasts are off, by how far ahead they look.

    The errors of all steps are brought to one by a power of the step, whose exponent is found from them and drawn
    towards 0.6 where they are few. Of the errors so scaled the half width of an interval is the quantile of their
    sizes, as split conformal prediction has it (Vovk, Gammerman and Shafer 2005), mixed with that of a Student's t of
    their root mean square in so far as they are few. How many there are is counted in horizons, since errors of values
    near each other hang together.

    Attributes:
        relative: Errors are of the logarithm, so that intervals grow with the level; the form is taken that makes the
            errors seen more likely.
        growth: The exponent.
        scaled: The sizes of the errors, brought to one step.
        windows: Horizons that fit into the time they are from.
    """

    relative: bool
    growth: float
    scaled: Floats
    windows: float

    def bounds(self, forecast: Floats, level: int) -> tuple[Floats, Floats]:
        """The lower and the upper end of the interval that holds so many percent of what comes."""
        width = self._half_width(level) * np.arange(1, len(forecast) + 1) ** self.growth
        if self.relative and float(forecast.min()) > 0:
            factor = np.exp(np.minimum(width, _WIDEST_LOG))
            return forecast / factor, forecast * factor
        return forecast - width, forecast + width

    def _half_width(self, level: int) -> float:
        n = min(len(self.scaled), _ERRORS_A_WINDOW * self.windows)
        freedom = max(_LEAST_FREEDOM, _FREEDOM_A_WINDOW * self.windows)
        assumed = float(np.sqrt(np.mean(self.scaled**2)) * special.stdtrit(freedom, 0.5 + level / 200))
        seen = float(np.quantile(self.scaled, min(1.0, level / 100 * (1 + 1 / len(self.scaled)))))
        weight = n / (n + _EMPIRICAL_FROM)
        return weight * seen + (1 - weight) * assumed


def spread(made: Sequence[Trial], name: str, until: int) -> Spread | None:
    """From the errors that a method had made when so many values were known; None where they are too few."""
    steps, actual, given, first = [], [], [], until
    for trial in made:
        reach = min(len(trial.actual), until - trial.origin)
        if reach <= 0 or name not in trial.given:
            continue
        there = np.isfinite(trial.actual[:reach])
        steps.append(np.arange(1, reach + 1)[there])
        actual.append(trial.actual[:reach][there])
        given.append(trial.given[name][:reach][there])
        first = min(first, trial.origin)
    if first == until or sum(map(len, actual)) < _FEWEST_ERRORS:
        return None
    step, seen, said = (np.concatenate(parts).astype(np.float64) for parts in (steps, actual, given))
    relative = _is_relative(step, seen, said)
    off = np.abs(np.log(seen / said)) if relative else np.abs(seen - said)
    growth = _growth(step, off)
    windows = (until - first) / float(step.max())
    return Spread(relative=relative, growth=growth, scaled=off / step**growth, windows=windows)


def _is_relative(step: Floats, seen: Floats, said: Floats) -> bool:
    """Whether normal errors of the logarithms are likelier than normal errors of the values."""
    if len(seen) < _FEWEST_TO_CHOOSE or float(seen.min()) <= 0 or float(said.min()) <= 0:
        return False
    scaled = step**_USUAL_GROWTH
    absolute, logged = np.mean(((seen - said) / scaled) ** 2), np.mean((np.log(seen / said) / scaled) ** 2)
    if absolute == 0 or logged == 0:
        return False
    return bool(0.5 * np.log(logged) + np.mean(np.log(seen)) < 0.5 * np.log(absolute))


def _growth(step: Floats, off: Floats) -> float:
    """The slope of the logarithms of errors and steps, drawn towards its usual value."""
    x, y = np.log(step), np.log(np.maximum(off, 1e-12 * max(float(off.max()), 1e-300)))
    x = x - x.mean()
    slope = (float(x @ y) + _GROWTH_WEIGHT * _USUAL_GROWTH) / (float(x @ x) + _GROWTH_WEIGHT)
    return float(np.clip(slope, 0.0, 1.0))
