"""Bounds of numbers, beyond which a row is odd: found on a sample, or by the methods that people name."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from voyant.analysis.anomaly.rows.columns import as_number
from voyant.analysis.anomaly.rows.matrix import Scale
from voyant.analysis.anomaly.rows.tails import upper_bound
from voyant.analysis.insights.ranks import Floats
from voyant.domain.anomaly import AnomalyMethod
from voyant.domain.table import Column, Table
from voyant.lake.sql import identifier

IQRS, DEVIATIONS, MADS = 1.5, 3.0, 3.5
_NORMAL = 1.4826
"""Standard deviations of a normal distribution in one median absolute deviation of it."""


class Bounds(Struct, frozen=True):
    """What a column's usual values lie between; infinite where nothing can be said.

    Attributes:
        middle: Of the column, and ``unit`` what distances from it are told in.
    """

    column: Column
    low: float
    high: float
    middle: float = 0.0
    unit: float = 1.0

    def beyond(self, values: Floats) -> Floats:
        """How far beyond the bounds, in units: positive outside, negative inside; inside where missing."""
        with np.errstate(invalid="ignore"):
            away = np.maximum(values - self.high, self.low - values) / self.unit
        return np.nan_to_num(away, nan=-math.inf, posinf=math.inf, neginf=-math.inf)


def of_tails(scale: Scale, values: Floats, chance: float) -> Bounds:
    """Bounds that one more value exceeds on either side with at most ``chance``, by the tails of the values given."""
    places = scale.of(values)
    known = places[np.isfinite(places)]
    high, low = upper_bound(known, chance / 2), -upper_bound(-known, chance / 2)
    return Bounds(
        scale.column,
        low=scale.back(low) if math.isfinite(low) else -math.inf,
        high=scale.back(high) if math.isfinite(high) else math.inf,
        middle=scale.back(0.0),
    )


def named(table: Table, method: AnomalyMethod, columns: Sequence[Column]) -> list[Bounds]:
    """The fences of a named method, from all rows: Tukey's (1977) 1.5 interquartile ranges beyond the quartiles,
    three standard deviations around the mean, or 3.5 median absolute deviations (Iglewicz and Hoaglin 1993) around
    the median.

    Columns without spread have no bounds.
    """
    found = []
    for column in columns:
        value, source = as_number(column), identifier(table.dataset.name)
        [row] = table.query(f"SELECT {_STATISTICS[method].format(value=value)} FROM {source}")
        middle, spread, low, high = (row[name] for name in ("middle", "spread", "low", "high"))
        if spread is not None and math.isfinite(spread) and spread > 0:
            found.append(Bounds(column, low=low, high=high, middle=middle, unit=spread))
    return found


_STATISTICS = {
    AnomalyMethod.IQR: (
        "median({value}) AS middle, quantile_cont({value}, 0.75) - quantile_cont({value}, 0.25) AS spread, "
        f"quantile_cont({{value}}, 0.25) - {IQRS} * spread AS low, "
        f"quantile_cont({{value}}, 0.75) + {IQRS} * spread AS high"
    ),
    AnomalyMethod.Z_SCORE: (
        "avg({value}) AS middle, stddev_samp({value}) AS spread, "
        f"middle - {DEVIATIONS} * spread AS low, middle + {DEVIATIONS} * spread AS high"
    ),
    AnomalyMethod.MAD: (
        f"median({{value}}) AS middle, {_NORMAL} * mad({{value}}) AS spread, "
        f"middle - {MADS} * spread AS low, middle + {MADS} * spread AS high"
    ),
}
