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
from voyant.analysis.profile.counts import rounded, rounded_if_finite
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
    exactly 1 in proportion, and each interval moves with its share.

    Args:
        brands: None for all that are not listed.
        series: The share of each by period, NaN where there was nothing to share.
    """
    known = np.flatnonzero(np.isfinite(np.vstack(series)).all(axis=0)) if series else np.zeros(0, dtype=np.int64)
    if len(series) < 2 or len(known) < FEWEST_PERIODS:
        return (), f"Shares are forecast from {FEWEST_PERIODS} periods on, of two brands or more."
    first, end = int(known[0]), int(known[-1]) + 1
    horizon = min(MOST_AHEAD, len(known) // 3)
    tasks = [Task(values=values[first:end], beyond=len(periods.keys) - end) for values in series]
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
    return tuple(
        _of_brand(brand, place, outcome, together, labels)
        for place, (brand, outcome) in enumerate(zip(brands, outcomes, strict=True))
    ), None


def _of_brand(
    brand: str | None,
    place: int,
    outcome: Outcome,
    together: Sequence[Sequence[Decimal] | None],
    labels: Sequence[str],
) -> ShareOutlook:
    points = []
    for step, period in enumerate(labels):
        added = together[step]
        own = float(outcome.given[step])
        share = own if added is None else float(added[place])
        low, high = (
            (side[step] + share - own for side in outcome.bounds[LEVEL]) if LEVEL in outcome.bounds else (None,) * 2
        )
        points.append(SharePoint(period=period, share=share, low=_within(low), high=_within(high)))
    held = coverage([outcome], LEVEL)
    recent = outcome.filled[-len(labels) :]
    return ShareOutlook(
        brand=brand,
        method=outcome.method,
        recent=rounded(float(recent.mean())),
        error=rounded(outcome.lived.absolute) if outcome.lived else None,
        against_naive=rounded_if_finite(against_naive(outcome)),
        level=LEVEL,
        coverage=held.share,
        points=tuple(points),
    )


def _within(bound: float | None) -> float | None:
    return None if bound is None else rounded(min(1.0, max(0.0, float(bound))))
