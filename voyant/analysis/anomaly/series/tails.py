"""How unusual a contrast is among all of its kind in the same series.

Contrasts are held against their own robust spread rather than against a model of the noise: whatever links neighbouring
values, it is in the spread of contrasts of that width already.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SHARES = (0.95, 0.96, 0.97, 0.98, 0.99)
"""Of the sizes: the mean of their quantiles there, over the median, tells how heavy the tails are."""
_MEDIAN_SIZE = 0.6744897501960817  # of normal values, in standard deviations
_INVERSE_SHAPES = tuple(i / 40 for i in range(41))
_ROUNDING = 1e-6
_DOUBT = 0.75
"""Times one over the square root of their number: what is added to the inverse degrees of freedom, whose estimate is
that uncertain."""
FEWEST = 24
"""Contrasts that do not overlap: fewer tell too little of what is usual."""


class Tail(Struct, frozen=True):
    """Sizes that are usual: Student's t around ``middle``, of which ``1 - mass`` lies exactly there.

    Attributes:
        freedom: Degrees of freedom; infinite for normal tails, 1 for those of Cauchy.
    """

    middle: float
    scale: float
    freedom: float
    mass: float = 1.0

    def scores(self, values: Floats) -> Floats:
        """Distances from the middle in units of the scale."""
        return np.asarray((values - self.middle) / self.scale)

    def log_p(self, values: Floats) -> Floats:
        """Natural logarithm of the chance of so large a distance, on either side; NaN stays."""
        from scipy.special import log_ndtr, stdtr

        distances = np.abs(self.scores(values))
        if np.isinf(self.freedom):
            tail = log_ndtr(-distances)
        else:
            tail = np.log(np.maximum(stdtr(self.freedom, -distances), 1e-300))
        return np.asarray(tail + np.log(2 * self.mass))

    def reach(self, p: float) -> float:
        """The distance from the middle that chance exceeds with this probability, on either side."""
        from scipy.special import ndtri, stdtrit

        share = min(0.5, p / (2 * self.mass))
        at = ndtri(share) if np.isinf(self.freedom) else stdtrit(self.freedom, share)
        return float(-at) * self.scale


def tail_of(
    values: Floats, independent: float, least: float, heaviest: float = 1.0, *, carried: bool = True
) -> Tail | None:
    """The tail of contrasts, most of which are usual; None where there are too few to tell.

    The scale comes from the median size, the degrees of freedom from outer quantiles over it: up to one in a hundred
    may be odd without much of a trace.

    Args:
        independent: How many of them do not overlap: the fewer, the heavier the tail could be.
        least: Of the scale: smaller differences mean nothing.
        heaviest: The inverse of the degrees of freedom that the tail has at most, as those of narrower contrasts tell.
        carried: Whether a single value can carry a contrast: its tail is then in doubt beyond what was seen of it.
    """
    known = values[~np.isnan(values)]
    if len(known) < FEWEST:
        return None
    middle = float(np.median(known))
    sizes = np.abs(known - middle)
    mass = 1.0
    nothing = least * _ROUNDING
    if np.mean(sizes <= nothing) > 0.3:
        sizes = sizes[sizes > nothing]
        mass = max(len(sizes), 1) / len(known)
        if len(sizes) < FEWEST // 2:
            return Tail(middle, least, 4.0, mass)
    half, *outer = np.quantile(sizes, (0.5, *_SHARES))
    scale = max(half / _MEDIAN_SIZE, least)
    inverse = float(np.interp(np.mean(outer) / (scale * _MEDIAN_SIZE), _ratios(), _INVERSE_SHAPES))
    if carried:
        inverse = min(heaviest, inverse + _DOUBT / independent**0.5)
    else:
        inverse = max(min(inverse, heaviest), 1 / independent)
    return Tail(middle, scale, 1 / inverse if inverse > 0 else np.inf, mass)


@lru_cache
def _ratios() -> Floats:
    """Of each of the shapes: the mean of the outer quantiles of its sizes over their median."""
    from scipy.special import ndtri, stdtrit

    def ratio(inverse: float) -> float:
        half, *outer = (
            ndtri((1 + share) / 2) if inverse == 0 else stdtrit(1 / inverse, (1 + share) / 2)
            for share in (0.5, *_SHARES)
        )
        return float(np.mean(outer) / half)

    return np.array([ratio(inverse) for inverse in _INVERSE_SHAPES])
