"""The brand against each competitor, period by period."""

from __future__ import annotations

from collections.abc import Iterator

from voyant.analysis.benchmark.sentences.paired import paired
from voyant.analysis.benchmark.sentences.words import (
    columns_of,
    is_metric,
    metric_named,
    named,
    period_axis,
    period_of,
)
from voyant.analysis.insights.comparison import Claim, Comparison, Telling, saturating
from voyant.analysis.wording import readable, sentence
from voyant.domain.benchmark import Benchmark, BrandMetric, Difference, Use
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.lake.sql import literal

_SMALLEST = 0.05
"""Of the competitor's figure: a smaller difference is of no consequence."""
_LEVEL = 0.05
_ALIKE = 0.1
"""Of the competitor's figure: where the interval excludes a larger difference, there is said to be none."""


def contrasts(result: Benchmark) -> Iterator[Comparison]:
    """Every difference that was tested. That there is none is told once a metric, of the largest such competitor."""
    told: set[str] = set()
    for found in result.differences:
        tested = found.tested
        if tested is None:
            continue
        metric = metric_named(result, found.metric)
        level = abs(found.other)
        matters = level == 0 or abs(tested.difference) >= _SMALLEST * level
        alike = level > 0 and max(-tested.low, tested.high) <= _ALIKE * level and metric.name not in told
        if alike and tested.q > _LEVEL:
            told.add(metric.name)
        yield paired(
            tested,
            together=len(result.competitors) > 1,
            claim=_differs(result, metric, found) if matters and _is_told(result, metric, found) else None,
            denial=_alike(result, metric, found) if alike else None,
        )


def _is_told(result: Benchmark, metric: BrandMetric, found: Difference) -> bool:
    """Whether the difference is worth a sentence. Of what adds up the ranks say who has more: only the next one up or
    down is named; of prices, the largest competitor's."""
    if metric.use is Use.PRICE:
        return found.competitor == result.competitors[0]
    if not metric.has_shares:
        return True
    own, other = (result.standing(brand, metric.name) for brand in (result.brand, found.competitor))
    if own is None or other is None or own.rank is None or other.rank is None:
        return False
    return metric.use is Use.MARKET and abs(own.rank - other.rank) <= 1


def _sql(found: Difference) -> str:
    return (
        "SELECT value, other, difference, low, high\nFROM job.benchmark_differences\n"
        f"WHERE {is_metric(found.metric)} AND competitor = {literal(found.competitor)}"
    )


def _differs(result: Benchmark, metric: BrandMetric, found: Difference) -> Claim:
    above = found.difference > 0

    def tell(telling: Telling) -> str:
        both = f"{telling.quantity('value', metric.unit)} against {telling.quantity('other', metric.unit)}"
        place, mean = ("above" if above else "below"), f"on average over the {period_of(result)}s"
        if metric.has_shares:
            place, mean = ("ahead of" if above else "behind"), f"a {period_of(result)} on average"
        return sentence(
            f"{named(result.brand)} is {place} {named(found.competitor)} in {readable(metric.name)}: {both} {mean}"
        )

    base = {Use.MARKET: 0.32, Use.COMPARED: 0.45, Use.PRICE: 0.4}[metric.use]
    return Claim(
        kind="brand_difference",
        columns=columns_of(result, metric),
        focus=((result.column or "brand", found.competitor),),
        sql=_sql(found),
        tell=tell,
        strength=base + 0.4 * saturating(found.relative or 0.0, 0.5),
        title=f"{readable(metric.name)} of {named(result.brand)} and {named(found.competitor)}",
        severity=Severity.INFO,
        evidence=("benchmark.json#/differences",),
        view=_view(result, metric, found),
    )


def _alike(result: Benchmark, metric: BrandMetric, found: Difference) -> Claim:
    def tell(telling: Telling) -> str:
        return sentence(
            f"{named(result.brand)} and {named(found.competitor)} do not differ in {readable(metric.name)}: "
            f"{telling.quantity('value', metric.unit)} and {telling.quantity('other', metric.unit)} on average over "
            f"the {period_of(result)}s"
        )

    return Claim(
        kind="no_brand_difference",
        columns=columns_of(result, metric),
        focus=((result.column or "brand", found.competitor),),
        sql=_sql(found),
        tell=tell,
        strength=0.4,
        title=f"{readable(metric.name)} of {named(result.brand)} and {named(found.competitor)}",
        evidence=("benchmark.json#/differences",),
        view=_view(result, metric, found),
    )


def _view(result: Benchmark, metric: BrandMetric, found: Difference) -> View:
    pair = f"{literal(result.brand)}, {literal(found.competitor)}"
    return View(
        name=f"{metric.name}_of_{found.competitor}",
        title=f"{readable(metric.name)} of {named(result.brand)} and {named(found.competitor)}",
        mark=Mark.LINE,
        sql=(
            "SELECT period, brand, value\nFROM job.benchmark_periods\n"
            f"WHERE {is_metric(metric.name)} AND brand IN ({pair}) AND value IS NOT NULL\nORDER BY 1, 2"
        ),
        x=period_axis(result),
        y=Axis(field="value", title=readable(metric.name), kind="number", unit=metric.unit),
        color=Axis(field="brand", title="brand", kind="category"),
    )
