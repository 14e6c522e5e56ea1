"""Bins fine enough for distances of numbers with too many values to count each."""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from voyant.analysis.drift.subjects import Pair
from voyant.domain.table import ColumnType

Floats = NDArray[np.float64]

BINS = 4096
FINEST_BINS = 65_536
_WIDEST = 64.0
"""In robust standard deviations: the range that bins of equal width cover well."""
_STEPS = (1, 2, 5, 10)


class Grid(Struct, frozen=True):
    """Bins over a range; their edges, and SQL of a number's bin.

    Attributes:
        centre: With ``scale``, where bins are of equal width on the scale of asinh((x - centre) / scale): narrow in
            the middle, in proportion to the distance far out; None for bins of equal width throughout.
        first: The first edge, in widths, of bins of equal width.
    """

    width: float
    first: float
    bins: int
    centre: float | None = None
    scale: float = 1.0

    @property
    def edges(self) -> Floats:
        places = (np.arange(self.bins + 1) + self.first) * self.width
        if self.centre is None:
            return np.asarray(places, dtype=np.float64)
        return np.asarray(self.centre + self.scale * np.sinh(places), dtype=np.float64)

    def sql(self, number: str) -> str:
        """SQL of the bin that holds the double; NULL where it is NULL."""
        place = number
        if self.centre is not None:
            place = f"asinh(({number} - {_double(self.centre)}) / {_double(self.scale)})"
        bin_ = f"floor({place} / {_double(self.width)}) - {_double(self.first)}"
        # The functions skip NULLs, so that without the condition a missing number would be in the first bin.
        return f"CASE WHEN {number} IS NOT NULL THEN least(greatest({bin_}, 0), {self.bins - 1}) END"


def grid_of(pair: Pair, bins: int = BINS) -> Grid | None:
    """Bins over the range of both sides; None where doubles cannot hold that range."""
    low, high = extent(pair)
    reach = high - low
    if not math.isfinite(reach * 4) or reach < 1e-290:
        return None
    centre, scale = _middle(pair, low, high)
    if reach <= _WIDEST * scale:
        # No narrower than neighbouring doubles: edges are short numbers, which read well.
        width = max(_round(reach / bins), 1e-12 * max(abs(low), abs(high)))
        first = math.floor(low / width)
        return Grid(width, first, math.floor(high / width) - first + 1)
    lowest, highest = (math.asinh((bound - centre) / scale) for bound in (low, high))
    width = (highest - lowest) / (bins - 2)
    first = math.floor(lowest / width)
    return Grid(width, first, math.floor(highest / width) - first + 1, centre, scale)


def extent(pair: Pair) -> tuple[float, float]:
    """The smallest and the largest finite number of both sides."""
    if pair.before.type is ColumnType.TIME:
        return 0.0, 86_400.0
    lows = [float(side.minimum) for side in pair.sides if side.minimum is not None]
    highs = [float(side.maximum) for side in pair.sides if side.maximum is not None]
    return min(lows, default=0.0), max(highs, default=0.0)


def _middle(pair: Pair, low: float, high: float) -> tuple[float, float]:
    """The median of the reference and its quartiles' distance as a standard deviation, or what stands in for them."""
    if not pair.earlier.quartiles:
        return low / 2 + high / 2, high - low
    lower, median, upper = pair.earlier.quartiles
    spread = (upper - lower) / 1.349 or (pair.earlier.sd or 0.0) / 10
    return median, spread if spread > (high - low) * 1e-9 else high - low


def _round(width: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is at least so wide."""
    power = 10.0 ** math.floor(math.log10(width))
    return next(power * step for step in _STEPS if power * step >= width * (1 - 1e-12))


def _double(value: float) -> str:
    return f"CAST('{value!r}' AS DOUBLE)"
