"""What identifies a row, and rows that repeat others.

A set of columns is a key only after every row was looked at. Most sets are ruled out before that, by two rows of the
sample that agree, or by two in the slice of hashes: either is proof.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations

from voyant.analysis.profile.distinct import identifies_rows, slice_of
from voyant.analysis.profile.sample import SampledColumn, is_whole
from voyant.domain.profile import ColumnProfile, Count
from voyant.domain.table import Column, ColumnType, Role, Table
from voyant.lake.sql import identifier

MOST_COLUMNS_OF_A_KEY = 3
MOST_CANDIDATES = 12
"""Columns that composite keys are sought among, in table order."""
_MOST_SLICED = 10
_MOST_KEYS = 5
_MOST_ROWS_HASHED = 4_000_000
_HASHES_OF_A_SLICE = 2**17
_HASHES = 2**64
_PART_ROLES = {Role.IDENTIFIER, Role.TIME, Role.DIMENSION, Role.GEOGRAPHY}


def can_be_key(column: Column) -> bool:
    """Whether a column may name rows at all; amounts and prose are unique only by accident."""
    return column.role in _PART_ROLES and column.type not in {ColumnType.FLOAT, ColumnType.NESTED}


def single_keys(table: Table, profiles: Sequence[ColumnProfile]) -> tuple[tuple[str, ...], ...]:
    """Every column that identifies rows alone."""
    unique = {profile.name for profile in profiles if profile.unique}
    return tuple((column.name,) for column in table.dataset.columns if column.name in unique and can_be_key(column))


def composite_keys(
    table: Table, profiles: Sequence[ColumnProfile], sampled: Sequence[SampledColumn]
) -> tuple[tuple[str, ...], ...]:
    """The smallest combinations of two or three columns that identify rows.

    Args:
        sampled: The columns that may be part of one, none with a missing value.
    """
    if table.dataset.rows == 0:
        return ()
    distinct = {profile.name: profile.distinct.value for profile in profiles}
    for size in range(2, MOST_COLUMNS_OF_A_KEY + 1):
        keys = tuple(_keys_of_size(table, size, distinct, sampled[:MOST_CANDIDATES]))
        if keys:
            return keys[:_MOST_KEYS]
    return ()


def _keys_of_size(
    table: Table, size: int, distinct: dict[str, int], sampled: Sequence[SampledColumn]
) -> Iterator[tuple[str, ...]]:
    sliced = 0
    for columns in combinations(sampled, size):
        names = tuple(column.coding.column.name for column in columns)
        enough = math.prod(distinct[name] for name in names) >= 0.9 * table.dataset.rows  # some are estimates
        if not enough or _repeats(columns):
            continue
        if is_whole(table):
            yield names
        elif sliced < _MOST_SLICED:
            sliced += 1
            if not slice_of(table, names).repeats and identifies_rows(table, names):
                yield names


def _repeats(columns: Sequence[SampledColumn]) -> bool:
    """Whether two rows of the sample agree in all these columns."""
    return distinct_rows(columns) < len(columns[0].places)


def distinct_rows(columns: Sequence[SampledColumn]) -> int:
    """Different rows among the sampled ones, as these columns tell them apart."""
    import numpy as np

    classes = columns[0].places.astype(np.int64)
    number = 0
    for column in columns:
        found, classes = np.unique(classes * (len(column.counts.codes) + 1) + column.places + 1, return_inverse=True)
        number = len(found)
    return number


def duplicate_rows(table: Table) -> Count:
    """Rows less distinct rows, by 64-bit hashes of whole rows: exact for up to four million rows, else estimated.

    The estimate looks at the rows whose hash falls into a slice; its error is the standard error of that draw.
    """
    names = ", ".join(identifier(column.name) for column in table.dataset.columns if column.formula is None)
    relation = identifier(table.dataset.name)
    rows = table.dataset.rows
    parts = 1 if rows <= _MOST_ROWS_HASHED else 2 ** math.ceil(math.log2(rows / _HASHES_OF_A_SLICE))
    chosen = f" WHERE h < {_HASHES // parts}" if parts > 1 else ""
    [row] = table.query(
        f"SELECT CAST(coalesce(sum(n - 1), 0) AS BIGINT) AS repeated, "
        f"CAST(coalesce(sum((n - 1) * (n - 1)), 0) AS BIGINT) AS squares "
        f"FROM (SELECT count(*) AS n FROM (SELECT hash({names}) AS h FROM {relation}){chosen} GROUP BY h)"
    )
    if parts == 1:
        return Count(value=row["repeated"])
    error = math.sqrt(row["squares"]) / row["repeated"] if row["repeated"] else 0.0
    return Count(value=row["repeated"] * parts, exact=False, error=round(error, 6))
