"""Runs: values that are missing, or stay the same, for longer than they ever do."""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from voyant.analysis.anomaly.series.tails import FEWEST, Floats

_LONGER_THAN_OTHERS = 3.0
"""Times the length of the longest run that is no exception."""
_FEW = 3
"""Runs, or one in a hundred of them, that can be exceptions."""
_FEWEST = 3
"""Marks of a run that can be an exception."""
_MOSTLY_THE_SAME = 0.5
"""Of the other points, like the one before them: nothing is stuck where little ever moves."""


class Run(Struct, frozen=True, kw_only=True):
    """A run by index.

    Attributes:
        usual: The length that runs of the series hardly exceed otherwise.
        log_p: Natural logarithm of the chance of so long a run anywhere in the series, were each point to go on like
            the one before it as often as the others do; where no other does, were each by itself.
    """

    start: int
    end: int
    usual: int
    log_p: float


def stuck(values: Floats, level: float) -> list[Run]:
    """Stretches in which a value that otherwise changes is the same throughout."""
    same = np.concatenate(([False], values[1:] == values[:-1]))
    points = int(np.sum(~np.isnan(values)))
    found = []
    for run in _odd(same, points, level):
        start = run.start - 1
        rest = np.delete(same, slice(start, run.end))
        if len(rest) < FEWEST or np.mean(rest) > _MOSTLY_THE_SAME:
            continue
        log_p = max(run.log_p, math.log(points) + (run.end - start - 1) * _staying(values, start, run.end))
        if log_p <= math.log(level):
            found.append(Run(start=start, end=run.end, usual=run.usual + 1, log_p=log_p))
    return found


def _staying(values: Floats, start: int, end: int) -> float:
    """Natural logarithm of how often the value of a run is followed by itself elsewhere, once more than was seen: some
    values, such as 0 among counts, stay longer than others."""
    before, after = np.delete(values, slice(start, end))[:-1], np.delete(values, slice(start, end))[1:]
    there = before == values[start]
    return math.log((np.sum(after[there] == values[start]) + 1) / (np.sum(there) + 1)) if there.any() else -math.inf


def gaps(values: Floats, level: float) -> list[Run]:
    """Stretches without values, where there usually are some."""
    return _odd(np.isnan(values), len(values), level)


def _odd(marks: NDArray[np.bool_], points: int, level: float) -> list[Run]:
    """Runs of marks that are far longer than the others, as geometric runs would be one time in so many."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], marks.astype(np.int8), [0]))))
    starts, ends = edges[::2], edges[1::2]
    longest = np.argsort(starts - ends, kind="stable")
    lengths = (ends - starts)[longest]
    few = max(_FEW, len(lengths) // 100)
    apart = [
        count
        for count in range(1, min(few, int(np.count_nonzero(lengths >= _FEWEST))) + 1)
        if count == len(lengths) or lengths[count - 1] >= _LONGER_THAN_OTHERS * lengths[count]
    ]
    if not apart:
        return []
    others = lengths[apart[-1] :]
    usual = int(others[0]) if len(others) else 0
    found = []
    for place, length in zip(longest[: apart[-1]].tolist(), lengths.tolist(), strict=False):
        log_p = min(0.0, _again(length, others, points) if len(others) else _alone(length, points))
        if log_p <= math.log(level):
            found.append(Run(start=int(starts[place]), end=int(ends[place]), usual=usual, log_p=log_p))
    return found


def _again(length: int, others: NDArray[np.int_], points: int) -> float:
    """Natural logarithm of the chance of so long a run anywhere, were each mark followed by another as often as in the
    other runs."""
    going_on = (float(np.sum(others - 1)) + 0.5) / (float(np.sum(others)) + 1)
    share = (float(np.sum(others)) + 0.5) / points
    return math.log(points * min(1.0, share)) + (length - 1) * math.log(max(going_on, share))


def _alone(length: int, points: int) -> float:
    """The same where nothing else is marked: of one run of that length, and no mark elsewhere, were each point marked
    by itself, as often as makes that most probable."""
    share = min(1.0, length / points)
    return math.log(points) + length * math.log(share) + (points - length) * math.log1p(-share) if share < 1 else 0.0
