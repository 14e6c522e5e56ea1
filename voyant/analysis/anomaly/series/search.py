"""The search for stretches that depart from a series' own ways: spikes, bursts, shifts of level, bends.

At each of many widths every stretch is held against what lies beside it, and the contrast against all contrasts of
that width in the series. The least probable one is taken, its effect removed, and the search repeated, as in Chen and
Liu (1993); what is left at the end could be chance (Bonferroni over places, widths and kinds).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from enum import StrEnum

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from voyant.analysis.anomaly.series.contrasts import Sums, bends, pulses, steps
from voyant.analysis.anomaly.series.steady import deviation, tamed
from voyant.analysis.anomaly.series.tails import FEWEST, Floats, Tail, tail_of

LEVEL = 0.001
"""The chance that a series of noise alone is said to hold anything odd, at most."""
_FLANKS = (1, 4, 16)
"""Widths of the flanks of a pulse, in widths of the pulse: the one whose contrasts vary least is used."""
NARROW = 2
"""Up to this width single values count as they are; beyond it none may carry a stretch by itself."""
_NARROWEST_BEND = 8
_NARROWEST_BEND_SHARE = 64
"""Of the points of a series: within less than that no trend is told from a passing move."""
_FEWEST_BLOCKS = 7
_FEWEST_SIDES = 4
_FEWEST_STRETCHES = 8
"""Of the widest pulses: with less than eight stretches of their width they could not be told from slow changes."""
MOST_FOUND = 40
_MOST_BENDS = 3
FEWEST_POINTS = FEWEST + 6
"""With fewer values nothing can be said of what is usual."""


class Shape(StrEnum):
    PULSE = "pulse"
    STEP = "step"
    BEND = "bend"


class Departure(Struct, frozen=True, kw_only=True):
    """A stretch that departs, by index.

    Attributes:
        end: The first index after it; for steps and bends the end of the series.
        width: At which it was seen best.
        size: Of the level within it, in the units searched; for bends the change of slope over ``width`` points.
        score: The contrast in units of what is usual at its width.
        log_p: Natural logarithm of the chance of such a contrast anywhere in the series, corrected.
    """

    shape: Shape
    start: int
    end: int
    width: int
    size: float
    score: float = 0.0
    log_p: float = 0.0


class _Lens(Struct, frozen=True):
    """One way to look: a kind of contrast at one width."""

    shape: Shape
    width: int
    flank: int

    def contrasts(self, values: Floats) -> Floats:
        sums = Sums(values)
        if self.shape is Shape.STEP:
            return steps(sums, self.width)
        if self.shape is Shape.BEND:
            return bends(sums, self.width)
        return pulses(sums, self.width, self.flank)


def departures(
    values: Floats,
    least: float,
    level: float = LEVEL,
    *,
    narrowest: int = 1,
    shapes: frozenset[Shape] = frozenset(Shape),
    most: int = MOST_FOUND,
    bursts: bool = False,
) -> list[Departure]:
    """What departs, least probable first, each after those before it were taken out.

    Args:
        values: Without seasons; NaN where there is none.
        least: Differences below it mean nothing.
        level: The chance that anything is found where nothing departs, at most.
        narrowest: Width of the stretches looked for.
        bursts: Whether large values come close together, so that a stretch of them is nothing odd by itself.
    """
    raw, calm = values.copy(), tamed(values)
    found: list[Departure] = []
    while len(found) < most:
        best = min(_candidates(raw, calm, least, narrowest, shapes, bursts), key=lambda each: each.log_p, default=None)
        if best is None or best.log_p > math.log(level) or _is_known(best, found):
            break
        for array in (calm, raw):
            best = _take_out(array, best)
        found.append(best)
    return found


def _is_known(best: Departure, found: list[Departure]) -> bool:
    """Whether it would be removed a second time: no single shape describes what is there."""
    near = best.width if best.shape is Shape.BEND else 1
    return any(each.shape is best.shape and abs(each.start - best.start) < near for each in found)


def leading_bends(
    values: Floats, least: float, level: float = LEVEL, *, bursts: bool = False
) -> tuple[list[Departure], Floats]:
    """Bends that are less probable than anything else, and what they add to the values: without them, what lies before
    a new trend would look low beside it."""
    found: list[Departure] = []
    added = np.zeros_like(values)
    while len(found) < _MOST_BENDS:
        best = departures(values - added, least, level, most=1, bursts=bursts)
        if not best or best[0].shape is not Shape.BEND or _is_known(best[0], found):
            break
        found += best
        added[best[0].start :] += best[0].size / best[0].width * np.arange(len(values) - best[0].start)
    return found, added


def single(values: Floats, least: float) -> tuple[int, Tail] | None:
    """How single values depart from those on both sides: the flank that foretells them best, and what is usual; None
    where too few are known."""
    points = int(np.sum(~np.isnan(values)))
    looks = [(lens, lens.contrasts(values)) for lens in _lenses(Shape.PULSE, 1, points)]
    lens, contrasts = min(looks, key=lambda look: _spread(look[1]))
    tail = tail_of(contrasts, points, least)
    return None if tail is None else (lens.flank, tail)


def _widths(shape: Shape, points: int, narrowest: int) -> Iterator[int]:
    """Powers of two, as long as the series holds a few stretches of that width; a trend is a matter of long ones."""
    low, fewest = narrowest, _FEWEST_SIDES if shape is Shape.STEP else _FEWEST_STRETCHES
    if shape is Shape.BEND:
        low, fewest = max(_NARROWEST_BEND, points // _NARROWEST_BEND_SHARE), _FEWEST_BLOCKS
    width, widest = 1, points // fewest
    while width <= widest:
        if width >= low:
            yield width
        width *= 2


def _candidates(
    raw: Floats, calm: Floats, least: float, narrowest: int, shapes: frozenset[Shape], bursts: bool
) -> Iterator[Departure]:
    """The largest contrast of each kind and width, held against those that are left once its effect is removed."""
    points = int(np.sum(~np.isnan(raw)))
    for shape in sorted(shapes):
        narrower: list[Tail] = []
        for width in _widths(shape, points, narrowest):
            values = raw if width <= NARROW else calm
            looks = [(lens, lens.contrasts(values)) for lens in _lenses(shape, width, points)]
            lens, contrasts = min(looks, key=lambda look: _spread(look[1]))
            if np.all(np.isnan(contrasts)):
                continue
            # A bend is seen from as far as it is wide, a slope from everywhere: only its changes have the middle 0.
            middle = 0.0 if shape is Shape.BEND else float(np.nanmedian(contrasts))
            at = int(np.nanargmax(np.abs(contrasts - middle)))
            start, end = _bounds(values, lens, at, float(contrasts[at] - middle))
            found = Departure(shape=shape, start=start, end=end, width=width, size=float(contrasts[at]))
            rest = values.copy()
            _take_out(rest, found)
            tail = _tail(lens.contrasts(rest), width, points, least, narrower, bursts)
            if tail is None:
                continue
            narrower.append(tail)
            log_p = float(tail.log_p(contrasts[at : at + 1])[0])
            yield replace(
                found,
                score=float(tail.scores(contrasts[at : at + 1])[0]),
                log_p=min(0.0, log_p + math.log(tests(len(raw)) / narrowest)),
            )


def _lenses(shape: Shape, width: int, points: int) -> Iterator[_Lens]:
    for ratio in _FLANKS if shape is Shape.PULSE else (1,):
        if ratio == 1 or width * (1 + 2 * ratio) <= points / 2:
            yield _Lens(shape, width, ratio * width)


def _spread(contrasts: Floats) -> float:
    known = contrasts[~np.isnan(contrasts)]
    return deviation(known) if len(known) else math.inf


def _tail(contrasts: Floats, width: int, points: int, least: float, narrower: list[Tail], bursts: bool) -> Tail | None:
    """What is usual; of wide stretches, too few to tell it, not less than narrower ones let one expect: their spread
    goes on to shrink as it did, or as that of independent values if it shrank faster.

    Means have lighter tails than what they are made of, unless large values come in bursts: then no heavier ones.
    """
    single = width <= NARROW or not narrower
    heaviest = 1.0 if single else (1.0 if bursts else 2**-0.5) / narrower[-1].freedom
    tail = tail_of(contrasts, points / width, least / width**0.5, heaviest, carried=single or bursts)
    if points >= FEWEST * width:
        return tail
    if tail is None or len(narrower) < 2:
        return None
    shrinking = max(narrower[-1].scale / narrower[-2].scale, 2**-0.5)
    return replace(narrower[-1], middle=tail.middle, scale=max(tail.scale, shrinking * narrower[-1].scale))


def tests(points: int) -> int:
    """How many contrasts of a series are about independent: twice the points for all widths of one kind."""
    return 8 * points


def _bounds(values: Floats, lens: _Lens, at: int, size: float) -> tuple[int, int]:
    """Where it begins and ends, closer than the width that found it."""
    width, points = lens.width, len(values)
    if lens.shape is Shape.BEND:
        return at, points
    if lens.shape is Shape.STEP:
        return _edge(values, max(0, at - width), at, min(points, at + width)), points
    if width == 1:
        return at, at + 1
    low, high = max(0, at - width), min(points, at + 2 * width)
    level = np.nanmean(np.concatenate((values[low:at], values[at + width : high])))
    return _segment(np.nan_to_num(values[low:high] - level) * np.sign(size), low)


def _segment(above: Floats, offset: int) -> tuple[int, int]:
    """The stretch of ``above`` whose sum over the square root of its length is largest."""
    totals = np.concatenate(([0.0], np.cumsum(above)))
    gains = totals[None, :] - totals[:, None]
    lengths = np.arange(len(totals))[None, :] - np.arange(len(totals))[:, None]
    worth = np.where(lengths > 0, gains / np.sqrt(np.maximum(lengths, 1)), -np.inf)
    start, end = np.unravel_index(int(np.argmax(worth)), worth.shape)
    return int(start) + offset, int(end) + offset


def _edge(values: Floats, low: int, at: int, high: int) -> int:
    """The place from ``low`` to ``high`` at which two levels divide the values best."""
    known = np.nan_to_num(values[low:high], nan=float(np.nanmean(values[low:high])))
    totals = np.cumsum(known)[:-1]
    left = np.arange(1, len(known), dtype=np.float64)
    right = len(known) - left
    between = (totals - left * known.mean()) ** 2 * (1 / left + 1 / right)
    return low + 1 + int(np.argmax(between)) if len(between) else at


def _take_out(values: Floats, found: Departure) -> Departure:
    """Removes the effect; of a step, the difference of the means on both sides as far as it was seen. What was
    removed."""
    if found.shape is Shape.PULSE:
        values[found.start : found.end] = np.nan
        return found
    if found.shape is Shape.BEND:
        values[found.start :] -= found.size / found.width * np.arange(len(values) - found.start)
        return found
    before = values[max(0, found.start - found.width) : found.start]
    after = values[found.start : found.start + found.width]
    if np.all(np.isnan(before)) or np.all(np.isnan(after)):
        size = found.size
    else:
        size = float(np.nanmean(after) - np.nanmean(before))
    values[found.start :] -= size
    return replace(found, size=size)
