"""Counts of many columns' keys in few looks at a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from voyant.domain.table import Table
from voyant.lake.sql import identifier

Keys = NDArray[Any]
Ints = NDArray[np.int64]

_READ_WHOLE = 20_000
_CELLS_OF_A_QUERY = 2_000_000
_COLUMNS_OF_A_QUERY = 500
_COLUMNS_OF_A_GROUPING = 50
_GROUPS_OF_A_QUERY = 500_000


class Key(Struct, frozen=True):
    """What a column's rows are counted by.

    Attributes:
        sql: An expression of the table's columns; rows where it is NULL are left out.
        groups: About how many different keys there are at most.
    """

    sql: str
    groups: float


class Counted(Struct, frozen=True):
    """Keys in ascending order, and how many rows have each."""

    keys: Keys
    counts: Ints


def counted(table: Table, keys: Sequence[Key]) -> Iterator[Counted]:
    """The counts of each key in turn, exact, over all rows; the keys have one type.

    Tables of up to 20,000 rows are read in columns and counted here; of larger ones the engine groups many columns in
    one scan, so that what comes here, and what it holds, does not grow with the rows.
    """
    if table.dataset.rows <= _READ_WHOLE:
        most = max(1, _CELLS_OF_A_QUERY // max(1, table.dataset.rows))
        for start in range(0, len(keys), min(most, _COLUMNS_OF_A_QUERY)):
            yield from _read(table, keys[start : start + min(most, _COLUMNS_OF_A_QUERY)])
    else:
        for group in _groups(keys):
            yield from _grouped(table, group)


def _groups(keys: Sequence[Key]) -> Iterator[list[Key]]:
    group: list[Key] = []
    expected = 0.0
    for key in keys:
        if group and (len(group) == _COLUMNS_OF_A_GROUPING or expected + key.groups > _GROUPS_OF_A_QUERY):
            yield group
            group, expected = [], 0.0
        group.append(key)
        expected += key.groups
    if group:
        yield group


def _read(table: Table, keys: Sequence[Key]) -> Iterator[Counted]:
    found = table.arrow(f"SELECT {_selected(keys)} FROM {identifier(table.dataset.name)}")
    for column in found.columns:
        values, counts = np.unique(column.drop_null().to_numpy(), return_counts=True)
        yield Counted(values, counts.astype(np.int64))


def _grouped(table: Table, keys: Sequence[Key]) -> Iterator[Counted]:
    names = [f"k{number}" for number in range(len(keys))]
    together = ", ".join(names)
    which = f"grouping({together})" if len(keys) > 1 else "0"
    found = table.arrow(
        f"SELECT {which} AS which, coalesce({together}, NULL) AS key, count(*) AS n "
        f"FROM (SELECT {_selected(keys)} FROM {identifier(table.dataset.name)}) "
        f"GROUP BY GROUPING SETS ({', '.join(f'({name})' for name in names)})"
    )
    found = found.filter(found["key"].is_valid())
    which_key, values, counts = (found[name].to_numpy() for name in ("which", "key", "n"))
    order = np.lexsort((values, which_key))
    which_key, values, counts = which_key[order], values[order], counts[order].astype(np.int64)
    # Each bit of the mask is a key that rows are not grouped by, the first key's the highest.
    everything = (1 << len(keys)) - 1
    for number in range(len(keys)):
        mask = everything & ~(1 << (len(keys) - 1 - number)) if len(keys) > 1 else 0
        first, last = np.searchsorted(which_key, [mask, mask + 1])
        yield Counted(values[first:last], counts[first:last])


def _selected(keys: Sequence[Key]) -> str:
    return ", ".join(f"{key.sql} AS k{number}" for number, key in enumerate(keys))


def aligned(before: Counted, after: Counted) -> tuple[Keys, Ints, Ints]:
    """All keys of both sides in ascending order, and the rows that each side has of them."""
    keys = np.union1d(before.keys, after.keys)
    return keys, _spread(keys, before), _spread(keys, after)


def _spread(keys: Keys, side: Counted) -> Ints:
    counts = np.zeros(len(keys), dtype=np.int64)
    counts[np.searchsorted(keys, side.keys)] = side.counts
    return counts
