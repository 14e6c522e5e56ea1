"""What segments look like: their points in the plane that shows most, and how far each lies from the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from voyant.analysis.insights.ranks import Floats
from voyant.analysis.rounding import rounded
from voyant.analysis.segment.assignment import Difference
from voyant.domain.segmentation import Segment

if TYPE_CHECKING:
    import pyarrow

MOST_POINTS = 1_000
MOST_ROWS = 12


def points(coordinates: Floats, centres: Floats, names: Sequence[str]) -> pyarrow.Table:
    """Some units of the sample in the plane in which the centres lie widest apart: ``x``, ``y``, ``segment``."""
    import pyarrow

    step = -(-len(coordinates) // MOST_POINTS)
    shown = coordinates[::step]
    nearest = ((shown[:, None, :] - centres[None]) ** 2).sum(axis=2).argmin(axis=1)
    flat = (shown - coordinates.mean(axis=0)) @ _plane(coordinates, centres).T
    return pyarrow.table(
        {
            "x": [rounded(float(value)) for value in flat[:, 0]],
            "y": [rounded(float(value)) for value in flat[:, 1]],
            "segment": [label(int(place) + 1, names[place]) for place in nearest],
        }
    )


def _plane(coordinates: Floats, centres: Floats) -> Floats:
    """Two directions at right angles: the widest between the centres, then what of the sample is left that varies
    most. Signs are such that the largest part of each is positive."""
    first = _widest(centres - centres.mean(axis=0))
    rest = coordinates - coordinates.mean(axis=0)
    rest = rest - np.outer(rest @ first, first)
    between = centres - centres.mean(axis=0)
    between = between - np.outer(between @ first, first)
    second = _widest(between if len(centres) > 2 else rest) if coordinates.shape[1] > 1 else np.zeros_like(first)
    return np.stack([first, second])


def _widest(rows: Floats) -> Floats:
    direction = np.linalg.svd(rows, full_matrices=False)[2][0]
    return np.asarray(direction * (np.sign(direction[np.argmax(np.abs(direction))]) or 1.0))


def effects(segments: Sequence[Segment], differences: Sequence[Sequence[Difference]]) -> pyarrow.Table:
    """How far every segment lies from the others in the columns that tell most: ``segment``, ``column``, ``effect``."""
    import pyarrow

    largest: dict[str, float] = {}
    for each in (each for found in differences for each in found):
        largest[_title(each)] = max(largest.get(_title(each), 0.0), abs(each.effect))
    told = sorted(largest, key=lambda title: (-round(largest[title], 9), title))[:MOST_ROWS]
    cells = [
        (label(segment.number, segment.name), title, float(f"{each.effect:.4g}"))
        for segment, found in zip(segments, differences, strict=True)
        for title, each in sorted((_title(each), each) for each in found)
        if title in told
    ]
    return pyarrow.table(
        {name: [cell[place] for cell in cells] for place, name in enumerate(("segment", "column", "effect"))}
    )


def _title(difference: Difference) -> str:
    words, category = difference.axis.feature.words, difference.axis.category
    return words if category is None else f"{words}: {category}"


def label(number: int, name: str) -> str:
    """A segment in a legend."""
    return f"{number}: {name}"
