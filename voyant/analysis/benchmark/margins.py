"""How far a share may be off from its forecast: from the errors of earlier forecasts, at every step ahead."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from voyant.analysis.forecast.work import Check, Outcome
from voyant.analysis.insights.statistics import Floats
from voyant.analysis.rounding import rounded

_FEWEST_ERRORS = 3
_FREEDOM_A_WINDOW = 2.9
"""Degrees of freedom that errors of a random walk, which hang together most, have in each horizon that they are from
(Satterthwaite 1946)."""
_WEIGHTS = np.linspace(0.0, 1.0, 21)


class Margin(Struct, frozen=True, kw_only=True):
    """The half width of an interval, in angles of shares.

    The angle of a share is the arc sine of its root: equal errors are then about equally likely at 5 % and at 50 %,
    no bound leaves 0 to 1, and the interval of a share mirrors that of what it leaves (Anscombe 1948).

    Attributes:
        one: At one step ahead.
        weight: How much of what a period brings stays in the level, 0 to 1. Errors grow with the step as those of
            exponential smoothing with that weight: by the root of ``1 + weight² (step - 1)``, so not at all around a
            level that holds, and with the root of the step in a random walk (Hyndman, Koehler, Ord and Snyder 2008).
    """

    one: float
    weight: float

    def around(self, share: float, step: int) -> tuple[float, float]:
        """The interval of a share that is so many steps ahead, outwards in steps of a ten-thousandth of a percent."""
        width = self.one * float(_growth(self.weight, np.asarray([step]))[0])
        middle = float(_angle(np.asarray([share]))[0])
        low, high = (float(np.sin(np.clip(end, 0.0, np.pi / 2)) ** 2) for end in (middle - width, middle + width))
        return float(np.floor(1e6 * low) / 1e6), float(np.ceil(1e6 * high) / 1e6)


def margin(outcome: Outcome, level: int, until: int | None = None) -> Margin | None:
    """From what the forecasts had been off by when so many values were known; None where that is too little.

    The size comes from the errors out of sample alone, all brought to one step; only how they grow comes from the past
    itself, since errors far ahead are few. They count as fewer the more of each stays in the next.
    """
    from voyant.analysis.forecast.intervals import Spread  # it brings the libraries that fit, which take a second

    until = len(outcome.filled) if until is None else until
    steps, off = _errors(outcome.checks, until)
    if len(off) < _FEWEST_ERRORS:
        return None
    weight = _weight((outcome.filled - outcome.seasonal.sum(axis=0))[:until])
    reach = int(steps.max())
    common = 1 - 1 / _growth(weight, np.asarray([reach]))[0] ** 2  # of the variance at the far end, what stayed
    periods = until - min(check.origin for check in outcome.checks)
    spread = Spread(
        power=1.0,
        growth=0.0,
        scaled=off / _growth(weight, steps),
        freedom=_FREEDOM_A_WINDOW * periods / (1 + (reach - 1) * float(np.sqrt(common))),
    )
    _, above = spread.bounds(np.zeros(1), level)
    return Margin(one=float(above[0]), weight=weight)


def held(outcome: Outcome, level: int) -> float | None:
    """How many percent of the shares that came the intervals held, each made of what was known before it."""
    inside = values = 0
    for check in outcome.checks:
        known = margin(outcome, level, check.origin)
        if known is None:
            continue
        for step, (share, given) in enumerate(zip(check.actual, check.given, strict=True), 1):
            if np.isfinite(share):
                low, high = known.around(float(given), step)
                inside += low <= share <= high
                values += 1
    return rounded(100 * inside / values) if values else None


def _errors(checks: Sequence[Check], until: int) -> tuple[Floats, Floats]:
    """The steps ahead of all that had come by then, and the sizes of their errors in angles."""
    steps, off = [np.zeros(0)], [np.zeros(0)]
    for check in checks:
        reach = max(0, min(len(check.actual), until - check.origin))
        wrong = np.abs(_angle(check.actual[:reach]) - _angle(check.given[:reach]))
        there = np.isfinite(wrong)
        steps.append(np.arange(1.0, reach + 1)[there])
        off.append(wrong[there])
    return np.concatenate(steps), np.concatenate(off)


def _angle(shares: Floats) -> Floats:
    return np.asarray(np.arcsin(np.sqrt(np.clip(shares, 0.0, 1.0))))


def _growth(weight: float, steps: Floats) -> Floats:
    return np.asarray(np.sqrt(1 + weight**2 * (steps - 1)))


def _weight(values: Floats) -> float:
    """That of the exponential smoothing that is least off one step ahead."""
    angles = _angle(values)
    level = np.full(len(_WEIGHTS), angles[: max(3, len(angles) // 6)].mean())
    squared = np.zeros(len(_WEIGHTS))
    for angle in angles:
        off = angle - level
        squared += off**2
        level += _WEIGHTS * off
    return float(_WEIGHTS[int(squared.argmin())])
