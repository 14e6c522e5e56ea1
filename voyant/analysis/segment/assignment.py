"""Every unit in the segment whose centre is nearest, in SQL, and how the segments differ."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from voyant.analysis.insights.ranks import Floats
from voyant.analysis.segment.features import Axis, Prepared
from voyant.analysis.segment.units import Units
from voyant.domain.table import Table
from voyant.lake.sql import identifier, literal


class Difference(Struct, frozen=True):
    """What one axis is in a segment and elsewhere.

    Attributes:
        effect: Cohen's d for a number, h for the share of a category.
    """

    axis: Axis
    is_skewed: bool
    effect: float


class Assignment(Struct, frozen=True):
    """All units by segment.

    Attributes:
        centres: Of the largest segment first.
        sizes: Units in each; ``unassigned`` lack most of what they would be judged by.
        differences: Of each segment, every axis.
    """

    centres: Floats
    sizes: tuple[int, ...]
    unassigned: int
    differences: tuple[tuple[Difference, ...], ...]


def assigned(units: Units, features: Sequence[Prepared], centres: Floats, names: Sequence[str] = ()) -> str:
    """The SELECT of all units: key, ``segment`` from 1, ``segment_name`` and the features; NULL for a unit of which
    more than half of the features are missing."""
    axes = [axis for feature in features for axis in feature.axes]
    places = ", ".join(f"coalesce({axis.sql}, 0) AS z{place}" for place, axis in enumerate(axes))
    distances = ",\n    ".join(
        " + ".join(f"(z{place} - {float(value)!r}) ^ 2" for place, value in enumerate(centre)) for centre in centres
    )
    missing = " + ".join(f"CAST({identifier(feature.feature.name)} IS NULL AS INTEGER)" for feature in features)
    named = "".join(f" WHEN {number} THEN {literal(name)}" for number, name in enumerate(names, start=1))
    listed = ", ".join(identifier(name) for name in units.features)
    name = f"CASE segment{named} END" if names else "NULL"
    return (
        f"SELECT {identifier(units.key)}, segment, {name} AS segment_name, {listed}\nFROM (\n"
        f"  SELECT *, CASE WHEN 2 * ({missing}) <= {len(features)}\n"
        "    THEN CAST(list_position(distances, list_min(distances)) AS INTEGER) END AS segment\n"
        f"  FROM (SELECT *, [\n    {distances}\n  ] AS distances\n"
        f"  FROM (SELECT *, {places} FROM (\n{units.sql}\n) AS units) AS placed) AS measured\n"
        ") AS near"
    )


def assignment(table: Table, units: Units, features: Sequence[Prepared], centres: Floats) -> Assignment:
    """How many units each segment has, and how it differs from all others. One pass."""
    axes = [(axis, feature.is_skewed) for feature in features for axis in feature.axes]
    sums = ", ".join(_sums(place, axis) for place, (axis, _) in enumerate(axes))
    found = table.query(
        f"SELECT segment, count(*) AS n, {sums}\nFROM (\n{assigned(units, features, centres)}\n) AS assigned\n"
        "GROUP BY 1 ORDER BY 1"
    )
    rows = {row["segment"]: row for row in found}
    numbers = [number for number in range(1, len(centres) + 1) if number in rows]
    order = sorted(numbers, key=lambda number: (-int(rows[number]["n"]), number))
    columns = ("n", "s", "q")
    table_of_sums = np.asarray(
        [
            [[float(rows[number][f"{column}{place}"] or 0) for column in columns] for place in range(len(axes))]
            for number in order
        ]
    )
    whole = table_of_sums.sum(axis=0)
    return Assignment(
        centres=centres[[number - 1 for number in order]],
        sizes=tuple(int(rows[number]["n"]) for number in order),
        unassigned=int(rows[None]["n"]) if None in rows else 0,
        differences=tuple(
            tuple(
                Difference(axis, is_skewed, _effect(axis, here[place], whole[place] - here[place]))
                for place, (axis, is_skewed) in enumerate(axes)
            )
            for here in table_of_sums
        ),
    )


def _sums(place: int, axis: Axis) -> str:
    if axis.category is not None:
        column = identifier(axis.feature.name)
        hits = f"sum(CASE WHEN {column} = {literal(axis.category)} THEN 1 ELSE 0 END)"
        return f"count({column}) AS n{place}, {hits} AS s{place}, 0 AS q{place}"
    return f"count({axis.sql}) AS n{place}, sum({axis.sql}) AS s{place}, sum(({axis.sql}) ^ 2) AS q{place}"


def _effect(axis: Axis, here: Floats, there: Floats) -> float:
    (n, total, squares), (other_n, other_total, other_squares) = here, there
    if not n or not other_n:
        return 0.0
    mean, other = total / n, other_total / other_n
    if axis.category is not None:
        return float(2 * np.arcsin(np.sqrt(mean)) - 2 * np.arcsin(np.sqrt(other)))
    within = squares - n * mean**2 + other_squares - other_n * other**2
    spread = np.sqrt(max(float(within), 0.0) / (n + other_n))
    return float((mean - other) / max(spread, 1e-6))
