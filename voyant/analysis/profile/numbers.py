"""Moments and quantiles of counted values, exact: integers are summed as integers, doubles without rounding between."""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import Any

from voyant.analysis.profile.coding import Coding, Kind
from voyant.analysis.profile.counts import ValueCounts, rounded_if_finite
from voyant.domain.profile import NumberProfile, Quantile

PERCENTS = (1, 5, 25, 50, 75, 95, 99)


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
    scale = max((abs(code) for code, _ in pairs), default=0.0) or 1.0  # keeps powers of huge values finite
    total = math.fsum(code / scale * count for code, count in pairs)
    mean = total / n if n else 0.0
    second = math.fsum((code / scale - mean) ** 2 * count for code, count in pairs)
    variance = second / (n - 1) if n > 1 else None
    skew = None
    if n > 2 and len(pairs) > 1:
        third = math.fsum((code / scale - mean) ** 3 * count for code, count in pairs)
        skew = third / n / (second / n) ** 1.5 if second > 0 else None
    return total * scale, _scaled(variance, scale), skew


def _scaled(variance: float | None, scale: float) -> Any:
    return None if variance is None else variance * scale * scale
