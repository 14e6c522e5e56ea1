"""Words and pieces of SQL that the sentences of a benchmark share."""

from __future__ import annotations

import re

from voyant.analysis.insights.comparison import Telling
from voyant.analysis.wording import listed, readable, shown
from voyant.domain.benchmark import Benchmark, BrandMetric, Tested, Use
from voyant.domain.finding import Axis
from voyant.domain.kpi import Grain
from voyant.lake.sql import literal

MOST_DRAWN = 12
"""Brands in a picture of points with names."""
BRANDS = Axis(field="brand", title="brand", kind="category")
_NAME = re.compile(r"\w[\w’'&.+-]*(?: [\w’'&.+-]+){0,4}")
_SPANS = {Grain.MONTH: 12, Grain.QUARTER: 4, Grain.WEEK: 52}


def named(brand: str | None) -> str:
    """A brand in a sentence: a name needs no capital to be read as one.

    >>> named("Heinz"), named("yoplait"), named("7up"), named("a, b")
    ('Heinz', 'yoplait', '7up', '“a, b”')
    """
    if brand is None:
        return "all other brands"
    return brand if _NAME.fullmatch(brand) else shown(brand)


def possessive(name: str) -> str:
    """
    >>> possessive("Heinz"), possessive("Hunts"), possessive("“a b”")
    ('Heinz’s', 'Hunts’', '“a b”’s')
    """
    return f"{name}’" if name.endswith("s") else f"{name}’s"


def is_metric(name: str) -> str:
    return f"metric = {literal(name)}"


def is_brand(name: str | None, column: str = "brand") -> str:
    return f"{column} IS NULL" if name is None else f"{column} = {literal(name)}"


def share_of(result: Benchmark) -> str:
    """What shares are shares of, in words."""
    return f"all {readable(result.market or 'records')}"


def columns_of(result: Benchmark, metric: BrandMetric | None = None, *more: str | None) -> tuple[str, ...]:
    """The columns that a sentence speaks of: that of the brands, those of the metric, and more."""
    made_of = metric.made_of if metric is not None else ()
    return tuple(dict.fromkeys(filter(None, (result.column, *made_of, *more))))


def drawn(result: Benchmark, sql: str) -> str:
    """The statement, cut to the brand and the largest others where points would cover one another's names."""
    if len(result.competitors) < MOST_DRAWN:
        return sql
    own = f"brand = {literal(result.brand)}"
    return f"SELECT * FROM (\n{sql}\n) AS _all\nORDER BY {own} DESC, share DESC NULLS LAST, brand\nLIMIT {MOST_DRAWN}"


def on_drawn(result: Benchmark) -> str:
    """What a caption says of that."""
    return (
        ""
        if len(result.competitors) < MOST_DRAWN
        else f"{MOST_DRAWN} brands of {len(result.competitors) + 1} are shown."
    )


def market_of(result: Benchmark) -> BrandMetric | None:
    """The metric that shares are of."""
    return next((metric for metric in result.metrics if metric.name == result.market and metric.has_shares), None)


def metric_named(result: Benchmark, name: str) -> BrandMetric:
    return next(metric for metric in result.metrics if metric.name == name)


def price_of(result: Benchmark) -> BrandMetric | None:
    return next((metric for metric in result.metrics if metric.use is Use.PRICE), None)


def period_of(result: Benchmark) -> str:
    """What a period is called."""
    return str(result.grain) if result.grain is not None else "period"


def period_axis(result: Benchmark) -> Axis:
    kind = "time" if result.grain is not None else "number"
    return Axis(field="period", title=readable(result.time_column or "period"), kind=kind)


def moment(telling: Telling, column: str, result: Benchmark) -> str:
    """A period from its first moment, or by its number."""
    if result.grain is not None:
        return telling.moment(column, result.grain)
    return f"{readable(result.time_column or 'period')} {telling.edge(column)}"


def since(result: Benchmark) -> str:
    """The SQL of the period that the later span begins with."""
    first = result.after.first if result.after is not None else ""
    return f"(SELECT min(period) FROM job.benchmark_periods WHERE label = {literal(first)}) AS since"


def spans(telling: Telling, result: Benchmark) -> tuple[str, str]:
    """What the earlier and the later span are called."""
    begun = moment(telling, "since", result)
    if result.grain in _SPANS and result.after is not None and result.after.periods == _SPANS[result.grain]:
        return "the year before", f"the year from {begun} on"
    return "the earlier half of the time", f"the later half, from {begun} on"


def interval(tested: Tested, style: str = "{:.3g}", *, together: bool) -> str:
    """The note on how sure a difference is."""
    bounds = listed([style.format(tested.low), style.format(tested.high)])
    width = "95 % interval, of all competitors together," if together else "95 % interval"
    note = f"{width} from {bounds.replace(' and ', ' to ')}; paired by period".replace("-", "−")
    if tested.inflation > 1:
        note += f"; autocorrelation enlarges the variance {tested.inflation:.2g} times"
    return f"{note}."
