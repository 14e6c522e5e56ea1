"""What could have been seen at the time: each point judged by what was known when it came."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from voyant.analysis.anomaly.series.contrasts import Sums
from voyant.analysis.anomaly.series.search import FEWEST_POINTS, NARROW
from voyant.analysis.anomaly.series.seasons import Cycle, seasonal
from voyant.analysis.anomaly.series.steady import deviation, filled, resolution, tamed
from voyant.analysis.anomaly.series.tails import FEWEST, Floats

_LEARNT_ANEW = 1.1
"""What is usual is learnt again each time the series has grown by a tenth."""
_FLANKS = (1, 4, 16, 64)
_FEWEST_CYCLES = 2
_REMEMBERED = 0.2
"""Of what is known so far: an alarm has to be farther off than anything within it."""


def distances(values: Floats, cycles: Sequence[Cycle]) -> Floats:
    """How far off the oddest of the stretches is that end at each point, in usual deviations; NaN with too few before.

    Seasons and deviations are learnt from earlier points alone, and a stretch is held against what lies before it:
    nothing that comes later plays a part.
    """
    result = np.full(len(values), np.nan)
    learnt = FEWEST_POINTS
    while learnt < len(values):
        until = min(len(values), max(learnt + 8, math.ceil(learnt * _LEARNT_ANEW)))
        result[learnt:until] = _judged(values[:until], learnt, cycles)
        learnt = until
    return result


def alarms(far: Floats) -> NDArray[np.bool_]:
    """Where a point is farther off than all in the last fifth of what was known by then."""
    known = np.nan_to_num(far)
    return np.array(
        [
            value > 0 and value > known[place - math.ceil(_REMEMBERED * place) : place].max(initial=0.0)
            for place, value in enumerate(known)
        ],
        dtype=np.bool_,
    )


def _judged(values: Floats, learnt: int, cycles: Sequence[Cycle]) -> Floats:
    """The points from ``learnt`` on, by those before it."""
    past = values[:learnt]
    best = np.full(len(values) - learnt, np.nan)
    if np.sum(~np.isnan(past)) < FEWEST_POINTS:
        return best
    searched = seasonal(filled(past), cycles, _FEWEST_CYCLES).continued(len(values)).without(values)
    least = resolution(searched[:learnt])
    for contrasts in _looks(searched, learnt):
        known = contrasts[:learnt][~np.isnan(contrasts[:learnt])]
        usual = max(deviation(known), least)
        if usual > 0:
            best = np.fmax(best, np.abs(contrasts[learnt:] - np.median(known)) / usual)
    return best


def _looks(searched: Floats, learnt: int) -> Iterator[Floats]:
    """For each width, the block that ends at each point less what lies before it, as far as foretells it best."""
    whole, calm = Sums(searched), Sums(tamed(searched))
    ends = np.arange(1, len(searched) + 1, dtype=np.float64)
    width = 1
    while width * FEWEST <= learnt:
        sums = whole if width <= NARROW else calm
        looks = []
        for flank in (ratio * width for ratio in _FLANKS):
            look = sums.means(ends - width, width) - sums.means(ends - width - flank, flank)
            known = look[:learnt][~np.isnan(look[:learnt])]
            if flank * 4 <= learnt and len(known) >= FEWEST:
                looks.append((deviation(known), look))
        if looks:
            yield min(looks, key=lambda each: each[0])[1]
        width *= 2
