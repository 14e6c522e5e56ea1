"""Trends of the number of records and of measures over time, breaks in them, and that there is neither."""

from __future__ import annotations

import math

import numpy as np

from voyant.analysis.insights import statistics
from voyant.analysis.insights.clauses import since, until
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Search, Telling, saturating
from voyant.analysis.insights.detectors.turns import turns
from voyant.analysis.insights.frame import Clock, Frame
from voyant.analysis.insights.relations import Relations
from voyant.analysis.insights.responses import Response, bins, filled, line_view, responses, series, totals
from voyant.analysis.insights.statistics import Floats, Shape
from voyant.analysis.wording import sentence
from voyant.domain.finding import Severity

FEWEST_PERIODS = 6
_SMALLEST_CHANGE = 0.1
"""Of the level, from the first to the last period: below it a trend is of no consequence."""
_MOST_WANDERING = 5.0
"""Of the inflation by autocorrelation: what drifts from level to level is not called flat."""
_WIDEST_BOUND = 0.5
"""Of the level: no trend is only claimed where the data exclude a larger change."""

SLOPE = "slope with its error corrected for autocorrelation, and Mann-Kendall; the larger p-value"
PETTITT = "Pettitt, shrunk for autocorrelation"


def look(frame: Frame, _: Relations) -> Search:
    search = Search()
    clock = frame.clock
    if clock is None or bins(clock) < FEWEST_PERIODS:
        return search
    first, last = clock.whole()
    if last - first + 1 < 4:
        return search
    for response in [*responses(frame), *totals(frame)]:
        tested = filled(series(response, clock.bins, bins(clock), ranked=True)[0])
        actual = filled(series(response, clock.bins, bins(clock))[0])
        if len(tested) < FEWEST_PERIODS or float(np.ptp(tested)) == 0:
            continue
        search.comparisons += _compared(frame, clock, response, tested, actual)
    return search


def _compared(frame: Frame, clock: Clock, response: Response, tested: Floats, actual: Floats) -> list[Comparison]:
    trend, shift = statistics.monotone_trend(tested, most_inflation(frame)), statistics.level_shift(tested)
    shape, line = statistics.shape(actual), statistics.line(actual)
    level = abs(line.level) or float(np.abs(actual).mean()) or 1.0
    relative = line.change / level
    stepped = shape.kind == "step" and shift.p < 0.05
    note = (
        f"Change over the whole time by a straight line: {100 * relative:+.0f} % of the level, "
        f"95 % interval ±{100 * line.margin / level:.0f} points."
    )
    matters = abs(relative) >= _SMALLEST_CHANGE
    # How much there is matters before how it is made up.
    base = 0.35 if response.measure is not None and not response.is_total else 0.42
    strength = base + 0.5 * saturating(relative, 0.5) * abs(trend.effect) ** 0.5
    rising = Comparison(
        question=Question.TREND,
        test=SLOPE,
        effect_name="Kendall's tau",
        effect=trend.effect,
        p=trend.p,
        n=trend.n,
        note=note,
        claim=_trend(frame, clock, response, trend.effect > 0, strength) if matters and not stepped else None,
        denial=_no_trend(frame, clock, response)
        if abs(relative) + line.margin / level <= _WIDEST_BOUND
        and not stepped
        and trend.p > 0.05
        and statistics.inflation(statistics.detrended(actual)) <= _MOST_WANDERING
        and not turns(frame, response)
        else None,
    )
    stepping = Comparison(
        question=Question.BREAK,
        test=PETTITT,
        effect_name="difference of levels in standard deviations",
        effect=shift.effect,
        p=shift.p,
        n=shift.n,
        note=note,
        claim=_break(frame, clock, response, shape, 0.4 + 0.5 * saturating(shift.effect, 2.5))
        if stepped and matters
        else None,
    )
    return [rising, stepping]


def most_inflation(frame: Frame) -> float:
    """Of the variance of a trend: points of records that stand for themselves owe little to those before them."""
    return 3.0 if frame.counted else math.inf


def ends(clock: Clock) -> tuple[int, int]:
    """The first period after the early quarter of the time, and the first one of the late quarter."""
    first, last = clock.whole()
    quarter = max(1, round((last - first + 1) / 4))
    return first + quarter, last + 1 - quarter


def ends_columns(clock: Clock) -> str:
    """SQL columns that name the two ends: the last early and the first late period."""
    after_early, late = ends(clock)
    return (
        f"  max(CASE WHEN {until(clock, after_early)} THEN {clock.bucket} END) AS early_until,\n"
        f"  min(CASE WHEN {since(clock, late)} THEN {clock.bucket} END) AS late_since"
    )


def _trend(frame: Frame, clock: Clock, response: Response, rising: bool, strength: float) -> Claim:
    after_early, late = ends(clock)
    first, last = clock.whole()
    sql = (
        "SELECT\n"
        f"  {response.over(until(clock, after_early), after_early - first)} AS early,\n"
        f"  {response.over(since(clock, late), last + 1 - late)} AS late,\n"
        f"{ends_columns(clock)}\n"
        f"FROM {frame.source}\nWHERE {clock.within()}"
    )
    verb = "rise" if rising else "fall"
    name = response.name(clock.grain.value)

    def tell(telling: Telling) -> str | None:
        early, late_value = telling.value("early"), telling.value("late")
        if not (early < late_value if rising else early > late_value):
            return None
        return sentence(
            f"{name} {verb}{'' if response.is_plural else 's'} over time: from "
            f"{telling.quantity('early', response.unit)} until {telling.moment('early_until', clock.grain)} to "
            f"{telling.quantity('late', response.unit)} since {telling.moment('late_since', clock.grain)}"
        )

    return Claim(
        kind="trend",
        columns=(*response.columns, clock.column.name),
        sql=sql,
        tell=tell,
        strength=strength,
        title=f"{name} early and late",
        severity=Severity.NOTICE,
        view=line_view(frame, clock, response, f"{name} {verb}{'' if response.is_plural else 's'}"),
    )


def _break(frame: Frame, clock: Clock, response: Response, shape: Shape, strength: float) -> Claim:
    first, last = clock.whole()
    at = period_at(clock, int(clock.bin_starts[min(shape.at, len(clock.bin_starts) - 1)]))
    sql = (
        "SELECT\n"
        f"  {response.over(until(clock, at), at - first)} AS before,\n"
        f"  {response.over(since(clock, at), last + 1 - at)} AS after,\n"
        f"  min(CASE WHEN {since(clock, at)} THEN {clock.bucket} END) AS since\n"
        f"FROM {frame.source}\nWHERE {clock.within()}"
    )
    name = response.name(clock.grain.value)

    def tell(telling: Telling) -> str:
        direction = "up" if telling.value("after") > telling.value("before") else "down"
        verb = "step" if response.is_plural else "steps"
        return sentence(
            f"{name} {verb} {direction} {telling.when('since', clock.grain)}: from "
            f"{telling.quantity('before', response.unit)} before to {telling.quantity('after', response.unit)} since"
        )

    return Claim(
        kind="break",
        columns=(*response.columns, clock.column.name),
        sql=sql,
        tell=tell,
        strength=strength,
        title=f"{name} before and after the break",
        severity=Severity.NOTICE,
        view=line_view(frame, clock, response, f"The level of {name} changes once"),
    )


def period_at(clock: Clock, seconds: int) -> int:
    """The whole period that starts nearest to a moment, with at least one on each side."""
    first, last = clock.whole()
    epoch = type(clock.timeline.starts[0])(1970, 1, 1)
    distances = [
        abs((clock.timeline.starts[index] - epoch).total_seconds() - seconds) for index in range(first + 1, last + 1)
    ]
    return first + 1 + int(np.argmin(distances))


def _no_trend(frame: Frame, clock: Clock, response: Response) -> Claim:
    per_period = (
        f"  SELECT {clock.bucket} AS period, {response.aggregate} AS value\n  FROM {frame.source}\n"
        f"  WHERE {clock.within()}\n  GROUP BY 1"
    )
    sql = (
        "SELECT avg(value) AS level, min(value) AS lowest, max(value) AS highest,\n"
        "  100.0 * regr_slope(value, place) * (count(*) - 1) / avg(value) AS change\n"
        f"FROM (\n  SELECT value, row_number() OVER (ORDER BY period) AS place FROM (\n{per_period}\n  ) AS periods\n"
        ") AS numbered"
    )
    name = response.name(clock.grain.value)
    verb = "show" if response.is_plural else "shows"

    def tell(telling: Telling) -> str | None:
        if abs(telling.value("change")) > 100 * _WIDEST_BOUND:
            return None
        return sentence(
            f"{name} {verb} no trend over time: {telling.quantity('level', response.unit)} on average, between "
            f"{telling.quantity('lowest', response.unit)} and {telling.quantity('highest', response.unit)}; a straight "
            f"line changes by {telling.percent('change')} from first to last {clock.grain}"
        )

    return Claim(
        kind="no_trend",
        columns=(*response.columns, clock.column.name),
        sql=sql,
        tell=tell,
        strength=0.4 if response.measure is None else 0.33,
        title=f"{name} over time",
        view=line_view(frame, clock, response, f"{name} {verb} no trend"),
    )
