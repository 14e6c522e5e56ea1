"""What is left of revenue, and what an order is worth."""

from __future__ import annotations

from msgspec.structs import replace

from voyant.analysis.insights.comparison import Claim, Telling
from voyant.analysis.kpi.templates import parameters as given
from voyant.analysis.kpi.templates import sql as pieces
from voyant.analysis.kpi.templates.definition import Bound, Definition
from voyant.analysis.kpi.templates.revenue import MONEY, kept
from voyant.analysis.kpi.templates.telling import amount_unit, bars, claim, lines, over, revenue_name
from voyant.analysis.wording import readable
from voyant.domain.template import OutputColumn, Template, TemplateParameter, TemplateParameterKind

# --- profit_margin

_COST = TemplateParameter(
    name="cost",
    kind=TemplateParameterKind.COLUMN,
    description="What a row costs in all.",
    types=given.NUMERIC,
)
_PROFIT = replace(_COST, name="profit", description="What is left of a row; it counts where `cost` is given too.")


def _margin(bound: Bound) -> str:
    revenue = pieces.amount(bound)
    if bound.has("profit"):
        profit = pieces.finite(bound.column("profit"))
    else:
        profit = f"{revenue} - ({pieces.finite(bound.column('cost'))})"
    selected = {"revenue": revenue, "profit": profit}
    if bound.has("segment"):
        selected["segment"] = bound.quoted("segment")
    sums = {
        "revenue": f"coalesce(sum({_known('revenue')}), 0)",
        "profit": f"coalesce(sum({_known('profit')}), 0)",
        "row_count": f"count({_known('revenue')})",
        "incomplete_rows": f"count(events.day) - count({_known('revenue')})",
    }
    parts = [pieces.events(bound, selected, *kept(bound))]
    margin = pieces.percent("profit", "revenue")
    figures = f"  revenue,\n  profit,\n  {margin} AS margin_percent,\n  row_count,\n  incomplete_rows"
    if bound.has("segment"):
        sums["incomplete_rows"] = f"count(*) - count({_known('revenue')})"
        listed = ",\n  ".join(f"{sql} AS {name}" for name, sql in sums.items())
        parts.append(("margins", f"SELECT\n  segment,\n  {listed}\nFROM events\nGROUP BY segment"))
        return pieces.statement(parts, f"SELECT\n  segment,\n{figures}\nFROM margins\nORDER BY revenue DESC, segment")
    parts += [*pieces.calendar(bound), ("margins", pieces.by_period(sums))]
    return pieces.statement(parts, f"SELECT\n  period,\n{figures},\n  complete\nFROM margins\nORDER BY period")


def _known(name: str) -> str:
    """The value of a row that says both: a row without its cost would look all profit."""
    return f"CASE WHEN events.revenue IS NOT NULL AND events.profit IS NOT NULL THEN events.{name} END"


def _margin_claim(bound: Bound, sql: str) -> Claim:
    unit = amount_unit(bound)
    whole = over(
        sql,
        columns="sum(revenue) AS revenue, sum(profit) AS profit, "
        "CASE WHEN sum(revenue) > 0 THEN 1e2 * sum(profit) / sum(revenue) END AS margin",
    )

    def tell(telling: Telling) -> str:
        return (
            f"the profit is {telling.percent('margin')} of {revenue_name(bound)}: {telling.quantity('profit', unit)} "
            f"of {telling.quantity('revenue', unit)}"
        )

    if bound.has("segment"):
        drawn = over(
            sql, columns="segment, margin_percent", where="segment IS NOT NULL", order="revenue DESC, segment", limit=20
        )
        segment = readable(bound.column("segment").name)
        view = bars("profit_margin", drawn, "segment", "margin_percent", f"margin by {segment}", "%")
    else:
        view = lines("profit_margin", sql, "margin_percent", f"margin by {bound.grain}", "%")
    return claim("profit_margin", bound, whole, tell, "margin over all rows", view)


MARGIN = Definition(
    template=Template(
        name="profit_margin",
        title="Profit margin",
        description="What is left of revenue after cost, by period or, where one is given, by segment.",
        parameters=(
            *given.REVENUE,
            _COST,
            _PROFIT,
            given.SOME_SEGMENT,
            given.SOME_TIME,
            given.GRAIN,
            given.SINCE,
            given.AS_OF,
        ),
        columns=(
            replace(given.PERIOD_COLUMN, when="without `segment`"),
            OutputColumn(
                name="segment", type="text", description="The value; null for rows without one.", when="with `segment`"
            ),
            OutputColumn(name="revenue", type="number", description="The sum of the amounts.", unit=MONEY),
            OutputColumn(name="profit", type="number", description="Revenue less cost.", unit=MONEY),
            OutputColumn(
                name="margin_percent",
                type="number",
                description="Profit relative to revenue; null where that is nothing or less.",
                unit="%",
            ),
            OutputColumn(name="row_count", type="integer", description="Rows that say both revenue and cost."),
            OutputColumn(name="incomplete_rows", type="integer", description="Rows that lack either, left out of all."),
            replace(given.COMPLETE_COLUMN, when="without `segment`"),
        ),
        notes=(
            given.PERIODS,
            given.COMPLETE,
            "Rows that lack revenue or cost count in neither: without its cost a row would look all profit.",
            given.NET,
        ),
    ),
    statement=_margin,
    claim=_margin_claim,
    needs=(("profit", "cost"), ("time", "segment")),
)


# --- average_order_value


def _order_value(bound: Bound) -> str:
    selected = {"order_key": bound.quoted("order"), "amount": pieces.amount(bound)}
    parts = [
        pieces.events(bound, selected, f"{bound.quoted('order')} IS NOT NULL"),
        *pieces.calendar(bound),
        (
            "orders",
            "SELECT\n  order_key,\n  min(period) AS period,\n  sum(amount) AS amount\nFROM events\nGROUP BY order_key",
        ),
        (
            "summed",
            pieces.by_period(
                {
                    "orders": "count(CASE WHEN orders.amount > 0 THEN 1 END)",
                    "revenue": "coalesce(sum(CASE WHEN orders.amount > 0 THEN orders.amount END), 0)",
                    "returned": "coalesce(sum(CASE WHEN orders.amount <= 0 THEN orders.amount END), 0)",
                },
                source="orders",
            ),
        ),
    ]
    return pieces.statement(
        parts,
        "SELECT\n  period,\n  orders,\n  revenue,\n  1e0 * revenue / nullif(orders, 0) AS average_order_value,\n"
        "  returned,\n  complete\nFROM summed\nORDER BY period",
    )


def _order_value_claim(bound: Bound, sql: str) -> Claim:
    unit = amount_unit(bound)

    def tell(telling: Telling) -> str:
        return (
            f"an order was worth {telling.quantity('average_order_value', unit)} on average "
            f"{telling.when('period', bound.grain)}, over {telling.count('orders')} orders"
        )

    latest = over(sql, where="complete AND orders > 0", order="period DESC", limit=1)
    view = lines("average_order_value", sql, "average_order_value", f"value of an order by {bound.grain}", unit)
    return claim("average_order_value", bound, latest, tell, "orders of the last complete period", view)


ORDER_VALUE = Definition(
    template=Template(
        name="average_order_value",
        title="Average order value",
        description="What an order is worth on average in each period.",
        parameters=(given.ORDER, given.AMOUNT, given.PRICE, *given.CLOCK),
        columns=(
            given.PERIOD_COLUMN,
            OutputColumn(name="orders", type="integer", description="Orders that come to more than nothing."),
            OutputColumn(name="revenue", type="number", description="What these come to.", unit=MONEY),
            OutputColumn(
                name="average_order_value",
                type="number",
                description="Revenue over orders; null in periods without any.",
                unit=MONEY,
            ),
            OutputColumn(
                name="returned",
                type="number",
                description="What the other orders come to: 0 or less, and no part of revenue.",
                unit=MONEY,
            ),
            given.COMPLETE_COLUMN,
        ),
        notes=(
            given.PERIODS,
            given.COMPLETE,
            "The rows of an order are added up, returns within it included; it belongs to the period of its first row.",
            "Orders that come to nothing or less, such as cancellations booked by themselves, are counted in "
            "`returned` only. Rows without an order are left out.",
            given.NULL_AMOUNTS,
        ),
    ),
    statement=_order_value,
    claim=_order_value_claim,
)

DEFINITIONS = (MARGIN, ORDER_VALUE)
