"""What identifies a row, and rows that repeat others.

A set of columns is a key only after every row was looked at. Most sets are ruled out before that, by two rows of the
sample that agree, or by two in the slice of hashes: either is proof.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations

from voyant.analysis.profile.distinct import HASHES, identifies_rows, slice_of, slices
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
_COMPARED_FIRST = 4
_ROWS_FIRST = 1000
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
    """Whether two rows of the sample agree in all these columns; a few rows show it for most combinations."""
    rows = len(columns[0].places)
    return any(_distinct_rows(columns, looked_at) < looked_at for looked_at in (min(rows, _ROWS_FIRST), rows))


def _distinct_rows(columns: Sequence[SampledColumn], rows: int) -> int:
    """Different rows among the first sampled ones, as these columns tell them apart."""
    import numpy as np

    classes = np.zeros(rows, dtype=np.int64)
    number = 0
    for column in columns:
        combined = classes * (len(column.counts.codes) + 1) + column.places[:rows] + 1
        found, classes = np.unique(combined, return_inverse=True)
        number = len(found)
    return number


def duplicate_rows(table: Table, profiles: Sequence[ColumnProfile]) -> Count:
    """Rows less distinct rows, by 64-bit hashes of whole rows: exact for up to four million rows, else estimated."""
    stored = [column.name for column in table.dataset.columns if column.formula is None]
    if table.dataset.rows > _MOST_ROWS_HASHED:
        return _estimated_duplicates(table, [profile for profile in profiles if profile.name in stored])
    [found] = table.query(
        f"SELECT count(*) - count(DISTINCT h) AS repeated "
        f"FROM (SELECT {_hash(stored)} AS h FROM {identifier(table.dataset.name)})"
    )
    return Count(value=found["repeated"])


def _estimated_duplicates(table: Table, profiles: Sequence[ColumnProfile]) -> Count:
    """An estimate from the rows whose value in the most varied column has a hash in a slice of all hashes.

    Equal rows agree in that column too, so they are in the slice together. The error is the standard error of drawing
    so many of that column's values.
    """
    varied = sorted(profiles, key=lambda each: (each.type is ColumnType.TEXT, -each.distinct.value))
    names = [profile.name for profile in varied]
    parts = slices(table.dataset.rows)
    repeated = squares = 0
    for compared in (names[:_COMPARED_FIRST], names):  # most tables show by a few columns that no row repeats
        [found] = table.query(
            f"SELECT CAST(coalesce(sum(repeated), 0) AS BIGINT) AS repeated, "
            f"CAST(coalesce(sum(repeated * repeated), 0) AS BIGINT) AS squares FROM ("
            f"SELECT CAST(sum(n - 1) AS BIGINT) AS repeated FROM ("
            f"SELECT {_hash(names[:1])} AS v, {_hash(compared)} AS h, count(*) AS n "
            f"FROM {identifier(table.dataset.name)} WHERE {_hash(names[:1])} < {HASHES // parts} GROUP BY v, h) "
            f"GROUP BY v)"
        )
        repeated, squares = found["repeated"], found["squares"]
        if repeated == 0:
            break
    error = math.sqrt(squares) / repeated if repeated else 0.0
    return Count(value=repeated * parts, exact=False, error=round(error, 6))


def _hash(names: Sequence[str]) -> str:
    return f"hash({', '.join(map(identifier, names))})"
