"""How many different values a column has: estimated from a slice of their hashes, exact where that is affordable."""

from __future__ import annotations

import math

from msgspec import Struct

from voyant.domain.profile import Count
from voyant.domain.table import Table
from voyant.lake.sql import identifier

MOST_EXACT = 1_000_000
"""Up to about this many distinct values are counted exactly."""
_HASHES_OF_A_SLICE = 2**17
HASHES = 2**64
_ROWS_OF_A_PART = 4_000_000


class Slice(Struct, frozen=True):
    """The values whose hash falls into a slice of all hashes: equal values always fall together.

    Attributes:
        parts: The slice is one of so many.
        rows: Rows in it.
        values: Distinct values among them.
    """

    parts: int
    rows: int
    values: int

    @property
    def estimate(self) -> Count:
        """All distinct values: those of the slice are a binomial draw from them."""
        if self.parts == 1:
            return Count(value=self.values)
        error = math.sqrt((1 - 1 / self.parts) / max(self.values, 1))
        return Count(value=self.values * self.parts, exact=False, error=round(error, 6))

    @property
    def fewest(self) -> float:
        """A bound below which there are hardly fewer distinct values: three standard errors less than estimated."""
        return self.estimate.value * (1 - 3 * self.estimate.error)

    @property
    def repeats(self) -> bool:
        """Whether a value certainly stands in two rows."""
        return self.values < self.rows


def slices(rows: int) -> int:
    """How many slices leave a bounded number of rows in each, however many there are."""
    return 1 << max(0, math.ceil(math.log2(max(rows, 1) / _HASHES_OF_A_SLICE)))


def slice_of(table: Table, columns: tuple[str, ...]) -> Slice:
    """The slice of a column's values, or of the combinations of several columns' values; rows with a NULL left out."""
    parts = slices(table.dataset.rows)
    [row] = table.query(
        f"SELECT count(*) AS different, CAST(coalesce(sum(n), 0) AS BIGINT) AS found FROM ("
        f"SELECT count(*) AS n FROM ({_hashes(table, columns)}) WHERE h < {HASHES // parts} GROUP BY h)"
        if parts > 1
        else f"SELECT count(DISTINCT h) AS different, count(*) AS found FROM ({_hashes(table, columns)})"
    )
    return Slice(parts, row["found"], row["different"])


def count_distinct(table: Table, column: str, slice_: Slice) -> Count:
    """The distinct values of a column: exact, or estimated where the slice says that there are too many."""
    estimate = slice_.estimate
    if estimate.exact or estimate.value * (1 + 3 * estimate.error) > MOST_EXACT:
        return estimate
    name = identifier(column)
    [row] = table.query(f"SELECT count(DISTINCT {name}) AS n FROM {identifier(table.dataset.name)}")
    return Count(value=row["n"])


def identifies_rows(table: Table, columns: tuple[str, ...]) -> bool:
    """Whether no two rows share their values in these columns, none of which is NULL; looks at every row."""
    names = ", ".join(identifier(column) for column in columns)
    parts = math.ceil(table.dataset.rows / _ROWS_OF_A_PART)  # bounds memory: a part's groups are held at once
    for part in range(parts):
        chosen = f" WHERE hash({names}) % {parts} = {part}" if parts > 1 else ""
        repeated = table.query(
            f"SELECT 1 AS found FROM {identifier(table.dataset.name)}{chosen} "
            f"GROUP BY {names} HAVING count(*) > 1 LIMIT 1"
        )
        if repeated:
            return False
    return True


def _hashes(table: Table, columns: tuple[str, ...]) -> str:
    names = [identifier(column) for column in columns]
    present = " AND ".join(f"{name} IS NOT NULL" for name in names)
    return f"SELECT hash({', '.join(names)}) AS h FROM {identifier(table.dataset.name)} WHERE {present}"
