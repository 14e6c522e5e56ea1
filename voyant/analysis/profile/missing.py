"""Which columns are missing together."""

from __future__ import annotations

from collections.abc import Sequence

from voyant.domain.profile import MissingPattern
from voyant.domain.table import Table
from voyant.lake.sql import identifier

MOST_PATTERNS = 20
MOST_COLUMNS = 600
_BITS = 60


def missing_patterns(table: Table, columns: Sequence[str]) -> tuple[MissingPattern, ...]:
    """The most frequent sets of columns that lack a value in the same rows, counted over all rows.

    Args:
        columns: Those with any missing value; at most ``MOST_COLUMNS``.
    """
    if not columns:
        return ()
    groups = [columns[start : start + _BITS] for start in range(0, len(columns), _BITS)]
    masks = ", ".join(f"{_mask(group)} AS mask_{number}" for number, group in enumerate(groups))
    names = ", ".join(f"mask_{number}" for number in range(len(groups)))
    anything = " OR ".join(f"mask_{number} <> 0" for number in range(len(groups)))
    rows = table.query(
        f"SELECT {names}, count(*) AS n FROM (SELECT {masks} FROM {identifier(table.dataset.name)}) "
        f"WHERE {anything} GROUP BY {names} ORDER BY n DESC, {names} LIMIT {MOST_PATTERNS}"
    )
    return tuple(
        MissingPattern(
            columns=tuple(
                name
                for number, group in enumerate(groups)
                for bit, name in enumerate(group)
                if row[f"mask_{number}"] >> bit & 1
            ),
            rows=row["n"],
        )
        for row in rows
    )


def _mask(columns: Sequence[str]) -> str:
    """An integer with a bit for each column that is missing."""
    bits = (f"CASE WHEN {identifier(name)} IS NULL THEN {1 << bit} ELSE 0 END" for bit, name in enumerate(columns))
    return f"CAST({' + '.join(bits)} AS BIGINT)"
