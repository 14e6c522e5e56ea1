"""Where a score usually lies, by what it was before: robust against a few odd runs among them."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from voyant.domain.history import UsualRange

FEWEST_RUNS = 5
DEVIATIONS = 5
SD_PER_DEVIATION = 1.4826
"""Makes the median absolute deviation of normal values their standard deviation (Hampel, 1974)."""
LEAST_WIDTH = 0.01
"""On either side: a score that never moved may move by a hundredth before anybody is told."""


def usual_range(earlier: Sequence[float]) -> UsualRange | None:
    """Median plus and minus five scaled median absolute deviations; None with fewer than five earlier scores.

    Of scores that vary by chance alone, as normal values do, some 7 % fall outside after five runs, 1 % after ten,
    and 0.04 % after thirty: few runs tell little of what is usual.

    >>> found = usual_range([0.90, 0.91, 0.92, 0.91, 0.93, 0.20])
    >>> round(found.low, 3), found.median, round(found.high, 3), found.runs
    (0.836, 0.91, 0.984, 6)
    >>> usual_range([0.9, 0.9, 0.9]) is None
    True
    """
    if len(earlier) < FEWEST_RUNS:
        return None
    middle = median(earlier)
    width = max(DEVIATIONS * SD_PER_DEVIATION * median(abs(score - middle) for score in earlier), LEAST_WIDTH)
    return UsualRange(median=middle, low=middle - width, high=middle + width, runs=len(earlier))
