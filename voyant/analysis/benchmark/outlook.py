"""Where the shares of a market are heading: each forecast as any series is, all of them held to adding up to 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import numpy as np
from msgspec.structs import replace

from voyant.analysis.benchmark.margins import held, margin
from voyant.analysis.benchmark.periods import Periods
from voyant.analysis.benchmark.shares import shares
from voyant.analysis.forecast.grid import SEASONS
from voyant.analysis.forecast.results import against_naive
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
    exactly 1 in proportion, and each interval is drawn around its share (see ``Margin``). Of two brands the one that
    came later is forecast, and the other has what it leaves. A brand that came late is forecast from its first period
    on; where that is too short a past, it has neither interval nor error.

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
    fitted: Sequence[int] = range(len(series)) if len(series) > 2 else (begun.index(max(begun)),)
    tasks = [
        Task(values=series[place][first if young[place] else begun[place] : end], beyond=len(periods.keys) - end)
        for place in fitted
    ]
    plan = Plan(
        horizon=horizon,
        levels=(),
        suggested=tuple(SEASONS.get(periods.grain, {}).values()) if periods.grain is not None else (),
        origins=_ORIGINS,
        lowest=0.0,
        highest=1.0,
    )
    try:
        outcomes = dict(zip(fitted, fit_all(tasks, plan, progress), strict=True))
    except InvalidInput as error:
        if error.code is not Code.COMPONENT_MISSING:
            raise
        return (), f"{error.message} No share is forecast."
    labels = periods.ahead(horizon)
    together = _together(len(series), {place: outcome.given for place, outcome in outcomes.items()})
    beyond = len(periods.keys) - end
    ahead = {
        place: _of_brand(brands[place], outcome, together[place], labels, beyond, is_young=young[place])
        for place, outcome in outcomes.items()
    }
    if len(series) == 2:
        rest = 1 - fitted[0]
        ahead[rest] = _mirrored(ahead[fitted[0]], brands[rest], together[rest])
    late = [brand for place in fitted if young[place] and (brand := brands[place]) is not None]
    told = tuple(ahead[place] for place in range(len(series)))
    if not late:
        return told, None
    return told, f"How far the forecast share may be off is not told of brands that came late: {', '.join(late[:4])}."


def _begun(values: Floats, first: int, end: int) -> int:
    """The first period in which the brand had a share at all: what it had before it was there teaches nothing."""
    sold = np.flatnonzero(values[first:end] > 0)
    return first + int(sold[0]) if len(sold) else first


def _together(brands: int, given: Mapping[int, Floats]) -> list[list[float]]:
    """The shares to come by brand and step, brought to exactly 1 in each; one of two may have none given."""
    (steps,) = {len(each) for each in given.values()}
    made: list[list[float]] = [[] for _ in range(brands)]
    for step in range(steps):
        own = {place: float(each[step]) for place, each in given.items()}
        own = {place: own.get(place, 1 - sum(own.values())) for place in range(brands)}
        added = shares([Decimal(repr(share)) for share in own.values()])
        for place, share in own.items():
            made[place].append(share if added is None else float(added[place]))
    return made


def _of_brand(
    brand: str | None,
    outcome: Outcome,
    expected: Sequence[float],
    labels: Sequence[str],
    beyond: int,
    *,
    is_young: bool,
) -> ShareOutlook:
    """Args:
    beyond: Periods between the last known share and the first of ``labels``.
    """
    known = None if is_young else margin(outcome, LEVEL)
    points = []
    for step, (period, share) in enumerate(zip(labels, expected, strict=True), beyond + 1):
        low, high = (None, None) if known is None else known.around(share, step)
        points.append(SharePoint(period=period, share=share, low=low, high=high))
    recent = outcome.filled[-len(labels) :]
    return ShareOutlook(
        brand=brand,
        method=outcome.method,
        recent=rounded(float(recent.mean())),
        error=_written(outcome.lived.absolute) if outcome.lived and not is_young else None,
        against_naive=None if is_young else rounded_if_finite(against_naive(outcome)),
        level=LEVEL,
        coverage=None if is_young else held(outcome, LEVEL),
        points=tuple(points),
    )


def _mirrored(one: ShareOutlook, brand: str | None, expected: Sequence[float]) -> ShareOutlook:
    """The other brand of a market of two: it has what the one leaves, and is off by as much."""
    points = (
        SharePoint(
            period=point.period,
            share=share,
            low=None if point.high is None else _written(1 - point.high),
            high=None if point.low is None else _written(1 - point.low),
        )
        for point, share in zip(one.points, expected, strict=True)
    )
    return replace(one, brand=brand, recent=rounded(1 - one.recent), points=tuple(points))


def _written(share: float) -> float:
    """A bound or an error in steps of a ten-thousandth of a percent: what is less than that is noise of computing."""
    return round(float(share), 6) + 0.0
