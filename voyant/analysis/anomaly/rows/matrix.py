"""The rows of a table as arrays, a bounded number at a time: numbers on scales of their own, categories by how rare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from msgspec import Struct

from voyant.analysis.anomaly.rows.columns import Chosen, as_number
from voyant.analysis.insights.ranks import Floats, Ints
from voyant.domain.table import ROW, Column, Table
from voyant.lake.sql import identifier

MOST_SAMPLED = 50_000
ROWS_AT_ONCE = 50_000
_NEAR = 2.0
"""Spreads from the middle up to which distances stay as they are; farther ones grow by their logarithm, so that one
column does not decide all distances."""


class Rows(Struct, frozen=True):
    """Some rows as arrays.

    Attributes:
        places: Their numbers in the table, from 1.
        numbers: Rows by columns; NaN where missing.
        categories: Per column the values as Arrow's dictionary array.
    """

    places: Ints
    numbers: Floats
    categories: tuple[Any, ...]


class Scale(Struct, frozen=True):
    """The scale on which a number's distances are alike wherever it lies.

    Attributes:
        logged: Of a column that is positive and skewed: ratios count, not differences.
    """

    column: Column
    logged: bool
    middle: float
    spread: float

    def of(self, values: Floats) -> Floats:
        """Spreads from the middle; NaN where there is no value, or none on this scale."""
        with np.errstate(invalid="ignore", divide="ignore"):
            scaled = ((np.log(values) if self.logged else values) - self.middle) / self.spread
        return np.where(np.isfinite(scaled), scaled, np.nan)

    def back(self, scaled: float) -> float:
        """The value at a place on the scale; infinity where doubles do not reach."""
        place = self.middle + scaled * self.spread
        with np.errstate(over="ignore"):
            return float(np.exp(place)) if self.logged else place


def read(table: Table, chosen: Chosen) -> Iterator[Rows]:
    """All rows in order, a part at a time."""
    total = table.dataset.rows
    for first in range(1, total + 1, ROWS_AT_ONCE):
        yield _rows(table, chosen, f"{identifier(ROW)} BETWEEN {first} AND {first + ROWS_AT_ONCE - 1}")


def sample(table: Table, chosen: Chosen) -> Rows:
    """All rows, or of many those that a hash of their number chooses: the same of the same snapshot."""
    total = table.dataset.rows
    return _rows(
        table, chosen, "true" if total <= MOST_SAMPLED else f"hash({identifier(ROW)}) % {total} < {MOST_SAMPLED}"
    )


def _rows(table: Table, chosen: Chosen, where: str) -> Rows:
    numbers = [f"{as_number(column)} AS n{place}" for place, column in enumerate(chosen.numbers)]
    categories = [
        f"CAST({identifier(column.name)} AS VARCHAR) AS c{place}" for place, column in enumerate(chosen.categories)
    ]
    listed = ", ".join([identifier(ROW), *numbers, *categories])
    found = table.arrow(f"SELECT {listed} FROM {table.numbered} WHERE {where} ORDER BY {identifier(ROW)}")
    columns = [found.column(f"n{place}").to_numpy().astype(np.float64) for place in range(len(numbers))]
    return Rows(
        places=found.column(ROW).to_numpy().astype(np.int64),
        numbers=np.column_stack(columns) if columns else np.zeros((found.num_rows, 0)),
        categories=tuple(
            found.column(f"c{place}").combine_chunks().dictionary_encode() for place in range(len(categories))
        ),
    )


def scale_of(column: Column, values: Floats, *, may_log: bool = True) -> Scale:
    """The scale that the known values of a column suggest.

    The spread is that of the middle half, as of a normal distribution, and at least a tenth of the standard deviation;
    where the middle half is one value, it is the standard deviation.
    """
    known = values[np.isfinite(values)]
    logged = may_log and not column.type.is_temporal and _is_skewed(known)
    placed = np.log(known) if logged else known
    low, middle, high = np.quantile(placed, [0.25, 0.5, 0.75]) if len(placed) else (0.0, 0.0, 0.0)
    with np.errstate(over="ignore", invalid="ignore"):
        deviation = float(placed.std()) if len(placed) else 0.0
    deviation = deviation if np.isfinite(deviation) else 0.0
    spread = max(float(high - low) / 1.349 or deviation, deviation / 10)
    return Scale(column, logged, float(middle), spread if np.isfinite(spread) and spread > 0 else 1.0)


def _is_skewed(values: Floats) -> bool:
    if not len(values) or values.min() <= 0:
        return False
    low, middle, high = np.quantile(values, [0.1, 0.5, 0.9])
    return bool(high - middle > 2 * max(middle - low, 1e-300))


def scaled(numbers: Floats, scales: tuple[Scale, ...]) -> Floats:
    """Each column on its scale; NaN where missing."""
    return np.column_stack([scale.of(numbers[:, place]) for place, scale in enumerate(scales)] or [numbers])


def drawn_in(places: Floats) -> Floats:
    """Places on scales with far ones drawn in, and missing ones in the middle."""
    known = np.nan_to_num(places)
    size = np.abs(known)
    return np.asarray(np.sign(known) * np.where(size <= _NEAR, size, _NEAR + np.log1p(np.maximum(size - _NEAR, 0))))


def drawn_out(place: float) -> float:
    """The inverse of ``drawn_in``."""
    size = abs(place)
    return float(np.sign(place)) * (size if size <= _NEAR else _NEAR + float(np.expm1(min(size - _NEAR, 700))))


class Rarity:
    """How rare the values of categories are: the logarithm of one over their share of the sample."""

    def __init__(self, sample: Rows) -> None:
        self._tables = [self._shares(values) for values in sample.categories]
        self._unseen = float(np.log(2 * max(1, len(sample.places))))

    def of(self, rows: Rows) -> Floats:
        """Rows by columns; 0 where missing."""
        columns = []
        for values, shares in zip(rows.categories, self._tables, strict=True):
            per_value = [shares.get(value, self._unseen) for value in values.dictionary.to_pylist()]
            codes = values.indices.fill_null(len(per_value)).to_numpy(zero_copy_only=False)
            columns.append(np.asarray([*per_value, 0.0])[codes])
        return np.column_stack(columns) if columns else np.zeros((len(rows.places), 0))

    @staticmethod
    def _shares(values: Any) -> dict[str, float]:
        codes = values.indices.drop_null().to_numpy(zero_copy_only=False)
        labels = values.dictionary.to_pylist()
        counts = np.bincount(codes, minlength=len(labels))
        return {label: float(np.log(len(codes) / count)) for label, count in zip(labels, counts, strict=True)}
