"""What a profile knows of a table: every figure is exact or carries its error.

Times and dates stand as ISO 8601 text, decimals as the nearest double. A column of personal data shows how many
values there are, how long they are and how many differ, never a value: ``minimum``, ``maximum``, ``top``,
``quantiles``, ``histogram``, ``patterns`` and ``terms`` are empty.
"""

from __future__ import annotations

from msgspec import Struct

from voyant.domain.table import ColumnType, Role

Scalar = int | float | str | bool | None
"""A value of a table as JSON can hold it."""


class Count(Struct, frozen=True, kw_only=True):
    """How many there are.

    Attributes:
        error: One standard error relative to ``value``; 0 where exact.
    """

    value: int
    exact: bool = True
    error: float = 0.0


class ValueCount(Struct, frozen=True, kw_only=True):
    """A value and the rows that hold it, exactly."""

    value: Scalar
    count: int


class Quantile(Struct, frozen=True, kw_only=True):
    """The smallest value that at least a share ``p`` of the values does not exceed (type 1 of Hyndman and Fan, 1996).

    Attributes:
        error: The true quantile is at most this far away: in the column's unit, seconds for times; 0 where exact.
    """

    p: float
    value: Scalar
    error: float = 0.0


class Histogram(Struct, frozen=True, kw_only=True):
    """Exact counts between edges of equal distance; bin ``i`` holds ``edges[i] <= value < edges[i + 1]``, and the
    last one also its upper edge."""

    edges: tuple[Scalar, ...]
    counts: tuple[int, ...]


class NumberProfile(Struct, frozen=True, kw_only=True):
    """Moments and shape of a numeric column, over its values that are finite numbers.

    Attributes:
        total: Their sum; like ``mean`` and ``sd`` None where doubles cannot hold it.
        sd: Sample standard deviation; None with fewer than two values.
        skew: Fisher-Pearson coefficient g1; None with fewer than three values or without spread.
        infinite: Values that are NaN or an infinity, which no other figure includes.
    """

    total: float | None
    mean: float | None
    sd: float | None
    skew: float | None
    zeros: int
    negatives: int
    infinite: int = 0


class Pattern(Struct, frozen=True, kw_only=True):
    """A shape of text: ``A`` a capital, ``a`` a small letter, ``9`` a digit, ``+`` one or more of the same before it.

    Attributes:
        share: Of the values looked at.
    """

    shape: str
    share: float


class Term(Struct, frozen=True, kw_only=True):
    """A word of free text, and the share of the texts looked at that contain it."""

    term: str
    share: float


class TextProfile(Struct, frozen=True, kw_only=True):
    """Lengths over all values; patterns and terms over ``looked_at`` of them.

    Attributes:
        empty: Values without any character that is not white space.
        patterns: The most frequent, most frequent first.
        looked_at: Values that patterns and terms were counted on: all, or a sample.
    """

    min_length: int
    max_length: int
    mean_length: float
    empty: int
    patterns: tuple[Pattern, ...] = ()
    terms: tuple[Term, ...] = ()
    looked_at: int = 0


class Gap(Struct, frozen=True, kw_only=True):
    """Periods without any row, from the first to the last of them."""

    first: str
    last: str
    periods: int


class TimeProfile(Struct, frozen=True, kw_only=True):
    """How a time column fills its range.

    Attributes:
        granularity: The finest unit that varies: ``second``, ``minute``, ``hour``, ``day``, ``month`` or ``year``;
            ``microsecond`` where seconds have fractions.
        period: The unit that gaps are counted in: the granularity, or a coarser one where the range is long.
        expected: Periods from the first to the last value.
        present: Periods with at least one row.
        gaps: The longest, longest first.
    """

    granularity: str
    period: str
    expected: int
    present: int
    gaps: tuple[Gap, ...] = ()


class ColumnProfile(Struct, frozen=True, kw_only=True):
    """One column, described.

    Attributes:
        count: Rows with a value.
        minimum: The smallest value, infinities and NaN left out; for text the first in binary order, cut at
            200 characters.
        quantiles: At 1, 5, 25, 50, 75, 95 and 99 %; for numbers and times.
        top: The most frequent values that at least two rows hold, most frequent first, ties by value; with very many
            distinct values only those that a row in a thousand holds.
        constant: Every row with a value has the same one.
        near_constant: Not constant, but at least 99 % of the rows with a value share one.
        unique: Every row has a value and no two the same; exact.
    """

    name: str
    type: ColumnType
    role: Role
    count: int
    nulls: int
    distinct: Count
    minimum: Scalar = None
    maximum: Scalar = None
    quantiles: tuple[Quantile, ...] = ()
    histogram: Histogram | None = None
    top: tuple[ValueCount, ...] = ()
    number: NumberProfile | None = None
    text: TextProfile | None = None
    time: TimeProfile | None = None
    constant: bool = False
    near_constant: bool = False
    unique: bool = False

    @property
    def rows(self) -> int:
        return self.count + self.nulls

    def quantile(self, p: float) -> Quantile | None:
        """The quantile at ``p``, None where it was not computed."""
        return next((quantile for quantile in self.quantiles if quantile.p == p), None)


class Association(Struct, frozen=True, kw_only=True):
    """How strongly two columns go together, on one scale for every kind of pair.

    Attributes:
        measure: ``spearman`` (two numbers or times: the absolute rank correlation), ``eta`` (a category and a number:
            the square root of the bias-corrected correlation ratio of ranks, epsilon squared of Kelley 1935) or
            ``cramers_v`` (two categories, bias-corrected: Bergsma 2013).
        strength: 0 none to 1 complete.
        direction: 1 or -1 where both sides have an order, else 0.
        pearson: The linear correlation of two numbers.
        p_value: Of no association, uncorrected; with many rows nearly always tiny, so judge by strength.
        n: Rows used, those where both have a value.
        exact: On all rows; otherwise on the profile's sample.
    """

    a: str
    b: str
    measure: str
    strength: float
    direction: int
    p_value: float
    n: int
    exact: bool
    pearson: float | None = None


class MissingPattern(Struct, frozen=True, kw_only=True):
    """Columns without a value in the same rows, and exactly how many rows have just these missing."""

    columns: tuple[str, ...]
    rows: int


class Profile(Struct, frozen=True, kw_only=True):
    """A table, described.

    Attributes:
        columns: In table order.
        keys: Sets of columns that identify a row, shortest first; every one was checked on all rows.
        duplicate_rows: Rows that repeat another row in every stored column: rows less distinct rows.
        associations: Strongest first, ties by name.
        missing: Most frequent first; rows without anything missing are not listed.
        sample_rows: Rows of the sample behind associations, patterns and terms; all rows where it equals ``rows``.
        notes: What was sampled, approximated or left out, and with which error.
    """

    table: str
    rows: int
    columns: tuple[ColumnProfile, ...]
    keys: tuple[tuple[str, ...], ...]
    duplicate_rows: Count
    associations: tuple[Association, ...]
    missing: tuple[MissingPattern, ...]
    sample_rows: int
    notes: tuple[str, ...]

    def column(self, name: str) -> ColumnProfile:
        """The column of that name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def association(self, a: str, b: str) -> Association | None:
        """What was found for the pair in either order; None where it was not computed."""
        pair = {a, b}
        return next((found for found in self.associations if {found.a, found.b} == pair), None)
