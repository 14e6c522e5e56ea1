"""One series examined: what was to be expected at each point, and the stretches that were not."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from voyant.analysis.anomaly.series.contrasts import Sums, pulses
from voyant.analysis.anomaly.series.moves import moves_of
from voyant.analysis.anomaly.series.runs import Run, gaps, stuck
from voyant.analysis.anomaly.series.search import (
    FEWEST_POINTS,
    LEVEL,
    Departure,
    Shape,
    departures,
    single,
    tests,
)
from voyant.analysis.anomaly.series.seasons import Cycle, Seasonal, seasonal
from voyant.analysis.anomaly.series.shifts import Shift, explained
from voyant.analysis.anomaly.series.steady import (
    SD_PER_DEVIATION,
    deviation,
    filled,
    grows_with_level,
    resolution,
    running_median,
)
from voyant.analysis.anomaly.series.tails import Floats, Tail
from voyant.domain.series_anomaly import StretchKind

_LONGEST_SPIKE = 3
_LEAST_SIZE = 0.5
"""Of a shift, in usual deviations of single values: a smaller one is no exception, however sure it is."""
_LEAST_RATIO = 1.5
"""Of a change of spread."""
_NARROWEST_SPREAD = 8
_LEAST_LOG = 0.1
_MOST_LOG = 700.0  # beyond it no double holds the number


class Found(Struct, frozen=True, kw_only=True):
    """An odd stretch by index; the fields are those of ``Stretch``."""

    kind: StretchKind
    start: int
    end: int
    lasting: bool = False
    value: float | None
    expected: float | None
    size: float
    score: float | None
    log_p: float


class Examined(Struct, frozen=True, kw_only=True):
    """What is known of each point.

    Attributes:
        expected: NaN where nothing is; ``low`` and ``high`` bound what a single value may be.
        score: Distance from it in usual deviations of single values.
        deviation: The usual deviation in units of the value, on the whole.
    """

    seasons: tuple[Cycle, ...]
    logarithmic: bool
    deviation: float | None
    expected: Floats
    low: Floats
    high: Floats
    score: Floats
    flagged: NDArray[np.bool_]
    found: tuple[Found, ...]
    note: str = ""


class _Scale(Struct, frozen=True):
    """The values as they are searched: without seasons, in units of what is usual at their phase."""

    values: Floats
    logarithmic: bool
    seasons: Seasonal

    @classmethod
    def of(cls, values: Floats, cycles: Sequence[Cycle]) -> _Scale:
        logarithmic = grows_with_level(values)
        return cls(values, logarithmic, seasonal(filled(np.log(values) if logarithmic else values), cycles))

    def inward(self) -> Floats:
        values = np.log(self.values) if self.logarithmic else self.values
        return self.seasons.without(values)

    def outward(self, searched: Floats) -> Floats:
        values = self.seasons.within(searched)
        return np.exp(np.minimum(values, _MOST_LOG)) if self.logarithmic else values


def examine(values: Floats, cycles: Sequence[Cycle], level: float = LEVEL) -> Examined:
    """What is odd in a series.

    Args:
        values: On a regular grid; NaN where there is none.
        cycles: Seasons that the calendar suggests.
        level: The chance that anything is found where nothing is odd, at most.
    """
    known = values[~np.isnan(values)]
    if len(known) < FEWEST_POINTS:
        return _nothing(values, f"it has {len(known)} values; {FEWEST_POINTS} are needed")
    if np.all(known == known[0]):
        return _nothing(values, "every value is the same")
    if (bound := _mostly_at_a_bound(known)) is not None:
        return _nothing(values, f"most of its values are {bound:.10g}, beyond which none goes: no level of it is usual")
    runs = [(StretchKind.MISSING, run) for run in gaps(values, level)]
    runs += [(StretchKind.STUCK, run) for run in stuck(values, level)]
    moving = values.copy()
    for kind, run in runs:
        if kind is StretchKind.STUCK:
            moving[run.start : run.end] = np.nan
    if np.sum(~np.isnan(moving)) < FEWEST_POINTS or np.nanmin(moving) == np.nanmax(moving):
        return replace(_nothing(values, ""), found=tuple(_run(kind, run, values) for kind, run in runs))
    scale = _Scale.of(moving, cycles)
    searched = scale.inward()
    least = resolution(searched)
    moves = moves_of(searched, least, level)
    base, bent, bends, shifts = moves.base, moves.bent, moves.bends, moves.shifts
    usual = single(base, least)
    flank, tail = usual if usual is not None else (1, Tail(0.0, deviation(searched), math.inf))
    expected = running_median(filled(base), 2 * flank + 1) + bent
    found = [shift for shift in (_shift(each, scale, searched, expected, tail) for each in shifts) if shift is not None]
    found += [_bend(each, scale, [*bends, *(shift for shift in shifts if shift.lasting)]) for each in bends]
    found += _spreads(base, flank, level)
    found += [_run(kind, run, values) for kind, run in runs]
    found.sort(key=lambda each: (each.start, each.end, each.kind))
    reach = tail.reach(level / tests(len(values)))
    outward = scale.outward(expected)
    return Examined(
        seasons=scale.seasons.cycles,
        logarithmic=scale.logarithmic,
        deviation=float(np.median(scale.outward(expected + tail.scale) - outward)),
        expected=outward,
        low=scale.outward(expected - reach),
        high=scale.outward(expected + reach),
        score=(searched - expected) / tail.scale,
        flagged=_flagged(found, len(values)),
        found=tuple(found),
    )


def _mostly_at_a_bound(known: Floats) -> float | None:
    """The largest or smallest value where more than half of all are just that, as in what an instrument cuts off: all
    deviations then point one way, and how large one usually is has no meaning."""
    bounds = (float(known.min()), float(known.max()))
    return next((bound for bound in bounds if 2 * np.count_nonzero(known == bound) > len(known)), None)


def _nothing(values: Floats, note: str) -> Examined:
    empty = np.full(len(values), np.nan)
    return Examined(
        seasons=(),
        logarithmic=False,
        deviation=None,
        expected=empty,
        low=empty,
        high=empty,
        score=empty,
        flagged=np.zeros(len(values), dtype=np.bool_),
        found=(),
        note=note,
    )


def _shift(shift: Shift, scale: _Scale, searched: Floats, expected: Floats, tail: Tail) -> Found | None:
    """The shift in units of the values; None where it is too small to matter."""
    inside = slice(shift.start, shift.end)
    if np.all(np.isnan(searched[inside])):
        return None
    base = searched - shift.size if shift.lasting else expected
    value, usual = float(np.nanmean(scale.values[inside])), float(np.nanmean(scale.outward(base)[inside]))
    size = shift.size if shift.lasting else float(np.nanmean((searched - expected)[inside]))
    if abs(size) < _LEAST_SIZE * tail.scale:
        return None
    spike = shift.end - shift.start <= _LONGEST_SPIKE and not shift.lasting
    return Found(
        kind=StretchKind.SPIKE if spike else StretchKind.LEVEL_SHIFT,
        start=shift.start,
        end=shift.end,
        lasting=shift.lasting,
        value=value,
        expected=usual,
        size=value - usual,
        score=shift.score,
        log_p=shift.log_p,
    )


def _bend(bend: Departure, scale: _Scale, changes: Sequence[Departure | Shift]) -> Found:
    """The slopes before and since, each as far as the next change."""
    others = [each.start for each in changes if each is not bend]
    start = max([0, *(place for place in others if place < bend.start)])
    end = min([len(scale.values), *(place for place in others if place > bend.start)])
    before, since = (_slope(scale, low, high) for low, high in ((start, bend.start), (bend.start, end)))
    return Found(
        kind=StretchKind.TREND_CHANGE,
        start=bend.start,
        end=len(scale.values),
        lasting=True,
        value=since,
        expected=before,
        size=since - before,
        score=bend.score,
        log_p=bend.log_p,
    )


def _slope(scale: _Scale, start: int, end: int) -> float:
    """Per point, between the medians of the first and the last third."""
    level = filled(scale.values)[start:end]
    third = max(1, len(level) // 3)
    return float(np.median(level[-third:]) - np.median(level[:third])) / max(1, len(level) - third)


def _spreads(base: Floats, flank: int, level: float) -> list[Found]:
    """Where values scatter more or less around what is beside them: the same search in the logarithm of how far.

    A usual distance is added to each, by Pythagoras: the logarithms of small ones say little of the spread, and vary
    so much that changes of it would be hidden among them.
    """
    rest = np.abs(pulses(Sums(base), 1, flank))
    known = rest[~np.isnan(rest)]
    if len(known) < FEWEST_POINTS or np.mean(known == 0) > 0.1:
        return []
    sizes = np.log(np.hypot(rest, np.median(known)))
    shapes = frozenset({Shape.STEP, Shape.PULSE})
    departed = departures(sizes, _LEAST_LOG, level, narrowest=_NARROWEST_SPREAD, shapes=shapes)
    _, shifts = explained(sizes, departed)
    otherwise = np.ones(len(rest), dtype=np.bool_)
    for shift in shifts:
        otherwise[shift.start : shift.end] = False
    usual = _usual(rest[otherwise])
    return [found for shift in shifts if (found := _spread(shift, rest, usual)) is not None]


def _usual(sizes: Floats) -> float:
    """The deviation that distances, some of them NaN, are usual for; 0 where none is known."""
    known = sizes[~np.isnan(sizes)]
    return SD_PER_DEVIATION * float(np.median(known)) if len(known) else 0.0


def _spread(shift: Shift, rest: Floats, usual: float) -> Found | None:
    """The deviation within and otherwise; None where they differ too little to matter."""
    within = _usual(rest[shift.start : shift.end])
    if min(usual, within) == 0 or max(within / usual, usual / within) < _LEAST_RATIO:
        return None
    return Found(
        kind=StretchKind.SPREAD_CHANGE,
        start=shift.start,
        end=shift.end,
        lasting=shift.lasting,
        value=within,
        expected=usual,
        size=within / usual,
        score=shift.score,
        log_p=shift.log_p,
    )


def _run(kind: StretchKind, run: Run, values: Floats) -> Found:
    return Found(
        kind=kind,
        start=run.start,
        end=run.end,
        lasting=run.end == len(values),
        value=float(values[run.start]) if kind is StretchKind.STUCK else None,
        expected=float(run.usual),
        size=float(run.end - run.start),
        score=None,
        log_p=run.log_p,
    )


def _flagged(found: Sequence[Found], points: int) -> NDArray[np.bool_]:
    """The points of stretches that ended; of changes that last, the first one."""
    flagged = np.zeros(points, dtype=np.bool_)
    for each in found:
        flagged[each.start : each.start + 1 if each.lasting else each.end] = True
    return flagged
