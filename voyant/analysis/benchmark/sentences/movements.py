"""How shares move: who gains, from whom, who grows, and whether the price has to do with it."""

from __future__ import annotations

from collections.abc import Iterator

from voyant.analysis.benchmark.sentences.words import (
    BRANDS,
    columns_of,
    drawn,
    interval,
    is_brand,
    is_metric,
    market_of,
    moment,
    named,
    on_drawn,
    period_axis,
    period_of,
    possessive,
    price_of,
    share_of,
    since,
    spans,
)
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Telling, saturating
from voyant.analysis.wording import listed, preposition, readable, sentence
from voyant.domain.benchmark import Benchmark, BrandMetric, PriceLink, ShareOutlook, Shift
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.lake.sql import literal

_SMALLEST_SHIFT = 0.01
_STEADY = 0.05
"""Of the whole: where the interval excludes a larger shift, a share is said to stay."""
_WEAKEST_LINK = 0.3
_LEVEL = 0.05
SHIFT_TEST = "Student's t of the periods of both spans, corrected for autocorrelation"


def movements(result: Benchmark) -> Iterator[Comparison]:
    """Shifts of shares, tested; what they come to, described."""
    if not result.competitors:
        return
    for shift in result.shifts:
        if shift.brand is None or (len(result.shifts) == 2 and shift.brand != result.brand):
            continue  # of two brands one gains what the other loses
        yield _shift(result, shift)
    own = next((shift for shift in result.shifts if shift.brand == result.brand), None)
    drawn = [flow for flow in result.flows if result.brand in (flow.source, flow.target)]
    if own is not None and own.tested is not None and own.tested.q <= _LEVEL and drawn and len(result.shifts) > 2:
        yield Comparison(question=Question.BRAND, claim=_flow(result, own))
    market = result.standing(result.brand, result.market or "")
    if market is not None and market.growth is not None:
        yield Comparison(question=Question.BRAND, claim=_growth(result))
    ahead = next((one for one in result.outlook if one.brand == result.brand), None)
    if ahead is not None:
        yield Comparison(question=Question.BRAND, claim=_outlook(result, ahead))
    price = price_of(result)
    if result.price_link is not None and price is not None:
        yield _link(result, price, result.price_link)


def _shift(result: Benchmark, shift: Shift) -> Comparison:
    tested = shift.tested
    if tested is None:
        return Comparison(question=Question.BRAND)
    steady = max(-tested.low, tested.high) <= _STEADY
    return Comparison(
        question=Question.BRAND,
        test=SHIFT_TEST,
        effect_name="difference of mean shares in standard deviations of a period",
        effect=tested.effect,
        p=tested.p,
        n=tested.n,
        note=interval(tested, "{:+.3f}", together=False),
        claim=_moved(result, shift) if abs(shift.change) >= _SMALLEST_SHIFT else None,
        denial=_stays(result, shift) if steady and shift.brand == result.brand else None,
    )


def _shift_sql(result: Benchmark, shift: Shift) -> str:
    return (
        "SELECT 100 * before AS before, 100 * after AS after, abs(100 * change) AS points,\n"
        f"  {since(result)}\nFROM job.benchmark_shifts\nWHERE {is_brand(shift.brand)}"
    )


def _moved(result: Benchmark, shift: Shift) -> Claim:
    rising = shift.change > 0

    def tell(telling: Telling) -> str | None:
        before, after = telling.value("before"), telling.value("after")
        if (after > before) is not rising or (shift.tested is not None and (shift.tested.difference > 0) is not rising):
            return None
        earlier, later = spans(telling, result)
        return sentence(
            f"The share of {named(shift.brand)} {'rises' if rising else 'falls'} by "
            f"{telling.quantity('points', 'points')}: from {telling.percent('before')} in {earlier} to "
            f"{telling.percent('after')} in {later}"
        )

    own = shift.brand == result.brand
    return Claim(
        kind="share_shift",
        columns=columns_of(result, None, result.time_column),
        focus=((result.column or "brand", str(shift.brand)),),
        sql=_shift_sql(result, shift),
        tell=tell,
        strength=(0.7 if own else 0.4) + 0.25 * saturating(shift.change, 0.05),
        title=f"Share of {named(shift.brand)} before and after",
        severity=Severity.NOTICE,
        evidence=("benchmark.json#/shifts",),
        view=_share_lines(result, shift.brand),
    )


def _stays(result: Benchmark, shift: Shift) -> Claim:
    def tell(telling: Telling) -> str:
        earlier, later = spans(telling, result)
        return sentence(
            f"The share of {named(shift.brand)} stays about the same: {telling.percent('before')} in {earlier}, "
            f"{telling.percent('after')} in {later}"
        )

    return Claim(
        kind="no_share_shift",
        columns=columns_of(result, None, result.time_column),
        sql=_shift_sql(result, shift),
        tell=tell,
        strength=0.5,
        title=f"Share of {named(shift.brand)} before and after",
        evidence=("benchmark.json#/shifts",),
        view=_share_lines(result, shift.brand),
    )


def _share_lines(result: Benchmark, brand: str | None) -> View:
    few = len(result.competitors) < 6
    return View(
        name="shares_over_time",
        title=f"Share of {share_of(result)} by brand",
        mark=Mark.LINE,
        sql=(
            "SELECT period, brand, 100 * share AS share\nFROM job.benchmark_periods\n"
            f"WHERE {is_metric(result.market or '')} AND brand IS NOT NULL AND share IS NOT NULL\nORDER BY 1, 2"
        ),
        x=period_axis(result),
        y=Axis(field="share", title="share", kind="number", unit="%"),
        color=BRANDS,
        highlight=None if few else brand,
    )


def _outlook(result: Benchmark, ahead: ShareOutlook) -> Claim:
    sql = (
        "SELECT period, level, 100 * share AS share, 100 * low AS low, 100 * high AS high, 100 * recent AS recent,\n"
        "  100 * error AS error, 100 * against_naive AS against_naive, coverage, count(*) OVER () AS periods\n"
        f"FROM job.benchmark_outlook\nWHERE {is_brand(ahead.brand)}\nORDER BY period DESC\nLIMIT 1"
    )

    def tell(telling: Telling) -> str:
        at = preposition(result.grain) if result.grain is not None else "in"
        when, bounds = f"{at} {moment(telling, 'period', result)}", ""
        if ahead.points[-1].low is not None:
            bounds = f" ({telling.count('level')} % interval {telling.percent('low')} to {telling.percent('high')})"
        text = (
            f"The share of {named(ahead.brand)} is expected to be {telling.percent('share')} {when}{bounds}, after "
            f"{telling.percent('recent')} on average over the last {telling.count('periods')} {period_of(result)}s"
        )
        if ahead.error is None:
            return sentence(text)
        text += f"; such forecasts were off by {telling.quantity('error', 'points')} on average"
        if ahead.against_naive is None:
            return sentence(text)
        return sentence(f"{text}, {telling.percent('against_naive')} of the error of repeating the last season")

    return Claim(
        kind="share_outlook",
        columns=columns_of(result, None, result.time_column),
        sql=sql,
        tell=tell,
        strength=0.6,
        title=f"Share of {named(ahead.brand)} to come",
        evidence=(f"benchmark.json#/outlook/{result.outlook.index(ahead)}",),
        view=View(
            name="share_to_come",
            title=f"Share of {named(ahead.brand)} in {share_of(result)}, past and to come",
            mark=Mark.LINE,
            sql=(
                "SELECT period, 100 * share AS share, NULL AS low, NULL AS high, 'past' AS time\n"
                f"FROM job.benchmark_periods\nWHERE {is_metric(result.market or '')} AND {is_brand(ahead.brand)}\n"
                "UNION ALL\nSELECT period, 100 * share, 100 * low, 100 * high, 'to come'\n"
                f"FROM job.benchmark_outlook\nWHERE {is_brand(ahead.brand)}\nORDER BY 1"
            ),
            x=period_axis(result),
            y=Axis(field="share", title="share", kind="number", unit="%"),
            color=Axis(field="time", title="time", kind="category"),
            low="low",
            high="high",
            highlight="to come",
            caption=f"The band holds {ahead.level} % of the shares to come, as far as past errors tell.",
        ),
    )


def _flow(result: Benchmark, own: Shift) -> Claim:
    gained = own.change > 0
    side, other = ("target", "source") if gained else ("source", "target")
    sql = (
        f"SELECT {other} AS brand, 100 * share AS points, sum(100 * share) OVER () AS whole\n"
        f"FROM job.benchmark_flows\nWHERE {is_brand(result.brand, side)}\nORDER BY points DESC, 1"
    )

    verb = "gained" if gained else "lost"

    def tell(telling: Telling) -> str:
        went = "came from" if gained else "went to"
        if len(telling.rows) == 1:
            return sentence(
                f"Drawn in proportion, all {telling.quantity('whole', 'points')} of share that {named(result.brand)} "
                f"{verb} {went} {named(telling.rows[0]['brand'])}"
            )
        parts = [
            f"{telling.quantity('points', None, place)} {'from' if gained else 'to'} {named(row['brand'])}"
            for place, row in enumerate(telling.rows[:3])
        ]
        return sentence(
            f"Drawn in proportion, the {telling.quantity('whole', 'points')} of share that {named(result.brand)} "
            f"{verb} {'came' if gained else 'went'}: {listed(parts)}"
        )

    return Claim(
        kind="share_flow",
        columns=columns_of(result),
        focus=((result.column or "brand", result.brand),),
        sql=sql,
        tell=tell,
        strength=0.78,
        title="Whom share was gained from" if gained else "Whom share was lost to",
        evidence=("benchmark.json#/flows",),
        view=View(
            name="share_flows",
            title="Points of share by loser and winner, drawn in proportion",
            mark=Mark.HEATMAP,
            sql=(
                "SELECT coalesce(source, 'all other brands') AS source, coalesce(target, 'all other brands') AS target,"
                "\n  100 * share AS points\nFROM job.benchmark_flows\nORDER BY 3 DESC, 1, 2"
            ),
            x=Axis(field="target", title="gained by", kind="category"),
            y=Axis(field="source", title="lost by", kind="category"),
            color=Axis(field="points", title="points of share", kind="number"),
            caption="An attribution: each winner draws on all losers in proportion to their losses.",
        ),
    )


def _growth(result: Benchmark) -> Claim:
    market = literal(result.market or "")
    sql = (
        "SELECT brand, 100 * growth AS growth, 100 * share_after AS share,\n"
        f"  (SELECT 100 * (sum(after) / nullif(sum(before), 0) - 1) FROM job.benchmark WHERE metric = {market})"
        f" AS market_growth,\n  {since(result)}\n"
        f"FROM job.benchmark\nWHERE metric = {market} AND brand IS NOT NULL AND growth IS NOT NULL\nORDER BY 2 DESC, 1"
    )

    def tell(telling: Telling) -> str | None:
        own = next((place for place, row in enumerate(telling.rows) if row["brand"] == result.brand), None)
        if own is None:
            return None
        earlier, later = spans(telling, result)
        return sentence(
            f"{possessive(named(result.brand))} {readable(result.market or '')} {_went(telling, 'growth', own)} from "
            f"{earlier} to {later}; the whole market {_went(telling, 'market_growth', own)}"
        )

    return Claim(
        kind="brand_growth",
        columns=columns_of(result, market_of(result), result.time_column),
        focus=((result.column or "brand", result.brand),),
        sql=sql,
        tell=tell,
        strength=0.72,
        title=f"Growth of {readable(result.market or '')} by brand",
        evidence=("benchmark.json#/standings",),
        view=View(
            name="growth_against_share",
            title="Growth against share",
            mark=Mark.SCATTER,
            sql=drawn(result, sql),
            x=Axis(field="share", title="share in the later span", kind="number", unit="%"),
            y=Axis(field="growth", title="growth", kind="number", unit="%"),
            color=BRANDS,
            highlight=result.brand,
            caption=on_drawn(result),
        )
        if len(result.competitors) > 1
        else None,
    )


def _went(telling: Telling, column: str, row: int) -> str:
    value = telling.value(column, row)
    if value == 0:
        return "stayed the same"
    stated = telling.percent(column, row)
    return f"grew by {stated}" if value > 0 else f"shrank by {stated.removeprefix('−')}"


def _link(result: Benchmark, price: BrandMetric, link: PriceLink) -> Comparison:
    matters = abs(link.correlation) >= _WEAKEST_LINK
    return Comparison(
        question=Question.BRAND,
        test="Spearman's correlation of the changes from period to period",
        effect_name="rho",
        effect=link.correlation,
        p=link.p,
        n=link.n,
        note="Of price index and share: of changes a common trend is no part. Which causes which is not told.",
        claim=_linked(result, price, link) if matters else None,
    )


def _linked(result: Benchmark, price: BrandMetric, link: PriceLink) -> Claim:
    own, sold, priced = is_brand(result.brand), is_metric(link.metric), is_metric(price.name)
    sql = (
        "WITH _both AS (\nSELECT sold.period, 100 * sold.share AS share, priced.price_index\n"
        "FROM job.benchmark_periods AS sold JOIN job.benchmark_periods AS priced ON sold.period = priced.period\n"
        f"WHERE sold.{own} AND priced.{own} AND sold.{sold} AND priced.{priced}\n"
        "  AND sold.share IS NOT NULL AND priced.price_index IS NOT NULL\n)\n"
        "SELECT avg(CASE WHEN price_index > middle THEN share END) AS when_dear,\n"
        "  avg(CASE WHEN price_index <= middle THEN share END) AS when_cheap, max(middle) AS middle\n"
        "FROM _both, (SELECT avg(price_index) AS middle FROM _both) AS halves"
    )
    falling = link.correlation < 0

    def tell(telling: Telling) -> str | None:
        dear, cheap = telling.value("when_dear"), telling.value("when_cheap")
        if (dear < cheap) is not falling:
            return None
        return sentence(
            f"The share of {named(result.brand)} is {'lower' if falling else 'higher'} when its price is high against "
            f"the others: {telling.percent('when_dear')} in the periods with a price index above "
            f"{telling.quantity('middle')}, {telling.percent('when_cheap')} in the others"
        )

    return Claim(
        kind="share_by_price",
        columns=columns_of(result, price, result.time_column),
        focus=((result.column or "brand", result.brand),),
        sql=sql,
        tell=tell,
        strength=0.55 + 0.3 * abs(link.correlation),
        title=f"Share of {named(result.brand)} by its price index",
        severity=Severity.NOTICE,
        evidence=("benchmark.json#/price_link",),
        view=View(
            name="share_against_price",
            title=f"Share of {named(result.brand)} against its price index",
            mark=Mark.SCATTER,
            sql=(sql.split("SELECT avg", maxsplit=1)[0] + "SELECT price_index, share, period FROM _both ORDER BY 3"),
            x=Axis(field="price_index", title="price index (market = 100)", kind="number"),
            y=Axis(field="share", title="share", kind="number", unit="%"),
        ),
    )
