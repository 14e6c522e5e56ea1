"""The distinct values of a column with how often each stands: everything exact follows from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from heapq import nsmallest
from itertools import accumulate
from typing import Any

from msgspec import Struct

from voyant.analysis.profile.coding import Coding
from voyant.domain.profile import ValueCount
from voyant.domain.table import Table
from voyant.lake.sql import identifier

MOST_COUNTED = 20_000
"""A column with more distinct values is described by the engine, without bringing its values here."""
TOP_VALUES = 20


class ValueCounts(Struct, frozen=True):
    """Codes in ascending order, and how many rows hold each."""

    codes: list[Any]
    counts: list[int]

    @classmethod
    def of(cls, codes: Iterable[Any]) -> ValueCounts:
        """Counted from the codes of single rows; None among them is no value."""
        counter = Counter(codes)
        counter.pop(None, None)
        ordered = sorted(counter.items())
        return cls([code for code, _ in ordered], [count for _, count in ordered])

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def cumulative(self) -> list[int]:
        """For each code, the rows with it or a smaller one."""
        return list(accumulate(self.counts))

    @property
    def singles(self) -> int:
        """Codes that one row alone holds."""
        return self.counts.count(1)

    def most_frequent(self, limit: int = TOP_VALUES) -> list[tuple[Any, int]]:
        """Codes that at least two rows hold, most frequent first, ties in ascending order."""
        repeated = ((-count, code) for code, count in zip(self.codes, self.counts, strict=True) if count > 1)
        return [(code, -negative) for negative, code in nsmallest(limit, repeated)]


def count_values(table: Table, coding: Coding) -> ValueCounts | None:
    """The column's values counted over all rows; None where there are more than ``MOST_COUNTED``."""
    name = identifier(coding.column.name)
    # The inner grouping is by the stored value, which the engine has fast ways for; codes are made of few values.
    [row] = table.query(
        f"SELECT list(code ORDER BY code) AS codes, list(n ORDER BY code) AS counts, count(*) AS found FROM ("
        f"SELECT {coding.expression} AS code, CAST(sum(n) AS BIGINT) AS n FROM ("
        f"SELECT {name}, count(*) AS n FROM {identifier(table.dataset.name)} WHERE {name} IS NOT NULL "
        f"GROUP BY {name} LIMIT {MOST_COUNTED + 1}) GROUP BY code HAVING code IS NOT NULL)"
    )
    if row["found"] > MOST_COUNTED:
        return None
    return ValueCounts(row["codes"] or [], row["counts"] or [])


def top_values(coding: Coding, frequent: Iterable[tuple[Any, int]]) -> tuple[ValueCount, ...]:
    """Counted codes as the profile shows them."""
    return tuple(ValueCount(value=coding.decode(code), count=count) for code, count in frequent)
