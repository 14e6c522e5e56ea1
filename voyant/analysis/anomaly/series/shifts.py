"""From single departures to stretches: steps that undo one another belong together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from voyant.analysis.anomaly.series.search import Departure, Shape
from voyant.analysis.anomaly.series.tails import Floats

_UNDONE = 0.35
"""Of the farthest that a series went off: with less left it is back."""
_NEARLY = 1.25
"""Of the length of a stretch: steps within that still belong to its end."""
_LONGEST = 0.5
"""Of a series: what is off for longer is the rule, and the rest the exception."""


class Shift(Struct, frozen=True, kw_only=True):
    """A level that is off from ``start`` to just before ``end``; ``lasting`` where it does not come back."""

    start: int
    end: int
    lasting: bool
    size: float
    score: float
    log_p: float


def explained(values: Floats, departed: Sequence[Departure]) -> tuple[Floats, list[Shift]]:
    """The values without the stretches that end (NaN there), and all shifts by time."""
    pulses = [_shift([each], each.end) for each in departed if each.shape is Shape.PULSE]
    steps = sorted((each for each in departed if each.shape is Shape.STEP), key=lambda each: each.start)
    closed, lasting = _excursions(steps, len(values))
    ended = _joined([*pulses, *closed])
    base = values.copy()
    for shift in ended:
        base[shift.start : shift.end] = np.nan
    return base, sorted([*ended, *lasting], key=lambda each: (each.start, each.end))


def _excursions(steps: Sequence[Departure], points: int) -> tuple[list[Shift], list[Shift]]:
    """Runs of steps after which the level is back, and the steps that last."""
    closed, lasting = [], []
    place = 0
    while place < len(steps):
        back = _return(steps, place, points)
        if back is None:
            lasting.append(replace(_shift([steps[place]], points), lasting=True))
            place += 1
        else:
            closed.append(_shift(steps[place : back + 1], steps[back].start))
            place = back + 1
    return closed, lasting


def _return(steps: Sequence[Departure], first: int, points: int) -> int | None:
    """The step with which the level is back where it was before the first one."""
    level = farthest = 0.0
    back = None
    for place in range(first, len(steps)):
        length = steps[place].start - steps[first].start
        if length > _LONGEST * points or (
            back is not None and length > _NEARLY * (steps[back].start - steps[first].start)
        ):
            break
        level += steps[place].size
        farthest = max(farthest, abs(level))
        if place > first and abs(level) <= _UNDONE * farthest:
            back = place
    return back


def _shift(parts: Sequence[Departure], end: int) -> Shift:
    """One stretch from the departures that make it up, judged by the least probable of them."""
    strongest = min(parts, key=lambda each: each.log_p)
    return Shift(
        start=parts[0].start,
        end=end,
        lasting=False,
        size=parts[0].size,
        score=abs(strongest.score) * (1 if parts[0].size >= 0 else -1),
        log_p=strongest.log_p,
    )


def _joined(shifts: Sequence[Shift]) -> list[Shift]:
    """Those that overlap, or all but touch and go the same way, as one."""
    joined: list[Shift] = []
    for shift in sorted(shifts, key=lambda each: (each.start, each.end)):
        last = joined[-1] if joined else None
        if last is None or not _together(last, shift):
            joined.append(shift)
            continue
        stronger = min(last, shift, key=lambda each: each.log_p)
        joined[-1] = replace(stronger, start=last.start, end=max(last.end, shift.end))
    return joined


def _together(first: Shift, second: Shift) -> bool:
    length = max(first.end - first.start, second.end - second.start)
    near = second.start - first.end <= max(1, length // 4) and first.size * second.size > 0
    return second.start < first.end or near
