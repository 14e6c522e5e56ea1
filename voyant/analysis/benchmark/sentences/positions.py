"""Where a brand stands: its share and rank, its price, and how concentrated its market is."""

from __future__ import annotations

from collections.abc import Iterator

from voyant.analysis.benchmark.sentences.words import (
    BRANDS,
    columns_of,
    drawn,
    is_metric,
    market_of,
    named,
    on_drawn,
    price_of,
    share_of,
)
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Telling
from voyant.analysis.wording import readable, sentence
from voyant.domain.benchmark import Benchmark, BrandMetric
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.lake.sql import literal

_FEWEST_FOR_FOUR = 5


def positions(result: Benchmark) -> Iterator[Comparison]:
    """Descriptions, over all rows: they compare nothing with chance."""
    if not result.competitors:
        yield _told(_alone(result))
        return
    market = market_of(result)
    if market is not None:
        yield _told(_position(result, market))
        if any(one.span == "all rows" and one.brands >= _FEWEST_FOR_FOUR for one in result.concentration):
            yield _told(_concentration(result))
    elif result.metrics:
        yield _told(_place(result, result.metrics[0]))
    price = price_of(result)
    if price is not None:
        yield _told(_price(result, price, market))


def _told(claim: Claim) -> Comparison:
    return Comparison(question=Question.BRAND, claim=claim)


def _alone(result: Benchmark) -> Claim:
    def tell(telling: Telling) -> str:
        return sentence(
            f"{named(result.brand)} is the only brand here, with {telling.count('rows')} records: there is no "
            "competitor to hold it against"
        )

    return Claim(
        kind="no_competitor",
        columns=columns_of(result),
        sql="SELECT brand, max(rows) AS rows FROM job.benchmark GROUP BY 1",
        tell=tell,
        strength=0.9,
        title="Brands",
        evidence=("benchmark.json#/standings",),
    )


def _position(result: Benchmark, market: BrandMetric) -> Claim:
    sql = (
        "SELECT brand, value, 100 * share AS share, rank,\n"
        "  (SELECT brands FROM job.benchmark_market WHERE span = 'all rows') AS brands\n"
        f"FROM job.benchmark\nWHERE {is_metric(market.name)} AND brand IS NOT NULL\nORDER BY rank, brand"
    )

    def tell(telling: Telling) -> str:
        names = [str(row["brand"]) for row in telling.rows]
        own = names.index(result.brand)
        first = next(place for place in range(len(names)) if place != own)
        whole = share_of(result)
        mine, theirs = telling.percent("share", own), telling.percent("share", first)
        if telling.value("rank", own) > 1:
            return sentence(
                f"{named(result.brand)} has {mine} of {whole}, rank {telling.count('rank', own)} of "
                f"{telling.count('brands', own)} brands; {named(names[first])} leads with {theirs}"
            )
        if telling.value("rank", first) == 1:
            return sentence(f"{named(result.brand)} shares the lead with {named(names[first])}: {mine} of {whole} each")
        return sentence(
            f"{named(result.brand)} leads with {mine} of {whole}, ahead of {named(names[first])} with {theirs}"
        )

    return Claim(
        kind="brand_position",
        columns=columns_of(result, market),
        focus=((result.column or "brand", result.brand),),
        sql=sql,
        tell=tell,
        strength=0.95,
        title=f"Brands by their share of {share_of(result)}",
        severity=Severity.NOTICE,
        evidence=("benchmark.json#/standings",),
        view=View(
            name="brand_shares",
            title=f"Share of {share_of(result)}",
            mark=Mark.BAR,
            sql=sql,
            x=Axis(field="share", title="share", kind="number", unit="%"),
            y=BRANDS,
            highlight=result.brand,
        ),
    )


def _place(result: Benchmark, metric: BrandMetric) -> Claim:
    """Where nothing adds up to a market."""
    sql = (
        "SELECT brand, value, rank, count(*) OVER () AS brands\n"
        f"FROM job.benchmark\nWHERE {is_metric(metric.name)} AND brand IS NOT NULL AND value IS NOT NULL\n"
        "ORDER BY rank, brand"
    )

    def tell(telling: Telling) -> str | None:
        names = [str(row["brand"]) for row in telling.rows]
        if result.brand not in names or len(names) < 2:
            return None
        own = names.index(result.brand)
        first = next(place for place in range(len(names)) if place != own)
        less = ", of which less is better," if metric.lower_is_better else ","
        return sentence(
            f"By {readable(metric.name)}{less} {named(result.brand)} is number {telling.count('rank', own)} of "
            f"{telling.count('brands', own)} brands: {telling.quantity('value', metric.unit, own)}, against "
            f"{telling.quantity('value', metric.unit, first)} for {named(names[first])}"
        )

    return Claim(
        kind="brand_position",
        columns=columns_of(result, metric),
        focus=((result.column or "brand", result.brand),),
        sql=sql,
        tell=tell,
        strength=0.9,
        title=f"Brands by {readable(metric.name)}",
        severity=Severity.NOTICE,
        evidence=("benchmark.json#/standings",),
        view=View(
            name="brands_compared",
            title=f"{readable(metric.name)} by brand",
            mark=Mark.BAR,
            sql=sql,
            x=Axis(field="value", title=readable(metric.name), kind="number", unit=metric.unit),
            y=BRANDS,
            highlight=result.brand,
        ),
    )


def _concentration(result: Benchmark) -> Claim:
    def tell(telling: Telling) -> str:
        return sentence(
            f"The four largest of {telling.count('brands')} brands have {telling.percent('four_largest')} of "
            f"{share_of(result)}; the Herfindahl–Hirschman index is {telling.quantity('hhi')}, that of a market of "
            f"{telling.quantity('equal')} brands of equal size"
        )

    return Claim(
        kind="market_concentration",
        columns=columns_of(result, market_of(result)),
        sql=(
            "SELECT brands, 100 * cr4 AS four_largest, hhi, 1 / hhi AS equal\nFROM job.benchmark_market\nWHERE span = "
            + literal("all rows")
        ),
        tell=tell,
        strength=0.5,
        title="How concentrated the market is",
        evidence=("benchmark.json#/concentration",),
    )


def _price(result: Benchmark, price: BrandMetric, market: BrandMetric | None) -> Claim:
    sold = is_metric(market.name if market is not None else "")
    sql = (
        "SELECT priced.brand, priced.value AS price, priced.price_index, 100 * sold.share AS share\n"
        f"FROM job.benchmark AS priced LEFT JOIN job.benchmark AS sold ON sold.brand = priced.brand AND sold.{sold}\n"
        f"WHERE priced.{is_metric(price.name)} AND priced.price_index IS NOT NULL\n"
        "ORDER BY priced.price_index DESC, priced.brand"
    )

    def tell(telling: Telling) -> str | None:
        names = [str(row["brand"]) for row in telling.rows]
        if result.brand not in names or len(names) < 2:
            return None
        own = names.index(result.brand)
        other = next(place for place in (0, len(names) - 1) if place != own)
        if telling.value("price_index", 0) == telling.value("price_index", len(names) - 1):
            return sentence(f"all brands are sold at one price: {telling.quantity('price', price.unit, own)}")
        return sentence(
            f"{named(result.brand)} is sold at {telling.quantity('price', price.unit, own)}, "
            f"{telling.percent('price_index', own)} of the average price in the market; {named(names[other])} at "
            f"{telling.quantity('price', price.unit, other)}, {telling.percent('price_index', other)}"
        )

    return Claim(
        kind="price_position",
        columns=columns_of(result, price),
        sql=sql,
        tell=tell,
        strength=0.62,
        title="Brands by their price",
        severity=Severity.NOTICE,
        evidence=("benchmark.json#/standings",),
        view=_positioning(result, sql) if market is not None else None,
    )


def _positioning(result: Benchmark, sql: str) -> View:
    return View(
        name="positioning",
        title="Price against share",
        mark=Mark.SCATTER,
        sql=drawn(result, sql),
        x=Axis(field="price_index", title="price index (market = 100)", kind="number"),
        y=Axis(field="share", title=f"share of {share_of(result)}", kind="number", unit="%"),
        color=BRANDS,
        highlight=result.brand,
        caption=f"100 is the average price in the market. {on_drawn(result)}".strip(),
    )
