"""How far out a value has to lie where there are too few values to see their tail: told from all of them.

The distances from the median are taken for those of Student's t, which goes from normal tails through heavy to those of
Cauchy and beyond (Lange, Little and Taylor 1989). Distances of both sides tell of it where nothing speaks against the
values being symmetric, by the test of Butler (1969); else those of the side alone. The outermost values are only known
to lie where the next ones do or farther, once the first of them and once a twentieth, so that they are held against the
others rather than against themselves (as in Rosner's 1983 test for many outliers). What counts is the farthest bound of
all fits that the data do not speak against (by profile likelihood, Coles 2001, section 4.3.3).
"""

from __future__ import annotations

import math

import numpy as np

from voyant.analysis.insights.ranks import Floats

_FEWEST_BESIDE = 6
"""Values on a side of the median: of fewer its scale is hardly known."""
_FEWEST_DIFFERENT = 2
_SKEWED = 1.358
"""Kolmogorov's distance of the two sides, for their numbers, that five of a hundred symmetric columns exceed."""
MOST_ODD = 0.05
_AGAINST = 2.706
"""Twice the loss of log likelihood from which a fit is excluded: chi-square with one degree of freedom, 95 %
one-sided. Stricter than for tails, as nothing but the shape that is assumed tells of what is beyond."""
_HEAVINESS = np.concatenate([[1e-3], np.linspace(0.05, 1.0, 20), np.geomspace(1.1, 4.0, 12)])
"""One over the degrees of freedom."""
_SCALES = np.geomspace(0.2, 6.0, 48)
"""In median distances from the median."""


def body_bound(ordered: Floats, chance: float) -> float:
    """The value that one more of the same kind exceeds with at most this chance; infinity where it cannot be said."""
    middle = float(np.median(ordered))
    above, below = ordered[ordered > middle] - middle, (middle - ordered[ordered < middle])[::-1]
    if min(len(above), len(below)) < _FEWEST_BESIDE:
        return math.inf
    distances = np.sort(np.concatenate([above, below])) if _are_alike(above, below) else above
    step = float(np.diff(np.unique(ordered)).min())
    trials = sorted({1, max(1, int(MOST_ODD * len(ordered)))})
    # The side holds its share of the values; a value beyond is on one of two.
    rarity = chance * len(ordered) / len(above) / len(trials) / 2
    return min(middle + _reach(distances, unseen, step, rarity) for unseen in trials)


def _are_alike(above: Floats, below: Floats) -> bool:
    """Whether the distances on the two sides, in ascending order, could come from one distribution."""
    both = np.concatenate([above, below])
    shares = [np.searchsorted(side, both, side="right") / len(side) for side in (above, below)]
    apart = float(np.abs(shares[0] - shares[1]).max())
    return apart * math.sqrt(len(above) * len(below) / len(both)) <= _SKEWED


def _reach(distances: Floats, unseen: int, step: float, rarity: float) -> float:
    """The farthest distance that a fit gives this chance, on one of two sides."""
    from scipy.special import stdtrit

    if len(np.unique(distances[:-unseen])) < _FEWEST_DIFFERENT:
        return math.inf
    scales, likelihood = _likelihoods(distances, unseen, step)
    heavy, scale = np.nonzero(likelihood >= likelihood.max() - _AGAINST / 2)
    return float((-stdtrit(1 / _HEAVINESS[heavy], rarity) * scales[scale]).max())


def _likelihoods(distances: Floats, unseen: int, step: float) -> tuple[Floats, Floats]:
    """Scales, and the log likelihood of each with each heaviness (in rows), but for what all have in common.

    Args:
        distances: In ascending order, the last ``unseen`` of them only known to be no less than the one before.
        step: The smallest between different values: no scale is smaller than half of it.
    """
    from scipy.special import gammaln, stdtr

    seen = distances[:-unseen]
    scales = np.maximum(float(np.median(seen)) * _SCALES, step / 2)
    freedom = (1 / _HEAVINESS)[:, None]
    level = gammaln((freedom + 1) / 2) - gammaln(freedom / 2) - np.log(freedom) / 2 - np.log(scales)
    squares = (seen / scales[:, None]) ** 2
    inner = np.log1p(squares / freedom[:, :, None]).sum(axis=2)
    beyond = np.log(np.maximum(2 * stdtr(freedom, -seen[-1] / scales), 1e-300))
    return scales, len(seen) * level - (freedom + 1) / 2 * inner + unseen * beyond
