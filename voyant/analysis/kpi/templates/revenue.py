"""What comes in: its growth, and what it consists of."""

from __future__ import annotations

from voyant.analysis.insights.comparison import Claim, Telling
from voyant.analysis.kpi.templates import parameters as given
from voyant.analysis.kpi.templates import sql as pieces
from voyant.analysis.kpi.templates.definition import Bound, Definition
from voyant.analysis.kpi.templates.telling import amount_unit, bars, claim, lines, over, revenue_name
from voyant.analysis.wording import readable, shown
from voyant.domain.template import OutputColumn, Template

MONEY = "{amount}"


def kept(bound: Bound) -> tuple[str, ...]:
    """The condition on returns, where there is one."""
    return (f"{pieces.amount(bound)} >= 0",) if bound.values.get("returns") == "exclude" else ()


# --- revenue_growth


def _growth(bound: Bound) -> str:
    parts = [
        pieces.events(bound, {"amount": pieces.amount(bound)}, *kept(bound)),
        *pieces.calendar(bound),
        ("revenues", pieces.by_period({"revenue": "coalesce(sum(events.amount), 0)"})),
        (
            "compared",
            "SELECT\n  period,\n  revenue,\n  complete,\n  lag(revenue) OVER (ORDER BY period) AS previous_revenue,\n"
            "  complete AND lag(complete) OVER (ORDER BY period) AS comparable\nFROM revenues",
        ),
    ]
    return pieces.statement(
        parts,
        "SELECT\n  period,\n  revenue,\n  previous_revenue,\n"
        "  CASE WHEN comparable THEN revenue - previous_revenue END AS change,\n"
        "  CASE WHEN comparable AND previous_revenue > 0\n"
        "    THEN 1e2 * (revenue - previous_revenue) / previous_revenue END AS growth_percent,\n"
        "  complete\nFROM compared\nORDER BY period",
    )


def _growth_claim(bound: Bound, sql: str) -> Claim:
    name = revenue_name(bound)

    def tell(telling: Telling) -> str:
        unit, grain = amount_unit(bound), bound.grain
        text = f"{name} was {telling.quantity('revenue', unit)} {telling.when('period', grain)}"
        if telling.rows[0]["size"] is None:
            return text
        way = "more" if telling.value("change") > 0 else "less"
        if telling.value("change") == 0:
            return f"{text}, as much as in the {grain} before"
        return f"{text}, {telling.percent('size')} {way} than in the {grain} before"

    latest = over(sql, columns="*, abs(growth_percent) AS size", where="complete", order="period DESC", limit=1)
    view = lines(
        "revenue_growth", sql, "revenue", f"{name} by {bound.grain}", amount_unit(bound), where="complete",
        caption=f"Complete {bound.grain}s only.",
    )  # fmt: skip
    return claim("revenue_growth", bound, latest, tell, f"{name} of the last complete {bound.grain}", view)


GROWTH = Definition(
    template=Template(
        name="revenue_growth",
        title="Revenue by period and its growth",
        description="What came in during each period, and how much more that was than in the period before.",
        parameters=(*given.CLOCK, *given.REVENUE),
        columns=(
            given.PERIOD_COLUMN,
            OutputColumn(name="revenue", type="number", description="The sum of the amounts.", unit=MONEY),
            OutputColumn(name="previous_revenue", type="number", description="Of the period before.", unit=MONEY),
            OutputColumn(
                name="change",
                type="number",
                description="Revenue less that of the period before; only between complete periods.",
                unit=MONEY,
            ),
            OutputColumn(
                name="growth_percent",
                type="number",
                description="The change relative to the period before; null where that brought in nothing or less.",
                unit="%",
            ),
            given.COMPLETE_COLUMN,
        ),
        notes=(given.PERIODS, given.COMPLETE, given.NO_ROWS, given.NULL_AMOUNTS, given.NET),
    ),
    statement=_growth,
    claim=_growth_claim,
)


# --- revenue_by_segment


def _by_segment(bound: Bound) -> str:
    selected = {"segment": bound.quoted("segment"), "amount": pieces.amount(bound)}
    parts = [
        pieces.events(bound, selected, *kept(bound)),
        (
            "segments",
            "SELECT\n  segment,\n  coalesce(sum(amount), 0) AS revenue,\n  count(*) AS row_count\n"
            "FROM events\nGROUP BY segment",
        ),
        ("whole", "SELECT coalesce(sum(revenue), 0) AS revenue FROM segments"),
    ]
    running = "sum(segments.revenue) OVER (ORDER BY segments.revenue DESC, segments.segment ROWS UNBOUNDED PRECEDING)"
    return pieces.statement(
        parts,
        "SELECT\n  row_number() OVER (ORDER BY segments.revenue DESC, segments.segment) AS place,\n"
        "  segments.segment,\n  segments.revenue,\n"
        f"  {pieces.percent('segments.revenue', 'whole.revenue')} AS share_percent,\n"
        f"  {pieces.percent(running, 'whole.revenue')} AS cumulative_percent,\n"
        "  segments.row_count\nFROM segments\nCROSS JOIN whole\nORDER BY place",
    )


def _by_segment_claim(bound: Bound, sql: str) -> Claim:
    name, segment = revenue_name(bound), readable(bound.column("segment").name)

    def tell(telling: Telling) -> str | None:
        if telling.rows[0]["segment"] is None:
            return None
        return (
            f"{shown(telling.rows[0]['segment'])} brings in {telling.percent('share_percent')} of {name}, "
            f"{telling.quantity('revenue', amount_unit(bound))}, and stands first of {telling.count('segments')} "
            f"values of {segment}"
        )

    first = over(sql, columns="*, count(*) OVER () AS segments", order="place", limit=1)
    drawn = over(sql, columns="segment, revenue", where="segment IS NOT NULL", order="place", limit=20)
    view = bars("revenue_by_segment", drawn, "segment", "revenue", f"{name} by {segment}", amount_unit(bound))
    return claim("revenue_by_segment", bound, first, tell, f"{name} by {segment}", view)


BY_SEGMENT = Definition(
    template=Template(
        name="revenue_by_segment",
        title="Revenue by segment",
        description="What each value of a column brings in, and its share of the whole.",
        parameters=(given.SEGMENT, *given.REVENUE, given.SOME_TIME, given.SINCE, given.AS_OF),
        columns=(
            OutputColumn(name="place", type="integer", description="1 for the segment that brings in most."),
            OutputColumn(name="segment", type="text", description="The value; null for rows without one."),
            OutputColumn(name="revenue", type="number", description="The sum of its amounts.", unit=MONEY),
            OutputColumn(
                name="share_percent",
                type="number",
                description="Of the revenue of all segments; null where that is nothing or less.",
                unit="%",
            ),
            OutputColumn(
                name="cumulative_percent", type="number", description="Its share and those before it.", unit="%"
            ),
            OutputColumn(name="row_count", type="integer", description="Its rows."),
        ),
        notes=(
            "Over all rows, unless `since` or `as_of` is given.",
            given.NULL_AMOUNTS,
            given.NET,
            "Shares can exceed 100 % or fall below 0 where a segment comes to less than nothing.",
        ),
    ),
    statement=_by_segment,
    claim=_by_segment_claim,
)


DEFINITIONS = (GROWTH, BY_SEGMENT)
