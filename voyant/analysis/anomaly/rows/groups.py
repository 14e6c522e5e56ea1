"""Numbers that are usual in the table, but not in their group: dear coffee, a tall child."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct

from voyant.analysis.anomaly.rows.columns import Chosen
from voyant.analysis.anomaly.rows.matrix import Rows, Scale
from voyant.analysis.anomaly.rows.tails import upper_bound
from voyant.analysis.insights.ranks import Floats
from voyant.domain.profile import Profile

_FEWEST_ROWS = 30
_LEAST_ASSOCIATION = 0.3
MOST = 20


class Group(Struct, frozen=True):
    """A group's middle and spread, on the scale of the number."""

    middle: float
    spread: float


class Within(Struct, frozen=True):
    """A number by the groups of a category.

    Attributes:
        number, category: Their places among those chosen.
        high: Spreads above its group's middle from which a value is odd; ``low`` below.
    """

    number: int
    category: int
    scale: Scale
    groups: Mapping[str, Group]
    low: float
    high: float

    def beyond(self, rows: Rows) -> Any:
        """Which rows are odd in their group."""
        away = _away(self.scale.of(rows.numbers[:, self.number]), rows.categories[self.category], self.groups)
        with np.errstate(invalid="ignore"):
            return (away > self.high) | (away < self.low)


def pairs(chosen: Chosen, profile: Profile) -> list[tuple[int, int]]:
    """The numbers that differ by the groups of a category, strongest first, at most twenty."""
    numbers = {column.name: place for place, column in enumerate(chosen.numbers)}
    categories = {column.name: place for place, column in enumerate(chosen.categories)}
    found = []
    for association in profile.associations:
        if association.measure != "eta" or association.strength < _LEAST_ASSOCIATION:
            continue
        for number, category in ((association.a, association.b), (association.b, association.a)):
            if number in numbers and category in categories:
                found.append((numbers[number], categories[category]))
    return found[:MOST]


def learn(sample: Rows, scale: Scale, number: int, category: int, chance: float) -> Within:
    """The groups of at least thirty rows, and how far from their middles chance takes a value."""
    places, values = scale.of(sample.numbers[:, number]), sample.categories[category]
    codes = values.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    groups = {}
    for code, label in enumerate(values.dictionary.to_pylist()):
        own = places[(codes == code) & np.isfinite(places)]
        if len(own) >= _FEWEST_ROWS:
            low, middle, high = np.quantile(own, [0.25, 0.5, 0.75])
            if high > low:
                groups[label] = Group(float(middle), float(high - low) / 1.349)
    away = _away(places, values, groups)
    away = away[np.isfinite(away)]
    return Within(
        number,
        category,
        scale,
        groups,
        low=-upper_bound(-away, chance / 2),
        high=upper_bound(away, chance / 2),
    )


def _away(places: Floats, values: Any, groups: Mapping[str, Group]) -> Floats:
    """Spreads from the middle of the row's group; NaN where it has none."""
    labels = values.dictionary.to_pylist()
    none = Group(np.nan, np.nan)
    found = [groups.get(label, none) for label in labels]
    codes = values.indices.fill_null(len(labels)).to_numpy(zero_copy_only=False)
    middles = np.asarray([*(group.middle for group in found), np.nan])[codes]
    spreads = np.asarray([*(group.spread for group in found), np.nan])[codes]
    return np.asarray((places - middles) / spreads)
