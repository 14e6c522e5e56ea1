"""What makes rows or entities alike, as numbers whose distances mean something.

Numbers are cut at their outermost half percent, skewed ones go through a logarithm, and each counts by its range, which
tells groups better than standard deviations do (Milligan and Cooper 1988); a normal one has a variance of 1. A category
counts as much as a number: one indicator for each frequent value, of variances that sum to 1 (as in factor analysis of
mixed data, Pagès 2004). What is missing counts as average.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from voyant.analysis.insights.ranks import Floats
from voyant.lake.sql import identifier, literal

MOST_VALUES = 12
"""Of a category that get an indicator of their own; rarer ones have none."""
_CUT = 0.005
_NORMAL_RANGE = 5.15
"""Standard deviations between the cuts of a normal distribution."""
_SKEWED = 1.0
_FEW_LEVELS = 30


class Feature(Struct, frozen=True, kw_only=True):
    """A column of the units.

    Attributes:
        source: The SQL that gives it, over the table or over the rows of an entity.
        is_category: Text; else a finite number.
    """

    name: str
    words: str
    source: str
    is_category: bool
    unit: str | None = None


class Axis(Struct, frozen=True, kw_only=True):
    """One coordinate of the space in which distances are measured.

    Attributes:
        sql: The coordinate of a unit; NULL where its column is.
        values: Of the sample.
        category: The value that an indicator is of; None for numbers.
        share: Of the sample that has this value; ``height`` is how far it lies from the others along the axis.
    """

    feature: Feature
    sql: str
    values: Floats
    category: str | None = None
    share: float = 0.0
    height: float = 0.0


class Prepared(Struct, frozen=True, kw_only=True):
    """A feature with its coordinates.

    Attributes:
        preparation: What was done, in words.
        is_skewed: Its median says more than its mean.
        known: Of each unit of the sample, whether it has a value.
    """

    feature: Feature
    axes: tuple[Axis, ...]
    preparation: str
    is_skewed: bool
    known: NDArray[np.bool_]

    @property
    def missing(self) -> int:
        """Units of the sample without a value."""
        return int((~self.known).sum())


def prepared(feature: Feature, values: NDArray[np.object_] | Floats) -> Prepared | None:
    """The feature over a sample; None where it does not vary in it."""
    return _category(feature, values) if feature.is_category else _number(feature, np.asarray(values, dtype=np.float64))


def _number(feature: Feature, values: Floats) -> Prepared | None:
    known = values[np.isfinite(values)]
    if len(known) < 2:
        return None
    low, high = (float(edge) for edge in np.quantile(known, [_CUT, 1 - _CUT], method="inverted_cdf"))
    if low == high:  # all but a few are the same: these few are what varies
        low, high = float(known.min()), float(known.max())
    column = identifier(feature.name)
    cut = f"least(greatest({column}, {low!r}), {high!r})"
    shape, formula, words = _shape(np.clip(values, low, high), cut)
    inside = shape[np.isfinite(shape)]
    mean, spread = float(inside.mean()), float(inside.max() - inside.min()) / _NORMAL_RANGE
    if not spread > 1e-12 * max(1.0, abs(mean)):
        return None
    axis = Axis(
        feature=feature,
        sql=f"({formula} - {mean!r}) / {spread!r}",
        values=np.nan_to_num((shape - mean) / spread, nan=0.0),
    )
    return Prepared(
        feature=feature,
        axes=(axis,),
        preparation=words,
        is_skewed=words != "",
        known=np.isfinite(values),
    )


def _shape(values: Floats, sql: str) -> tuple[Floats, str, str]:
    """The values, through a logarithm where that takes their skew away."""
    known = values[np.isfinite(values)]
    skew = abs(_skew(known))
    if skew <= _SKEWED:
        return values, sql, ""
    if known.min() > 0:
        logged, formula, words = np.log(values), f"ln({sql})", "logarithm"
    else:
        usual = float(np.median(np.abs(known[known != 0])))
        logged = np.sign(values) * np.log1p(np.abs(values) / usual)
        formula, words = f"sign({sql}) * ln(1 + abs({sql}) / {usual!r})", f"logarithm beyond about {usual:.3g}"
    return (logged, formula, words) if abs(_skew(logged[np.isfinite(logged)])) < skew else (values, sql, "")


def _skew(values: Floats) -> float:
    spread = values.std()
    return float((((values - values.mean()) / spread) ** 3).mean()) if spread > 0 else 0.0


def _category(feature: Feature, values: NDArray[np.object_] | Floats) -> Prepared | None:
    known = np.asarray([value for value in values if value is not None], dtype=object)
    levels, counts = np.unique(known.astype(str), return_counts=True)
    order = sorted(range(len(levels)), key=lambda place: (-int(counts[place]), str(levels[place])))[:MOST_VALUES]
    if len(levels) < 2:
        return None
    shares = {str(levels[place]): float(counts[place]) / len(known) for place in order}
    spread = float(np.sqrt(sum(share * (1 - share) for share in shares.values())))
    column = identifier(feature.name)
    axes = tuple(
        Axis(
            feature=feature,
            category=value,
            share=share,
            height=1 / spread,
            sql=f"(CASE WHEN {column} = {literal(value)} THEN 1 WHEN {column} IS NOT NULL THEN 0 END - {share!r})"
            f" / {spread!r}",
            values=np.asarray(
                [0.0 if each is None else ((str(each) == value) - share) / spread for each in values], dtype=np.float64
            ),
        )
        for value, share in shares.items()
    )
    rarer = len(levels) - len(order)
    words = f"an indicator for each of its {len(axes)} most frequent values" if rarer else "an indicator for each value"
    return Prepared(
        feature=feature,
        axes=axes,
        preparation=words,
        is_skewed=False,
        known=np.asarray([each is not None for each in values]),
    )


def complete(features: Sequence[Prepared], least: float) -> list[Prepared]:
    """The features over the units of the sample that lack nothing, where these are at least such a share of it: what
    counts as average for want of a value fills the gap between two groups."""
    held = np.logical_and.reduce([feature.known for feature in features])
    if held.mean() < least:
        return list(features)
    return [
        replace(feature, axes=tuple(replace(axis, values=axis.values[held]) for axis in feature.axes))
        for feature in features
    ]


def coordinates(features: Sequence[Prepared]) -> Floats:
    """The sample as points: a row each."""
    return np.column_stack([axis.values for feature in features for axis in feature.axes])


def smeared(features: Sequence[Prepared], rng: np.random.Generator) -> Floats:
    """The same points, but numbers of few levels, such as counts, spread evenly around each level: their steps are no
    valleys."""
    columns = [
        _smeared(axis.values, rng) if axis.category is None else axis.values
        for feature in features
        for axis in feature.axes
    ]
    return np.column_stack(columns)


def _smeared(values: Floats, rng: np.random.Generator) -> Floats:
    levels, places = np.unique(values, return_inverse=True)
    if not 2 < len(levels) <= _FEW_LEVELS:
        return values
    steps = np.diff(levels)
    usual = 2 * float(np.median(steps))
    below = np.minimum(np.concatenate([steps[:1], steps]), usual) / 2
    above = np.minimum(np.concatenate([steps, steps[-1:]]), usual) / 2
    places_between = rng.uniform(size=len(values))
    return np.asarray(
        values - below[places] + places_between * (below + above)[places],
        dtype=np.float64,
    )


def without_copies(features: Sequence[Prepared], most: float) -> tuple[list[Prepared], list[tuple[Prepared, Prepared]]]:
    """The features that do not repeat an earlier one, and those that do, each with the one it repeats.

    Args:
        most: The largest correlation of two numbers that are not the same thing twice.
    """
    kept: list[Prepared] = []
    copies: list[tuple[Prepared, Prepared]] = []
    for feature in features:
        twin = next((other for other in kept if _correlation(feature, other) >= most), None)
        if twin is None:
            kept.append(feature)
        else:
            copies.append((feature, twin))
    return kept, copies


def _correlation(one: Prepared, other: Prepared) -> float:
    if one.feature.is_category or other.feature.is_category:
        return 0.0
    return abs(float(np.corrcoef(one.axes[0].values, other.axes[0].values)[0, 1]))
