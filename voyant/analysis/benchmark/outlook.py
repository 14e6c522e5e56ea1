"""Where the shares of a market are heading: each forecast as any series is, all of them held to adding up to 1."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np

from voyant.analysis.benchmark.periods import Periods
from voyant.analysis.benchmark.shares import shares
from voyant.analysis.forecast.grid import SEASONS
from voyant.analysis.forecast.results import against_naive, coverage
from voyant.analysis.forecast.running import fit_all
from voyant.analysis.forecast.work import Outcome, Plan, Task
from voyant.analysis.insights.statistics import Floats
from voyant.analysis.rounding import rounded, rounded_if_finite
from voyant.domain.benchmark import ShareOutlook, SharePoint
from voyant.errors import Code, InvalidInput

FEWEST_PERIODS = 12
"""Of which some can be left out, to see how wrong such forecasts are."""
MOST_AHEAD = 12
LEVEL = 80
_ORIGINS = 8


def outlook(
    brands: Sequence[str | None], series: Sequence[Floats], periods: Periods, progress: Callable[[float], None]
) -> tuple[tuple[ShareOutlook, ...], str | None]:
    """The share of each brand in the periods to come, and why there is none.

    Each share is forecast by itself, within 0 and 1. What the forecasts of a period add up to is then brought to
    exactly 1 in proportion, and each interval moves with its share. A brand that came late is forecast from its first
    period on; where that is too short a past, it has neither interval nor error.

    Args:
        brands: None for all that are not listed.
        series: The share of each by period, NaN where there was nothing to share.
    """
    known = np.flatnonzero(np.isfinite(np.vstack(series)).all(axis=0)) if series else np.zeros(0, dtype=np.int64)
    if len(series) < 2 or len(known) < FEWEST_PERIODS:
        return (), f"Shares are forecast from {FEWEST_PERIODS} periods on, of two brands or more."
    first, end = int(known[0]), int(known[-1]) + 1
    horizon = min(MOST_AHEAD, len(known) // 3)
    begun = [_begun(values, first, end) for values in series]
    young = [end - start < max(FEWEST_PERIODS, 3 * horizon) for start in begun]
    tasks = [
        Task(values=values[first if is_young else start : end], beyond=len(periods.keys) - end)
        for values, start, is_young in zip(series, begun, young, strict=True)
    ]
    plan = Plan(
        horizon=horizon,
        levels=(LEVEL,),
        suggested=SEASONS.get(periods.grain, ()) if periods.grain is not None else (),
        origins=_ORIGINS,
        lowest=0.0,
        highest=1.0,
    )
    try:
        outcomes = fit_all(tasks, plan, progress)
    except InvalidInput as error:
        if error.code is not Code.COMPONENT_MISSING:
            raise
        return (), f"{error.message} No share is forecast."
    labels = periods.ahead(horizon)
    together = [shares([Decimal(repr(float(one.given[step]))) for one in outcomes]) for step in range(horizon)]
    ahead = tuple(
        _of_brand(brand, place, outcome, together, labels, is_young=is_young)
        for place, (brand, outcome, is_young) in enumerate(zip(brands, outcomes, young, strict=True))
    )
    late = [brand for brand, is_young in zip(brands, young, strict=True) if is_young and brand is not None]
    if not late:
        return ahead, None
    return ahead, f"How far the forecast share may be off is not told of brands that came late: {', '.join(late[:4])}."


def _begun(values: Floats, first: int, end: int) -> int:
    """The first period in which the brand had a share at all: what it had before it was there teaches nothing."""
    sold = np.flatnonzero(values[first:end] > 0)
    return first + int(sold[0]) if len(sold) else first


def _of_brand(
    brand: str | None,
    place: int,
    outcome: Outcome,
    together: Sequence[Sequence[Decimal] | None],
    labels: Sequence[str],
    *,
    is_young: bool,
) -> ShareOutlook:
    points = []
    for step, period in enumerate(labels):
        added = together[step]
        own = float(outcome.given[step])
        share = own if added is None else float(added[place])
        sides = () if is_young else outcome.bounds.get(LEVEL, ())
        low, high = (side[step] + share - own for side in sides) if sides else (None, None)
        points.append(SharePoint(period=period, share=share, low=_within(low), high=_within(high)))
    held = coverage([outcome], LEVEL)
    recent = outcome.filled[-len(labels) :]
    return ShareOutlook(
        brand=brand,
        method=outcome.method,
        recent=rounded(float(recent.mean())),
        error=_written(outcome.lived.absolute) if outcome.lived and not is_young else None,
        against_naive=None if is_young else rounded_if_finite(against_naive(outcome)),
        level=LEVEL,
        coverage=None if is_young else held.share,
        points=tuple(points),
    )


def _within(bound: float | None) -> float | None:
    return None if bound is None else _written(min(1.0, max(0.0, float(bound))))


def _written(share: float) -> float:
    """A bound or an error in steps of a ten-thousandth of a percent: what is less than that is noise of computing."""
    return round(float(share), 6) + 0.0
