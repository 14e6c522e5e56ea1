"""Times compared: by the weekdays and hours that rows fall on, and how far the range moved."""

from __future__ import annotations

import numpy as np

from voyant.analysis.drift.counting import Counted, Key, aligned
from voyant.analysis.drift.distances import Measured, chi_square, jensen_shannon
from voyant.analysis.drift.drafts import Cells, Draft, Measure
from voyant.analysis.drift.subjects import Pair, Subject, clock_sql
from voyant.domain.drift import Thresholds

WEEKDAY, HOUR = "isodow", "hour"
_PARTS = {WEEKDAY: (14 * 86_400, 7), HOUR: (2 * 86_400, 24)}
"""Of a time, with the shortest range in seconds that shows its rhythm, and how many there are."""


def parts_of(pair: Pair) -> list[str]:
    """The parts of a time whose rhythm both sides are long and fine enough to show."""
    fine = all(side.has_hours for side in pair.sides)
    return [
        part
        for part, (least, _) in _PARTS.items()
        if all(_seconds(side.minimum, side.maximum) >= least for side in pair.sides) and (part == WEEKDAY or fine)
    ]


def keys_of(pair: Pair, part: str) -> tuple[Key, Key]:
    """What rows are counted by on both sides: a part of their time."""
    earlier, later = (Key(clock_sql(column, part), _PARTS[part][1]) for column in (pair.before, pair.after))
    return earlier, later


def compare_rhythms(pair: Pair, found: dict[str, tuple[Counted, Counted]], thresholds: Thresholds) -> Draft:
    """The distance between two rhythms, of weekdays or of hours, whichever is larger.

    How far the range moved stands beside and never counts as drift: that is what time does. Rows of one day are no
    independent draws, so the threshold of the distance weighs more here than the p-value.
    """
    moved = Measure("range_shift", Measured(_moved(pair)))
    notes = (_moved_in_words(pair),)
    drafts: list[tuple[float, str, Measured, Cells]] = []
    for part, (before, after) in found.items():
        keys, earlier, later = aligned(before, after)
        apart, parts = jensen_shannon(earlier, later)
        p = min(1.0, (chi_square(earlier, later).p or 0.0) * len(found))
        measured = Measured(apart.value, p, noise=apart.noise)
        drafts.append((apart.value, part, measured, Cells(keys, earlier, later, parts)))
    if not drafts:
        short = "Its range is too short, or its times too coarse, to show a rhythm of weekdays or hours."
        return Draft(pair, None, notes=(short, *notes))
    _, part, measured, cells = max(drafts, key=lambda draft: draft[:2])
    deciding = Measure("jensen_shannon", measured, thresholds.jensen_shannon)
    usual = measured.value >= thresholds.jensen_shannon
    return Draft(pair, Subject.RHYTHM, (deciding, moved), usual=usual, cells=cells, part=part, notes=notes)


def _seconds(first: object, last: object) -> float:
    if first is None or last is None:
        return 0.0
    start, end = (np.datetime64(str(moment).removesuffix("+00:00"), "s") for moment in (first, last))
    return float((end - start) / np.timedelta64(1, "s"))


def _moved(pair: Pair) -> float:
    """How far the middle of the range moved, in lengths of the reference's range; 0 where that has none."""
    earlier, later = pair.sides
    length = _seconds(earlier.minimum, earlier.maximum)
    middles = _seconds(earlier.minimum, later.minimum) + _seconds(earlier.maximum, later.maximum)
    return middles / 2 / length if length > 0 else 0.0


def _moved_in_words(pair: Pair) -> str:
    earlier, later = pair.sides
    if pair.is_personal:
        return "Its range is not shown: personal data."
    return f"It runs from {earlier.minimum} to {earlier.maximum} before, {later.minimum} to {later.maximum} after."
