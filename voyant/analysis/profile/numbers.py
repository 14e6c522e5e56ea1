"""Moments and quantiles of counted values, exact: integers are summed as integers, doubles without rounding between."""

from __future__ import annotations

import math
from bisect import bisect_left

from voyant.analysis.profile.coding import Coding, Kind
from voyant.analysis.profile.counts import ValueCounts
from voyant.analysis.rounding import rounded_if_finite
from voyant.domain.profile import NumberProfile, Quantile

PERCENTS = (1, 5, 25, 50, 75, 95, 99)
_LARGEST_ROOT = 1e150
"""Squares of larger doubles overflow."""


def describe_numbers(coding: Coding, values: ValueCounts, infinite: int) -> NumberProfile:
    """The moments of a numeric column whose values are all counted."""
    n = values.total
    pairs = list(zip(values.codes, values.counts, strict=True))
    moments = _whole_moments(pairs, n) if coding.kind is Kind.WHOLE else _float_moments(pairs, n)
    return number_profile(
        coding,
        *moments,
        n=n,
        zeros=sum(count for code, count in pairs if code == 0),
        negatives=sum(count for code, count in pairs if code < 0),
        infinite=infinite,
    )


def number_profile(
    coding: Coding,
    total: float,
    variance: float | None,
    skew: float | None,
    *,
    n: int,
    zeros: int,
    negatives: int,
    infinite: int,
) -> NumberProfile:
    """Moments of codes as moments of the column's values."""
    return NumberProfile(
        total=rounded_if_finite(float(total / coding.per_unit)),
        mean=rounded_if_finite(float(total / coding.per_unit) / n) if n else None,
        sd=None if variance is None else rounded_if_finite(math.sqrt(variance) / float(coding.per_unit)),
        skew=rounded_if_finite(skew),
        zeros=zeros,
        negatives=negatives,
        infinite=infinite,
    )


def rank_at(percent: int, n: int) -> int:
    """The rank, from 1, of the quantile among ``n`` values: the smallest that reaches the share."""
    return max(1, -(-percent * n // 100))


def exact_quantiles(coding: Coding, values: ValueCounts) -> tuple[Quantile, ...]:
    """The quantiles of a column whose values are all counted."""
    cumulative = values.cumulative
    if not cumulative:
        return ()
    places = (bisect_left(cumulative, rank_at(percent, cumulative[-1])) for percent in PERCENTS)
    return tuple(
        Quantile(p=percent / 100, value=coding.decode(values.codes[place]))
        for percent, place in zip(PERCENTS, places, strict=True)
    )


def _whole_moments(pairs: list[tuple[int, int]], n: int) -> tuple[float, float | None, float | None]:
    first = sum(code * count for code, count in pairs)
    second = sum(code * code * count for code, count in pairs)
    spread = n * second - first * first  # n² times the variance, as an integer
    variance = spread / (n * (n - 1)) if n > 1 else None
    if n < 3 or spread == 0:
        return first, variance, None
    third = sum(code**3 * count for code, count in pairs)
    return first, variance, (n * n * third - 3 * n * first * second + 2 * first**3) / float(spread) ** 1.5


def _float_moments(pairs: list[tuple[float, int]], n: int) -> tuple[float, float | None, float | None]:
    if not pairs:
        return 0.0, None, None
    # Distances from a value amid the others keep the digits that a large common offset would take; as shares of the
    # largest distance their powers stay finite, and halves are taken since the whole may overflow.
    centre = pairs[len(pairs) // 2][0]
    half = max(pairs[-1][0] / 2 - centre / 2, centre / 2 - pairs[0][0] / 2) or 1.0
    distances = [((code / 2 - centre / 2) / half, count) for code, count in pairs]
    mean = math.fsum(distance * count for distance, count in distances) / n
    spread = math.fsum((distance - mean) ** 2 * count for distance, count in distances)
    variance = spread / (n - 1) * (2 * half) ** 2 if n > 1 and half < _LARGEST_ROOT else None
    skew = None
    if n > 2 and spread > 0:
        skew = math.fsum((distance - mean) ** 3 * count for distance, count in distances) / n / (spread / n) ** 1.5
    return (mean * half * 2 + centre) * n, variance, skew
