"""Whether busier times differ: the number of records against the mean of a measure, period by period."""

from __future__ import annotations

import numpy as np

from voyant.analysis.insights import statistics
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Search, Telling, saturating
from voyant.analysis.insights.frame import Clock, Frame, Measure
from voyant.analysis.insights.ranks import midranks
from voyant.analysis.insights.relations import Relations
from voyant.analysis.insights.responses import Response, bins, series
from voyant.analysis.wording import average_name, sentence
from voyant.domain.finding import Severity
from voyant.domain.kpi import Grain
from voyant.lake.sql import identifier

_FEWEST_POINTS = 12
_SMALLEST_RHO = 0.3
_LARGEST_DENIED = 0.45
_SMALLEST_CHANGE = 0.1
"""Between quiet and busy periods, of the higher."""


def look(frame: Frame, _: Relations) -> Search:
    search = Search()
    clock = frame.clock
    if clock is None or not frame.counted or bins(clock) < _FEWEST_POINTS:
        return search
    for measure in frame.measures:
        counts, _rows = series(Response(None), clock.bins, bins(clock))
        levels, known = series(Response(measure), clock.bins, bins(clock), ranked=True)
        held = np.isfinite(levels) & (known >= 2)
        if held.sum() < _FEWEST_POINTS or float(np.ptp(counts[held])) == 0:
            continue
        # Trends of both would make any two series look linked.
        busy, level = statistics.detrended(counts[held]), statistics.detrended(levels[held])
        result = statistics.rank_correlation(midranks(busy), midranks(level))
        search.comparisons.append(
            Comparison(
                question=Question.VOLUME,
                test="Spearman rank correlation of both series less their trends",
                effect_name="rho",
                effect=result.effect,
                p=result.p,
                n=result.n,
                claim=_link(frame, clock, measure, result.effect) if abs(result.effect) >= _SMALLEST_RHO else None,
                denial=_none(frame, clock, measure) if result.upper <= _LARGEST_DENIED and result.p > 0.05 else None,
            )
        )
    return search


def _per_period(frame: Frame, clock: Clock, measure: Measure) -> tuple[str, str]:
    """Records and mean of each week where months are the natural period, else of each period."""
    grain = Grain.WEEK if clock.grain is Grain.MONTH else clock.grain
    column = identifier(measure.name)
    return (
        f"  SELECT {clock.timeline.axis.bucket(grain)} AS period, count(*) AS records, avg({column}) AS level\n"
        f"  FROM {frame.source}\n  WHERE {clock.within()} AND {column} IS NOT NULL\n  GROUP BY 1",
        grain.value,
    )


def _halves(frame: Frame, clock: Clock, measure: Measure) -> tuple[str, str]:
    periods, grain = _per_period(frame, clock, measure)
    return (
        "SELECT corr(records, level) AS correlation,\n"
        "  avg(CASE WHEN busy = 1 THEN level END) AS quiet, avg(CASE WHEN busy = 3 THEN level END) AS busy\n"
        f"FROM (\n  SELECT records, level, ntile(3) OVER (ORDER BY records, period) AS busy FROM (\n{periods}\n"
        "  ) AS periods\n) AS ranked"
    ), grain


def _link(frame: Frame, clock: Clock, measure: Measure, rho: float) -> Claim:
    sql, grain = _halves(frame, clock, measure)
    unit = measure.column.unit

    def tell(telling: Telling) -> str | None:
        busy, quiet = telling.value("busy"), telling.value("quiet")
        if (busy > quiet) is not (rho > 0) or abs(busy - quiet) < _SMALLEST_CHANGE * max(abs(busy), abs(quiet)):
            return None
        higher = "higher" if rho > 0 else "lower"
        return sentence(
            f"{average_name(measure.column)} is {higher} in busier {grain}s: {telling.quantity('busy', unit)} in the "
            f"busiest third of the {grain}s, {telling.quantity('quiet', unit)} in the quietest"
        )

    return Claim(
        kind="volume",
        columns=(measure.name, clock.column.name),
        sql=sql,
        tell=tell,
        strength=0.3 + 0.5 * saturating(rho, 0.5),
        title=f"{average_name(measure.column)} in quiet and busy {grain}s",
        severity=Severity.NOTICE,
    )


def _none(frame: Frame, clock: Clock, measure: Measure) -> Claim:
    sql, grain = _halves(frame, clock, measure)
    unit = measure.column.unit

    def tell(telling: Telling) -> str | None:
        if not abs(telling.value("correlation")) <= _LARGEST_DENIED:
            return None
        return sentence(
            f"{average_name(measure.column)} does not depend on how many records a {grain} has: "
            f"{telling.quantity('busy', unit)} in the busiest third of the {grain}s, "
            f"{telling.quantity('quiet', unit)} in the quietest"
        )

    return Claim(
        kind="no_volume",
        columns=(measure.name, clock.column.name),
        sql=sql,
        tell=tell,
        strength=0.32 if measure.column.formula is not None else 0.24,
        title=f"{average_name(measure.column)} in quiet and busy {grain}s",
    )
