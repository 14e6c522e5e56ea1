"""Which periods at either end of a table hold so few records that the data hardly cover them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import mean, median, stdev

from msgspec import Struct

from voyant.domain.kpi import Grain

_REFERENCE = {
    Grain.MINUTE: 60,
    Grain.HOUR: 24,
    Grain.DAY: 14,
    Grain.WEEK: 13,
    Grain.MONTH: 12,
    Grain.QUARTER: 8,
    Grain.YEAR: 10,
}
"""Periods that an end is compared with: whole cycles of the day, the week or the year where there are any."""
_FEWEST_REFERENCE = 6
_LARGEST_END = 0.25
"""Of all periods: where more are thin, that is what the data are like."""
_FEW = 0.25
"""Of the median of the reference: below that it is no slow season."""
_LEVEL = 0.001


class Thin(Struct, frozen=True, kw_only=True):
    """Periods at one end that hold few records, and the numbers that tell so.

    Attributes:
        mean: Records in one of them, on average.
        usual: The median of the ``compared`` periods next to them.
    """

    periods: int = 0
    mean: float = 0.0
    usual: float = 0.0
    compared: int = 0


NONE_THIN = Thin()


def thin_end(counts: Sequence[int], grain: Grain) -> Thin:
    """The last periods that all hold fewer records than any of the cycle before them, and far fewer taken together.

    Their mean is compared with a prediction interval for a single further period (of the logarithms of the counts, by
    Student's t; Hahn and Meeker, *Statistical Intervals*, 1991), which is no narrower than chance alone would make it
    (Poisson), at a level shared among the runs tried. Steadily falling or seasonal counts make it wide. Of several
    runs that fall below, the one furthest below is taken.
    """
    longest = int(_LARGEST_END * len(counts))
    found, furthest = NONE_THIN, 0.0
    for periods in range(1, longest + 1):
        end = counts[-periods:]
        before = counts[max(0, len(counts) - periods - _REFERENCE[grain]) : len(counts) - periods]
        if len(before) < _FEWEST_REFERENCE or max(end) >= min(before) or mean(end) >= _FEW * median(before):
            continue
        distance = _distance(mean(end), before)
        if distance > max(furthest, _critical(len(before), _LEVEL / longest)):
            found = Thin(periods=periods, mean=mean(end), usual=median(before), compared=len(before))
            furthest = distance
    return found


def _distance(few: float, before: Sequence[int]) -> float:
    """How many standard errors of a further period it lies below."""
    logs = [math.log(count) for count in before]
    spread = max(stdev(logs), 1 / math.sqrt(mean(before)))
    return (mean(logs) - math.log(few + 0.5)) / (spread * math.sqrt(1 + 1 / len(logs)))


def _critical(periods: int, level: float) -> float:
    from scipy.special import stdtrit

    return -float(stdtrit(periods - 1, level))
