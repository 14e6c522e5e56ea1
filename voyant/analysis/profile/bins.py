"""Histograms: edges at round numbers, and the bin of each value."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from fractions import Fraction
from typing import Any

from msgspec import Struct

from voyant.analysis.profile.coding import Coding, Kind
from voyant.analysis.profile.counts import ValueCounts
from voyant.domain.profile import Histogram
from voyant.domain.table import ColumnType

MOST_BINS = 40
_TIME_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400)
_DAY = 86_400
_SMALLEST, _LARGEST = 1e-290, 1e290
_FINEST = Fraction(1, 10**12)


class Bins(Struct, frozen=True):
    """Bins of equal width; bin 0 starts at ``first`` widths.

    Attributes:
        width: In codes; for doubles any fraction, otherwise an integer.
    """

    coding: Coding
    first: int
    number: int
    width: Fraction

    def of(self, code: Any) -> int:
        """The bin that holds a value."""
        place: int
        if self.coding.kind is Kind.FLOAT:
            place = math.floor(code * self.width.denominator / self.width.numerator) - self.first
            return min(max(place, 0), self.number - 1)
        return int(code - self.first * self.width.numerator) // self.width.numerator

    def sql(self, code: str) -> str:
        """SQL that gives the bin of a code: the same arithmetic as ``of``."""
        if self.coding.kind is Kind.FLOAT:
            scaled = f"floor({code} * {float(self.width.denominator)!r} / {float(self.width.numerator)!r})"
            place = f"{scaled} - {float(self.first)!r}"
            return f"CAST(least(greatest({place}, 0), {self.number - 1}) AS INTEGER)"
        return f"CAST(({code} - ({self.first * self.width.numerator})) // {self.width.numerator} AS INTEGER)"

    def histogram(self, counts: dict[int, int]) -> Histogram:
        """The histogram, from the rows in each bin."""
        return Histogram(
            edges=tuple(self._edge(self.first + number) for number in range(self.number + 1)),
            counts=tuple(counts.get(number, 0) for number in range(self.number)),
        )

    def _edge(self, place: int) -> Any:
        # In integers: as fractions, the edges of thousands of columns would take longer than all else about them.
        edge, parts = place * self.width.numerator, self.width.denominator
        if self.coding.kind is Kind.INSTANT:
            return self.coding.decode(edge // parts)
        edge *= self.coding.per_unit.denominator
        parts *= self.coding.per_unit.numerator
        return edge // parts if self.coding.kind is Kind.WHOLE and edge % parts == 0 else edge / parts


def bins_between(coding: Coding, low: Any, high: Any) -> Bins | None:
    """Up to 41 bins that hold every value from ``low`` to ``high``; None where doubles are too large or too small."""
    span = Fraction(high) - Fraction(low)
    if coding.kind is Kind.FLOAT:
        largest = max(abs(low), abs(high))
        if not (largest == 0 or _SMALLEST < largest < _LARGEST):
            return None
        # Finer bins than this would cut between neighbouring doubles.
        width = _round_width(max(span / MOST_BINS, Fraction(largest) * _FINEST))
    elif coding.kind is Kind.INSTANT:
        width = _time_width(coding, span)
    else:
        width = max(_round_width(span / MOST_BINS), Fraction(1))
    first = math.floor(Fraction(low) / width)
    return Bins(coding, first, math.floor(Fraction(high) / width) - first + 1, width)


def exact_histogram(coding: Coding, values: ValueCounts) -> Histogram | None:
    """The histogram of a column whose values are all counted; None without values or for times of day."""
    if not values.codes or coding.column.type is ColumnType.TIME:
        return None
    bins = bins_between(coding, values.codes[0], values.codes[-1])
    if bins is None:
        return None
    counts: Counter[int] = Counter()
    last, cumulative = 0, [0, *values.cumulative]
    while last < len(values.codes):
        # Codes are in order, so each bin holds a stretch of them, and its end is found without a look at each.
        first, place = last, bins.of(values.codes[last])
        last = bisect_right(values.codes, place, lo=first, key=bins.of)
        counts[place] = cumulative[last] - cumulative[first]
    return bins.histogram(counts)


def _round_width(wanted: Fraction) -> Fraction:
    """The smallest of 1, 2 and 5 times a power of ten that is at least the wanted width."""
    if wanted <= 0:
        return Fraction(1)
    power = Fraction(10) ** (math.floor(math.log10(wanted)) - 1)
    return next(power * step for step in (1, 2, 5, 10, 20, 50, 100) if power * step >= wanted)


def _time_width(coding: Coding, span: Fraction) -> Fraction:
    seconds = span / coding.per_unit / MOST_BINS
    steps = [step for step in _TIME_STEPS if step >= seconds]
    chosen = Fraction(steps[0]) if steps else max(_round_width(seconds / _DAY), Fraction(1)) * _DAY
    return max(chosen * coding.per_unit, Fraction(1))
