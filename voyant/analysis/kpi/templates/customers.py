"""Whom revenue comes from: how many customers, how unequal they are, which groups they form."""

from __future__ import annotations

from msgspec.structs import replace

from voyant.analysis.insights.comparison import Claim, Telling
from voyant.analysis.kpi.templates import parameters as given
from voyant.analysis.kpi.templates import sql as pieces
from voyant.analysis.kpi.templates.definition import Bound, Definition
from voyant.analysis.kpi.templates.revenue import MONEY, kept
from voyant.analysis.kpi.templates.telling import bars, claim, lines, over, revenue_name
from voyant.analysis.rfm import RULES, score, segment_name
from voyant.analysis.wording import shown
from voyant.domain.template import OutputColumn, Template, TemplateParameter, TemplateParameterKind

_NAMELESS = "Rows without a customer are left out."


# --- customer_count_by_period


def _counts(bound: Bound) -> str:
    parts = [
        pieces.events(bound, {"customer": bound.quoted("customer")}, f"{bound.quoted('customer')} IS NOT NULL"),
        *pieces.calendar(bound),
        ("visits", "SELECT DISTINCT\n  customer,\n  period\nFROM events"),
        ("arrivals", "SELECT\n  customer,\n  min(period) AS period\nFROM events\nGROUP BY customer"),
        ("seen", pieces.by_period({"customers": "count(visits.customer)"}, source="visits")),
        ("arrived", "SELECT\n  period,\n  count(*) AS customers\nFROM arrivals\nGROUP BY period"),
    ]
    return pieces.statement(
        parts,
        "SELECT\n  seen.period,\n  seen.customers,\n  coalesce(arrived.customers, 0) AS new_customers,\n"
        "  seen.customers - coalesce(arrived.customers, 0) AS returning_customers,\n  seen.complete\n"
        "FROM seen\nLEFT JOIN arrived ON arrived.period = seen.period\nORDER BY seen.period",
    )


def _counts_claim(bound: Bound, sql: str) -> Claim:
    def tell(telling: Telling) -> str:
        text = f"{telling.count('customers')} customers came {telling.when('period', bound.grain)}"
        if not telling.value("new_customers"):
            return f"{text}, all of whom had come before"
        return f"{text}, {telling.count('new_customers')} of them for the first time"

    latest = over(sql, where="complete", order="period DESC", limit=1)
    view = lines("customer_count_by_period", sql, "customers", f"customers by {bound.grain}", None, where="complete")
    return claim("customer_count_by_period", bound, latest, tell, "customers of the last complete period", view)


COUNTS = Definition(
    template=Template(
        name="customer_count_by_period",
        title="Customers by period",
        description="How many different customers each period saw, and how many of them for the first time.",
        parameters=(given.CUSTOMER, *given.CLOCK),
        columns=(
            given.PERIOD_COLUMN,
            OutputColumn(name="customers", type="integer", description="Different customers with a row."),
            OutputColumn(name="new_customers", type="integer", description="Of them, those without an earlier row."),
            OutputColumn(name="returning_customers", type="integer", description="The others."),
            given.COMPLETE_COLUMN,
        ),
        notes=(
            given.PERIODS,
            given.COMPLETE,
            _NAMELESS,
            "New is who has no earlier row among those that count: in the first period everybody is.",
        ),
    ),
    statement=_counts,
    claim=_counts_claim,
)


# --- customer_revenue_distribution

_GROUPS = TemplateParameter(
    name="groups",
    kind=TemplateParameterKind.NUMBER,
    description="How many groups of equally many customers.",
    default=10,
    minimum=2,
    maximum=100,
)


def _distribution(bound: Bound) -> str:
    selected = {"customer": bound.quoted("customer"), "amount": pieces.amount(bound)}
    named = f"{bound.quoted('customer')} IS NOT NULL"
    parts = [
        pieces.events(bound, selected, named, *kept(bound)),
        (
            "customers",
            "SELECT\n  customer,\n  coalesce(sum(amount), 0) AS revenue\nFROM events\nGROUP BY customer",
        ),
        (
            "placed",
            f"SELECT\n  ntile({bound.values['groups']}) OVER (ORDER BY revenue DESC, customer) AS customer_group,\n"
            "  revenue\nFROM customers",
        ),
        (
            "customer_groups",
            "SELECT\n  customer_group,\n  count(*) AS customers,\n  sum(revenue) AS revenue,\n"
            "  min(revenue) AS least_revenue,\n  max(revenue) AS most_revenue\nFROM placed\nGROUP BY customer_group",
        ),
        ("whole", "SELECT sum(revenue) AS revenue FROM customer_groups"),
    ]
    running = "sum(customer_groups.revenue) OVER (ORDER BY customer_group)"
    return pieces.statement(
        parts,
        "SELECT\n  customer_group,\n  customers,\n  customer_groups.revenue,\n"
        f"  {pieces.percent('customer_groups.revenue', 'whole.revenue')} AS share_percent,\n"
        f"  {pieces.percent(running, 'whole.revenue')} AS cumulative_percent,\n"
        "  1e0 * customer_groups.revenue / customers AS average_revenue,\n  least_revenue,\n  most_revenue\n"
        "FROM customer_groups\nCROSS JOIN whole\nORDER BY customer_group",
    )


def _distribution_claim(bound: Bound, sql: str) -> Claim:
    name = revenue_name(bound)

    def tell(telling: Telling) -> str:
        return (
            f"the {telling.count('customers')} customers who bring in most account for "
            f"{telling.percent('share_percent')} of {name}, among {telling.count('all_customers')}"
        )

    first = over(
        sql, columns="*, CAST(sum(customers) OVER () AS BIGINT) AS all_customers", order="customer_group", limit=1
    )
    drawn = over(
        sql, columns="CAST(customer_group AS VARCHAR) AS customer_group, share_percent", order="figures.customer_group"
    )
    view = bars(
        "customer_revenue_distribution", drawn, "customer_group", "share_percent",
        f"share of {name} by customers, the largest first", "%",
    )  # fmt: skip
    return claim("customer_revenue_distribution", bound, first, tell, f"{name} by customers", view)


DISTRIBUTION = Definition(
    template=Template(
        name="customer_revenue_distribution",
        title="How revenue is spread over customers",
        description="Customers in equal groups by what they bring in, the largest first, and the share of each group.",
        parameters=(given.CUSTOMER, *given.REVENUE, _GROUPS, given.SOME_TIME, given.SINCE, given.AS_OF),
        columns=(
            OutputColumn(name="customer_group", type="integer", description="1 for those who bring in most."),
            OutputColumn(name="customers", type="integer", description="How many there are in it."),
            OutputColumn(name="revenue", type="number", description="What they bring in.", unit=MONEY),
            OutputColumn(
                name="share_percent",
                type="number",
                description="Of the revenue of all customers; null where that is nothing or less.",
                unit="%",
            ),
            OutputColumn(
                name="cumulative_percent", type="number", description="Its share and those before it.", unit="%"
            ),
            OutputColumn(name="average_revenue", type="number", description="Of a customer of it.", unit=MONEY),
            OutputColumn(name="least_revenue", type="number", description="Of its smallest customer.", unit=MONEY),
            OutputColumn(name="most_revenue", type="number", description="Of its largest customer.", unit=MONEY),
        ),
        notes=(
            "Over all rows, unless `since` or `as_of` is given.",
            _NAMELESS,
            given.NULL_AMOUNTS,
            given.NET,
            "Where customers do not divide evenly, the first groups have one more; equal ones are told apart by name.",
        ),
    ),
    statement=_distribution,
    claim=_distribution_claim,
)


# --- rfm_segments

_ROWS = TemplateParameter(
    name="rows",
    kind=TemplateParameterKind.CHOICE,
    description="Whether a row is a segment or a customer.",
    default="segments",
    choices=("segments", "customers"),
)
_CUSTOMERS, _SEGMENTS = "with `rows` = `customers`", "with `rows` = `segments`"


def _rfm(bound: Bound) -> str:
    selected = {"customer": bound.quoted("customer"), "amount": pieces.amount(bound)}
    bought = "count(CASE WHEN amount > 0 THEN 1 END)"
    if bound.has("order"):
        selected["order_key"] = bound.quoted("order")
        bought = "count(DISTINCT CASE WHEN amount > 0 THEN order_key END)"
    parts = [
        pieces.events(bound, selected, f"{bound.quoted('customer')} IS NOT NULL", *kept(bound)),
        ("span", f"SELECT {pieces.last_day(bound)} AS last_day FROM events"),
        (
            "customers",
            "SELECT\n  customer,\n  max(CASE WHEN amount > 0 THEN day END) AS last_purchase,\n"
            f"  {bought} AS frequency,\n"
            "  sum(amount) AS revenue\nFROM events\nGROUP BY customer\n"
            "HAVING count(CASE WHEN amount > 0 THEN 1 END) > 0",
        ),
        (
            "scored",
            "SELECT\n  customer,\n  last_purchase,\n  frequency,\n  revenue,\n"
            f"  {score('last_purchase')} AS recency_score,\n"
            f"  {score('frequency')} AS frequency_score,\n"
            f"  {score('revenue')} AS revenue_score\nFROM customers",
        ),
        (
            "placed",
            "SELECT\n  scored.*,\n  date_diff('day', last_purchase, span.last_day) AS recency_days,\n  "
            + segment_name("recency_score", "frequency_score").replace("\n", "\n  ")
            + " AS segment\nFROM scored\nCROSS JOIN span",
        ),
    ]
    if bound.values["rows"] == "customers":
        return pieces.statement(
            parts,
            "SELECT\n  customer,\n  segment,\n  last_purchase,\n  recency_days,\n  frequency,\n  revenue,\n"
            "  recency_score,\n  frequency_score,\n  revenue_score\nFROM placed\n"
            "ORDER BY recency_score DESC, frequency_score DESC, revenue_score DESC, customer",
        )
    return pieces.statement(
        parts,
        "SELECT\n  segment,\n  count(*) AS customers,\n  1e2 * count(*) / sum(count(*)) OVER () AS share_percent,\n"
        f"  sum(revenue) AS revenue,\n  {_of_all('sum(revenue)')} AS revenue_percent,\n"
        "  avg(1e0 * recency_days) AS average_recency_days,\n  avg(1e0 * frequency) AS average_frequency,\n"
        "  avg(1e0 * revenue) AS average_revenue\nFROM placed\nGROUP BY segment\nORDER BY customers DESC, segment",
    )


def _of_all(part: str) -> str:
    return pieces.percent(part, f"sum({part}) OVER ()")


def _rfm_claim(bound: Bound, sql: str) -> Claim | None:
    if bound.values["rows"] == "customers":
        return None

    def tell(telling: Telling) -> str:
        return (
            f"the largest group of customers by recency and frequency is {shown(telling.rows[0]['segment'])}: "
            f"{telling.count('customers')} of {telling.count('all_customers')}, with "
            f"{telling.percent('revenue_percent')} of {revenue_name(bound)}"
        )

    first = over(
        sql, columns="*, CAST(sum(customers) OVER () AS BIGINT) AS all_customers",
        order="customers DESC, segment", limit=1,
    )  # fmt: skip
    drawn = over(sql, columns="segment, customers", order="customers DESC, segment")
    view = bars("rfm_segments", drawn, "segment", "customers", "customers by recency and frequency", None)
    return claim("rfm_segments", bound, first, tell, "customers by recency and frequency", view)


RFM = Definition(
    template=Template(
        name="rfm_segments",
        title="Customers by recency, frequency and money",
        description="Customers scored 1 to 5 by how lately, how often and for how much they bought, in the groups that "
        "these scores make.",
        parameters=(
            given.CUSTOMER,
            *given.REVENUE,
            replace(given.ORDER, required=False, description="The order that a row belongs to; rows are counted else."),
            _ROWS,
            given.TIME,
            given.SINCE,
            given.AS_OF,
        ),
        columns=(
            OutputColumn(name="customer", type="text", description="Who it is.", when=_CUSTOMERS),
            OutputColumn(name="segment", type="text", description="The group that the scores make."),
            OutputColumn(name="customers", type="integer", description="How many are in it.", when=_SEGMENTS),
            OutputColumn(name="share_percent", type="number", description="Of all.", unit="%", when=_SEGMENTS),
            OutputColumn(name="last_purchase", type="date", description="The last day with one.", when=_CUSTOMERS),
            OutputColumn(
                name="recency_days",
                type="integer",
                description="From the last purchase to the last day that counts.",
                unit="days",
                when=_CUSTOMERS,
            ),
            OutputColumn(
                name="frequency",
                type="integer",
                description="Orders or, without `order`, rows with a purchase.",
                when=_CUSTOMERS,
            ),
            OutputColumn(name="revenue", type="number", description="What they brought in.", unit=MONEY),
            OutputColumn(name="recency_score", type="integer", description="5 for the most recent.", when=_CUSTOMERS),
            OutputColumn(name="frequency_score", type="integer", description="5 for the most.", when=_CUSTOMERS),
            OutputColumn(name="revenue_score", type="integer", description="5 for the most.", when=_CUSTOMERS),
            OutputColumn(
                name="revenue_percent", type="number", description="Of all revenue.", unit="%", when=_SEGMENTS
            ),
            OutputColumn(
                name="average_recency_days", type="number", description="Of them.", unit="days", when=_SEGMENTS
            ),
            OutputColumn(name="average_frequency", type="number", description="Of them.", when=_SEGMENTS),
            OutputColumn(name="average_revenue", type="number", description="Of them.", unit=MONEY, when=_SEGMENTS),
        ),
        notes=(
            "A purchase is a row with an amount above 0; who has none is left out, as are rows without a customer.",
            "Scores are fifths of the customers; who are alike get the same, the lowest that any of them would get.",
            "The groups: " + "; ".join(f"{rule.name}: {rule.text}" for rule in RULES) + ".",
            given.NET,
        ),
    ),
    statement=_rfm,
    claim=_rfm_claim,
)

DEFINITIONS = (COUNTS, DISTRIBUTION, RFM)
