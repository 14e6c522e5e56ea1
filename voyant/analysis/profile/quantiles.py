"""Quantiles of columns with too many values to count each: bracketed by the sample, then narrowed by exact counts.

Every round splits the brackets that hold the wanted ranks into finer bins and counts all rows into them, so that the
result is exact, or lies within a bin whose width is stated. The sample only decides where to look first: a bracket
that misses costs precision, never truth. Nothing depends on the order of rows, and memory not on their number.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from msgspec import Struct

from voyant.analysis.profile.coding import Coding, Kind
from voyant.analysis.profile.counts import ValueCounts
from voyant.analysis.profile.numbers import PERCENTS, rank_at
from voyant.analysis.rounding import rounded
from voyant.domain.profile import Quantile
from voyant.domain.table import Table
from voyant.lake.sql import identifier

ROUNDS = 4
ROUNDS_OF_DOUBLES = 3
"""Integers get exact in four rounds unless their range is immense; doubles hardly ever do."""
PARTS = 1024
_STANDARD_ERRORS = 4.0
"""Half the width of the first brackets: a true quantile is outside one time in 16,000."""

Bracket = tuple[Any, Any]
"""Smallest and largest code that a quantile may have."""


class _Segment(Struct, frozen=True):
    """Codes from ``low`` to ``high``, counted in parts of equal width."""

    low: Any
    high: Any
    parts: int
    width: Any

    def bounds(self, part: int) -> Bracket:
        low = self.low + part * self.width
        if isinstance(self.width, int):
            return low, min(self.high, low + self.width - 1)
        return low, self.high if part == self.parts - 1 else min(self.high, low + self.width)


def narrowed_quantiles(
    table: Table, coding: Coding, code: str, n: int, extent: Bracket, sampled: ValueCounts
) -> tuple[Quantile, ...]:
    """The quantiles of ``n`` values, all within ``extent``, each exact or with how far it may be off."""
    brackets = [_first_bracket(percent, extent, sampled) for percent in PERCENTS]
    for _ in range(ROUNDS_OF_DOUBLES if coding.kind is Kind.FLOAT else ROUNDS):
        if all(low == high for low, high in brackets):
            break
        segments = _segments(extent, brackets, whole=coding.kind is not Kind.FLOAT)
        brackets = _narrow(table, coding, code, n, segments)
    return tuple(_as_quantile(coding, percent, bracket) for percent, bracket in zip(PERCENTS, brackets, strict=True))


def _first_bracket(percent: int, extent: Bracket, sampled: ValueCounts) -> Bracket:
    cumulative = sampled.cumulative
    if not cumulative:
        return extent
    n, p = cumulative[-1], percent / 100
    slack = _STANDARD_ERRORS * math.sqrt(n * p * (1 - p)) + 1
    low, high = math.floor(n * p - slack), math.ceil(n * p + slack)
    return (
        sampled.codes[bisect_left(cumulative, low)] if low >= 1 else extent[0],
        sampled.codes[bisect_left(cumulative, high)] if high <= n else extent[1],
    )


def _segments(extent: Bracket, brackets: list[Bracket], *, whole: bool) -> list[_Segment]:
    """The whole extent as brackets, which are split, and what lies between them, which is not."""
    segments: list[_Segment] = []
    start = extent[0]
    step = 1 if whole else 0
    for low, high in _merged(brackets):
        if low > start:
            segments.append(_segment(start, low - step, 1, whole=whole))
        segments.append(_segment(low, high, PARTS, whole=whole))
        start = high + step
    if start <= extent[1] and (whole or start < extent[1]):
        segments.append(_segment(start, extent[1], 1, whole=whole))
    return segments


def _merged(brackets: list[Bracket]) -> Iterator[Bracket]:
    low, high = brackets[0]
    for next_low, next_high in brackets[1:]:
        if next_low > high:
            yield low, high
            low, high = next_low, next_high
        else:
            high = max(high, next_high)
    yield low, high


def _segment(low: Any, high: Any, parts: int, *, whole: bool) -> _Segment:
    if whole:
        width = max(1, -(-(high - low + 1) // parts))
        return _Segment(low, high, -(-(high - low + 1) // width), width)
    width = high / parts - low / parts
    return _Segment(low, high, parts if width > 0 else 1, width)


def _narrow(table: Table, coding: Coding, code: str, n: int, segments: list[_Segment]) -> list[Bracket]:
    bins = [(segment, part) for segment in segments for part in range(segment.parts)]
    place = _place_sql(segments, whole=coding.kind is not Kind.FLOAT)
    [row] = table.query(
        f"SELECT list(place ORDER BY place) AS places, list(n ORDER BY place) AS counts FROM ("
        f"SELECT {place} AS place, count(*) AS n FROM (SELECT {code} AS code FROM {identifier(table.dataset.name)}) "
        f"WHERE code IS NOT NULL GROUP BY place)"
    )
    cumulative = list(accumulate(row["counts"]))
    brackets = []
    for percent in PERCENTS:
        segment, part = bins[row["places"][bisect_left(cumulative, rank_at(percent, n))]]
        brackets.append(segment.bounds(part))
    return brackets


def _place_sql(segments: list[_Segment], *, whole: bool) -> str:
    cases = []
    offset = 0
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        # Between doubles a gap ends where the next bracket begins, which belongs to the bracket.
        belongs = "<=" if whole or segment.parts > 1 or segment.width == 0 else "<"
        condition = "ELSE" if last else f"WHEN code {belongs} {_number(segment.high)} THEN"
        cases.append(f"{condition} {offset}{_part_sql(segment, whole=whole)}")
        offset += segment.parts
    return cases[0].removeprefix("ELSE ") if len(cases) == 1 else f"CASE {' '.join(cases)} END"


def _part_sql(segment: _Segment, *, whole: bool) -> str:
    if segment.parts == 1:
        return ""
    distance = f"(code - ({_number(segment.low)}))"
    if whole:
        return f" + CAST({distance} // {segment.width} AS INTEGER)"
    scaled = f"floor({distance} / {_number(segment.width)})"
    return f" + CAST(least({scaled}, {segment.parts - 1}) AS INTEGER)"


def _number(value: Any) -> str:
    return f"CAST('{value!r}' AS DOUBLE)" if isinstance(value, float) else str(value)


def _as_quantile(coding: Coding, percent: int, bracket: Bracket) -> Quantile:
    low, high = bracket
    if low == high:
        return Quantile(p=percent / 100, value=coding.decode(low))
    middle = (low + high) // 2 if isinstance(low, int) else low / 2 + high / 2
    farthest = max(high - middle, middle - low)
    if isinstance(farthest, float):
        farthest += 4 * math.ulp(max(abs(low), abs(high)))  # a double at a bin's edge may be counted beside it
    # Rounding to ten digits must not make the bound smaller.
    return Quantile(p=percent / 100, value=coding.decode(middle), error=rounded(coding.distance(farthest) * (1 + 1e-9)))
