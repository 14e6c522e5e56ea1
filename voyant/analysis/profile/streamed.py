"""Columns with too many distinct values to bring here: the engine computes what the profile says of them.

Sums must not depend on the order in which threads add rows up. Integers are summed as integers; powers of distances
from a centre are first rounded to multiples of 2⁻⁶² of the largest possible one, which add up exactly.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from msgspec import Struct

from voyant.analysis.profile.bins import bins_between
from voyant.analysis.profile.coding import BLANKS, Coding, Kind, shown
from voyant.analysis.profile.counts import ValueCounts, top_values
from voyant.analysis.profile.numbers import number_profile
from voyant.analysis.profile.overview import Extent
from voyant.analysis.profile.quantiles import Bracket, narrowed_quantiles
from voyant.analysis.rounding import rounded
from voyant.domain.profile import Histogram, NumberProfile, Quantile, TextProfile, ValueCount
from voyant.domain.table import Table
from voyant.lake.sql import identifier, literal

FIXED_POINT = 2.0**62
_INT64_DIFFERENCE = 2**62
_HUGEINT_SUM = 10**38


class Stream(Struct, frozen=True):
    """One column's codes, as SQL over all rows.

    Attributes:
        code: The expression, in a type in which differences of codes do not overflow.
        n: Rows with a code.
        extent: The smallest and the largest code; None where there is no code.
    """

    table: Table
    coding: Coding
    code: str
    n: int
    extent: Bracket | None

    @classmethod
    def of(cls, table: Table, coding: Coding, known: Extent) -> Stream:
        """The stream of a column whose codes have an order."""
        code = coding.expression
        if known.low is not None:
            n, low, high = known.count, coding.encode(known.low), coding.encode(known.high)
        else:
            [row] = table.query(
                f"SELECT count({code}) AS n, min({code}) AS low, max({code}) AS high FROM {_relation(table)}"
            )
            n, low, high = row["n"], row["low"], row["high"]
        if n == 0:
            return cls(table, coding, code, 0, None)
        if coding.kind is not Kind.FLOAT and max(abs(low), abs(high), high - low) >= _INT64_DIFFERENCE:
            code = f"CAST({code} AS HUGEINT)"
        return cls(table, coding, code, n, (low, high))

    def numbers(self, sampled: ValueCounts, infinite: int) -> tuple[NumberProfile, Histogram | None]:
        """Moments and histogram of a numeric column, in one look at it.

        Powers are of distances from a centre near the mean, taken from the sample, and then shifted to the mean.
        """
        if self.extent is None:
            return number_profile(self.coding, 0, None, None, n=0, zeros=0, negatives=0, infinite=infinite), None
        low, high = (float(bound) for bound in self.extent)
        centre = _centre(sampled, low, high)
        half = max(high / 2 - centre / 2, centre / 2 - low / 2) or 1.0  # halves, since the whole may overflow
        scale = 2 * half
        bins = bins_between(self.coding, *self.extent)
        rows = self.table.query(
            f"SELECT bin, count(*) AS n, {self._first_power()} AS first, sum({fixed('d * d')}) AS second, "
            f"sum({fixed('d * d * d')}) AS third, "
            f"count(*) FILTER (code = 0) AS zeros, count(*) FILTER (code < 0) AS negatives FROM ("
            f"SELECT {'0' if bins is None else bins.sql('code')} AS bin, code, "
            f"{distance_sql('code', centre, half)} AS d "
            f"FROM ({self._codes()}) WHERE code IS NOT NULL) GROUP BY bin"
        )
        first, second, third = (sum(row[power] for row in rows) for power in ("first", "second", "third"))
        total = first if self._sums_as_integers() else (first / FIXED_POINT / self.n * scale + centre) * self.n
        first = float(Fraction(total) / self.n - Fraction(centre)) / scale if math.isfinite(total) else 0.0
        second, third = second / FIXED_POINT / self.n, third / FIXED_POINT / self.n
        spread = max(0.0, second - first**2)
        described = number_profile(
            self.coding,
            total,
            spread * scale * scale * self.n / (self.n - 1) if self.n > 1 else None,
            (third - 3 * first * second + 2 * first**3) / spread**1.5 if spread > 0 else None,
            n=self.n,
            zeros=sum(row["zeros"] for row in rows),
            negatives=sum(row["negatives"] for row in rows),
            infinite=infinite,
        )
        return described, None if bins is None else bins.histogram({row["bin"]: row["n"] for row in rows})

    def histogram(self) -> Histogram | None:
        """The histogram of a column of times."""
        bins = None if self.extent is None else bins_between(self.coding, *self.extent)
        if bins is None:
            return None
        rows = self.table.query(
            f"SELECT {bins.sql('code')} AS bin, count(*) AS n FROM ({self._codes()}) "
            f"WHERE code IS NOT NULL GROUP BY bin"
        )
        return bins.histogram({row["bin"]: row["n"] for row in rows})

    def quantiles(self, sampled: ValueCounts) -> tuple[Quantile, ...]:
        """The quantiles, each exact or with how far it may be off."""
        if self.extent is None:
            return ()
        return narrowed_quantiles(self.table, self.coding, self.code, self.n, self.extent, sampled)

    def _codes(self) -> str:
        return f"SELECT {self.code} AS code FROM {_relation(self.table)}"

    def _sums_as_integers(self) -> bool:
        low, high = self.extent or (0, 0)
        return self.coding.kind is not Kind.FLOAT and max(abs(low), abs(high)) * self.n < _HUGEINT_SUM

    def _first_power(self) -> str:
        return "sum(code)" if self._sums_as_integers() else f"sum({fixed('d')})"


def _centre(sampled: ValueCounts, low: float, high: float) -> float:
    """The sample's mean, or the middle where the sample has no value."""
    if not sampled.codes:
        return low / 2 + high / 2
    n = sampled.total
    mean = math.fsum(code / n * count for code, count in zip(sampled.codes, sampled.counts, strict=True))
    return min(max(mean, low), high)


def streamed_text(table: Table, coding: Coding) -> TextProfile:
    """Lengths of a text column over all rows, whatever its values."""
    text = f"CAST({identifier(coding.column.name)} AS VARCHAR)"
    # Only texts that sort before "!" can start with a blank: looking into them all would take longer than the rest.
    empty = f"CASE WHEN text < '!' THEN NOT regexp_matches(text, '[^{BLANKS}]') ELSE false END"
    [row] = table.query(
        f"SELECT count(text) AS n, min(length(text)) AS shortest, max(length(text)) AS longest, "
        f"sum(length(text)) AS characters, count(*) FILTER ({empty}) AS empty "
        f"FROM (SELECT {text} AS text FROM {_relation(table)})"
    )
    return TextProfile(
        min_length=row["shortest"] or 0,
        max_length=row["longest"] or 0,
        mean_length=rounded(row["characters"] / row["n"]) if row["n"] else 0.0,
        empty=row["empty"],
    )


def text_extent(table: Table, coding: Coding) -> tuple[str | None, str | None]:
    """The first and the last text in binary order, as a profile shows them."""
    text = f"CAST({identifier(coding.column.name)} AS VARCHAR)"
    [row] = table.query(f"SELECT min({text}) AS low, max({text}) AS high FROM {_relation(table)}")
    low, high = (None if value is None else shown(value) for value in (row["low"], row["high"]))
    return low, high


def recount(table: Table, coding: Coding, candidates: list[Any]) -> tuple[ValueCount, ...]:
    """How many rows hold each candidate, over all rows, most frequent first."""
    if not candidates:
        return ()
    values = ", ".join(_literal(candidate) for candidate in candidates)
    # Texts are compared as they stand: making codes of them all takes longer than the rest.
    stored = f"CAST({identifier(coding.column.name)} AS VARCHAR)"
    rows = table.query(
        f"SELECT code, count(*) AS n "
        f"FROM (SELECT {stored if coding.kind is Kind.TEXT else coding.expression} AS code FROM {_relation(table)}) "
        f"WHERE code IN ({values}) GROUP BY code ORDER BY n DESC, code"
    )
    return top_values(coding, [(row["code"], row["n"]) for row in rows])


def distance_sql(code: str, centre: float, half: float) -> str:
    """SQL of a number's distance from the centre, as a share of the largest one.

    Args:
        half: Of the largest distance, since the whole may overflow.
    """
    return f"(CAST({code} AS DOUBLE) / 2 - {_double(centre / 2)}) / {_double(half)}"


def fixed(expression: str) -> str:
    """SQL of a number between -1 and 1 as an integer, so that sums do not depend on the order of adding."""
    return f"CAST({expression} * {_double(FIXED_POINT)} AS BIGINT)"


def _double(value: float) -> str:
    return f"CAST('{value!r}' AS DOUBLE)"


def _literal(code: Any) -> str:
    if isinstance(code, str):
        return literal(code)
    return _double(code) if isinstance(code, float) else str(code)


def _relation(table: Table) -> str:
    return identifier(table.dataset.name)
