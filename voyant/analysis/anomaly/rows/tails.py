"""How far out a value has to lie before chance is no explanation: the tail of the other values, carried on.

The largest values beyond a threshold follow a generalized Pareto distribution, whatever the rest looks like (Balkema
and de Haan 1974, Pickands 1975). It is fitted to the tail, and carried on to where not one of all rows is to be
expected. The fit is uncertain, the more the fewer rows there are; so the bound is not that of the best fit but the
farthest of all fits that the data do not speak against (a bound by profile likelihood, Coles 2001, section 4.3.3),
and no tail is taken to be lighter than an exponential one. Values of clean data thereby stay within their bound,
whether their tails are light, heavy or none.
"""

from __future__ import annotations

import math

import numpy as np

from voyant.analysis.anomaly.rows.bodies import MOST_ODD, body_bound
from voyant.analysis.insights.ranks import Floats

FEWEST = 20
"""Values below this number tell too little of how far others could lie."""
_FEWEST_IN_TAIL = 30
"""Where fewer make up a tail, it tells little of how heavy it is: then all values are asked as well."""
_FEWEST_BEYOND = 12
_FEWEST_DIFFERENT = 6
_WIDE, _NARROW = 8.0, 3.0
_MOST_SHARE = 0.25
_HIDDEN = 0.2
"""Of the values that a first fit uses: the highest, which are only known to lie above, so that odd ones among them
cannot widen the bound that they are held against. A second fit leaves out what lies beyond the widest gap, a third
what the two found."""
_MOST_POINTS = 800
_FITS = 3
_AGAINST = 2.0
"""Twice the loss of log likelihood from which a fit is excluded: chi-square with one degree of freedom, 92 %
one-sided."""
_STEEP = np.concatenate([[1e-6], np.geomspace(1e-3, 1e4, 140)])
_SHAPES = np.concatenate([[1e-6], np.linspace(0.02, 1.0, 50), np.geomspace(1.04, 6.0, 40)])


def upper_bound(values: Floats, chance: float) -> float:
    """The value that one more of the same kind exceeds with at most this chance; infinity where it cannot be said.

    Args:
        values: Finite numbers in any order. Odd ones among them, up to a twentieth, do not matter where they lie apart.
        chance: Above 0, far below 1.
    """
    ordered = np.sort(values)
    varying = _above_most(ordered)
    if len(varying) < FEWEST:
        return math.inf
    chance *= len(ordered) / len(varying)
    if _MOST_SHARE * len(varying) >= _FEWEST_IN_TAIL:
        return _tail_bound(varying, chance)
    return min(_tail_bound(varying, chance / 2), body_bound(varying, chance / 2))


def _tail_bound(varying: Floats, chance: float) -> float:
    """By the largest values alone, in ascending order; infinity where they are too few."""
    chance /= _FITS
    count = len(varying)
    wide = _share(count, _WIDE)
    apart = count - _beyond_gap(varying, int(MOST_ODD * count))
    first = min(_bound(varying, wide, int(_HIDDEN * wide * count), chance), _bound(varying[:apart], wide, 0, chance))
    kept = varying[varying <= first]
    return min(first, _bound(kept, _share(len(kept), _NARROW), 0, chance))


def _above_most(ordered: Floats) -> Floats:
    """Where most values are one and the same, such as nought, those above it: they have a tail of their own."""
    middle = ordered[len(ordered) // 2] if len(ordered) else 0.0
    low, high = np.searchsorted(ordered, middle, side="left"), np.searchsorted(ordered, middle, side="right")
    return ordered[high:] if high - low > len(ordered) / 2 else ordered


def _share(count: int, factor: float) -> float:
    """Share of the values that a fit uses: the more there are, the closer it keeps to the end."""
    return min(_MOST_SHARE, max(_FEWEST_BEYOND / count, factor / math.sqrt(count)))


def _beyond_gap(ordered: Floats, most: int) -> int:
    """How many values lie beyond the widest gap between the highest ones."""
    steps = np.diff(ordered[len(ordered) - 1 - most :])
    return most - int(np.argmax(steps)) if len(steps) else 0


def _bound(ordered: Floats, share: float, unseen: int, chance: float) -> float:
    threshold = ordered[len(ordered) - 1 - int(share * len(ordered))]
    beyond = ordered[np.searchsorted(ordered, threshold, side="right") :]
    if len(beyond) < _FEWEST_BEYOND or chance * len(ordered) >= len(beyond):
        return math.inf
    # Values that come in steps: a step stands for the half before and the half behind it.
    start = threshold + (beyond[0] - threshold) / 2
    excess = beyond - start
    seen = excess[: len(excess) - unseen]
    if len(np.unique(seen)) < _FEWEST_DIFFERENT:
        return math.inf
    scale = float(seen.mean())
    points, weights = _thinned(seen / scale)
    limit = float(seen[-1] / scale)
    shape, steepness = _fits(points, weights, unseen, limit)
    rarity = chance * len(ordered) / len(beyond)
    reach = np.expm1(-shape * math.log(rarity)) / steepness
    return float(start + scale * reach.max())


def _thinned(points: Floats) -> tuple[Floats, Floats]:
    if len(points) <= _MOST_POINTS:
        return points, np.ones(len(points))
    parts = np.array_split(points, _MOST_POINTS)
    return np.asarray([part.mean() for part in parts]), np.asarray([float(len(part)) for part in parts])


def _fits(points: Floats, weights: Floats, unseen: int, limit: float) -> tuple[Floats, Floats]:
    """Shape and shape over scale of all fits that the points do not speak against (Grimshaw 1993 for the pair)."""
    seen = float(weights.sum())
    inner = np.log1p(_STEEP[:, None] * points) @ weights
    spent = inner + unseen * np.log1p(_STEEP * limit)
    likelihood = -seen * np.log(_SHAPES[None, :] / _STEEP[:, None]) - inner[:, None] - spent[:, None] / _SHAPES[None, :]
    steep, shape = np.nonzero(likelihood >= likelihood.max() - _AGAINST / 2)
    return _SHAPES[shape], _STEEP[steep]
