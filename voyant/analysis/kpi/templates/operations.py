"""How goods and work flow: how often stock is turned over, how long things take."""

from __future__ import annotations

from msgspec.structs import replace

from voyant.analysis.insights.comparison import Claim, Telling
from voyant.analysis.kpi.templates import parameters as given
from voyant.analysis.kpi.templates import sql as pieces
from voyant.analysis.kpi.templates.definition import Bound, Definition
from voyant.analysis.kpi.templates.telling import bars, claim, lines, over
from voyant.analysis.wording import readable, shown
from voyant.domain.table import ColumnType
from voyant.domain.template import OutputColumn, Template, TemplateParameter, TemplateParameterKind
from voyant.lake.sql import identifier

# --- inventory_turnover

_STOCK = TemplateParameter(
    name="stock",
    kind=TemplateParameterKind.COLUMN,
    description="What is in stock at the time of the row, in pieces or at cost.",
    required=True,
    types=given.NUMERIC,
)
_SOLD = replace(_STOCK, name="sold", description="What went out with the row, in pieces or at cost as `stock` is.")
_ITEM = TemplateParameter(
    name="item",
    kind=TemplateParameterKind.COLUMNS,
    description="What the stock of a row is of, such as a product and the store where it lies; for items that are "
    "counted at different times.",
    types=given.NAMING,
)


def _turnover(bound: Bound) -> str:
    selected = {"stock": pieces.finite(bound.column("stock")), "sold": pieces.finite(bound.column("sold"))}
    # Items that are counted at different times are averaged one by one; else all that stand at one time are added.
    inner, outer = ("sum", "avg") if not bound.has("item") else ("avg", "sum")
    named = [identifier(column.name) for column in bound.columns.get("item", ())] or [bound.timed.moment]
    counted = {f"counted_{place}": sql for place, sql in enumerate(named, start=1)}
    selected |= counted
    parts = [
        pieces.events(bound, selected),
        *pieces.calendar(bound),
        ("sales", pieces.by_period({"sold": "coalesce(sum(events.sold), 0)"})),
        (
            "counts",
            f"SELECT\n  period,\n  {inner}(1e0 * stock) AS stock\nFROM events\n"
            f"WHERE {' AND '.join(f'{name} IS NOT NULL' for name in ('stock', *counted))}\n"
            f"GROUP BY {', '.join(('period', *counted))}",
        ),
        ("levels", f"SELECT\n  period,\n  {outer}(stock) AS stock\nFROM counts\nGROUP BY period"),
    ]
    days = f"date_diff('day', sales.period, CAST(sales.period + {pieces.STEPS[bound.grain]} AS DATE))"
    return pieces.statement(
        parts,
        "SELECT\n  sales.period,\n  sales.sold,\n  levels.stock AS average_stock,\n"
        "  CASE WHEN levels.stock > 0 THEN sales.sold / levels.stock END AS turnover,\n"
        f"  CASE WHEN sales.complete AND sales.sold > 0\n    THEN levels.stock * {days} / sales.sold END "
        "AS days_of_stock,\n  sales.complete\n"
        "FROM sales\nLEFT JOIN levels ON levels.period = sales.period\nORDER BY sales.period",
    )


def _turnover_claim(bound: Bound, sql: str) -> Claim:
    def tell(telling: Telling) -> str:
        when = telling.when("period", bound.grain)
        text = f"stock was turned over {telling.quantity('turnover')} times {when}"
        if telling.rows[0]["days_of_stock"] is None:
            return text
        return f"{text}: it lasts {telling.quantity('days_of_stock', 'days')} on average"

    latest = over(sql, where="complete AND turnover IS NOT NULL", order="period DESC", limit=1)
    title = f"stock turned over by {bound.grain}"
    view = lines("inventory_turnover", sql, "turnover", title, None, where="complete AND turnover IS NOT NULL")
    return claim("inventory_turnover", bound, latest, tell, title, view)


TURNOVER = Definition(
    template=Template(
        name="inventory_turnover",
        title="Inventory turnover",
        description="How often the average stock went out during each period, and how many days it lasts.",
        parameters=(_STOCK, _SOLD, _ITEM, *given.CLOCK),
        columns=(
            given.PERIOD_COLUMN,
            OutputColumn(name="sold", type="number", description="What went out.", unit="{sold}"),
            OutputColumn(
                name="average_stock",
                type="number",
                description="Mean over the times at which stock is given; null without any.",
                unit="{stock}",
            ),
            OutputColumn(
                name="turnover",
                type="number",
                description="What went out over the average stock: times per period; null without stock.",
            ),
            OutputColumn(
                name="days_of_stock",
                type="number",
                description="Days that the average stock lasts; null where nothing went out, and in periods that are "
                "not complete.",
                unit="days",
            ),
            given.COMPLETE_COLUMN,
        ),
        notes=(
            given.PERIODS,
            given.COMPLETE,
            "`stock` and `sold` have to be told in the same unit, both in pieces or both at cost.",
            "Without `item`, the rows of one time are added, and the sums of a period's times averaged: every item has "
            "to be counted at each of them. With it, each item is averaged by itself, and these means are added. It "
            "takes all columns that tell apart what is counted: a product that lies in two stores is two items.",
        ),
    ),
    statement=_turnover,
    claim=_turnover_claim,
)


# --- lead_time_analysis

_START = replace(given.TIME, name="start", description="When it began, such as when an order was placed.")
_END = replace(given.TIME, name="end", description="When it was done, such as when the order was delivered.")


def _lead(bound: Bound) -> str:
    axis = bound.timed
    begun = replace(axis, column=bound.column("start"), low=None, high=None).moment
    took = f"date_diff('second', CAST({begun} AS TIMESTAMP), CAST({axis.moment} AS TIMESTAMP)) / 864e2"
    if {bound.column("start").type, bound.column("end").type} != {ColumnType.TIMESTAMP}:
        # Of a day without an hour nobody knows how much of it had passed: days are counted.
        took = f"1e0 * date_diff('day', CAST({begun} AS DATE), CAST({axis.moment} AS DATE))"
    key, named = ("segment", {"segment": bound.quoted("segment")}) if bound.has("segment") else ("period", {})
    parts = [
        pieces.events(bound, {**named, "days": took}, f"{begun} IS NOT NULL"),
        (
            "placed",
            f"SELECT\n  {key},\n  days,\n  row_number() OVER (PARTITION BY {key} ORDER BY days) AS place,\n"
            f"  count(*) OVER (PARTITION BY {key}) AS completed\nFROM events\nWHERE days >= 0",
        ),
        (
            "times",
            f"SELECT\n  {key},\n  count(*) AS completed,\n  avg(days) AS average_days,\n"
            "  min(CASE WHEN 2 * place >= completed THEN days END) AS median_days,\n"
            "  min(CASE WHEN 10 * place >= 9 * completed THEN days END) AS p90_days,\n"
            f"  max(days) AS longest_days\nFROM placed\nGROUP BY {key}",
        ),
    ]
    figures = (
        "  coalesce(times.completed, 0) AS completed,\n  times.average_days,\n  times.median_days,\n"
        "  times.p90_days,\n  times.longest_days"
    )
    backwards = "count(CASE WHEN events.days < 0 THEN 1 END)"
    if key == "segment":
        parts.append(("segments", f"SELECT\n  segment,\n  {backwards} AS backwards\nFROM events\nGROUP BY segment"))
        return pieces.statement(
            parts,
            f"SELECT\n  segments.segment,\n{figures},\n  segments.backwards\nFROM segments\n"
            "LEFT JOIN times ON times.segment IS NOT DISTINCT FROM segments.segment\n"
            "ORDER BY completed DESC, segments.segment",
        )
    parts += [*pieces.calendar(bound), ("periods", pieces.by_period({"backwards": backwards}))]
    return pieces.statement(
        parts,
        f"SELECT\n  periods.period,\n{figures},\n  periods.backwards,\n  periods.complete\nFROM periods\n"
        "LEFT JOIN times ON times.period = periods.period\nORDER BY periods.period",
    )


def _lead_claim(bound: Bound, sql: str) -> Claim:
    start, end = (readable(bound.column(name).name) for name in ("start", "end"))
    if bound.has("segment"):
        segment = readable(bound.column("segment").name)

        def tell_segment(telling: Telling) -> str | None:
            if telling.rows[0]["segment"] is None:
                return None
            return (
                f"from {start} to {end} half of {shown(telling.rows[0]['segment'])}, the most frequent {segment}, take "
                f"at most {telling.quantity('median_days', 'days')}, and nine in ten at most "
                f"{telling.quantity('p90_days', 'days')}"
            )

        first = over(sql, where="completed > 0", order="completed DESC, segment", limit=1)
        drawn = over(
            sql, columns="segment, median_days", where="segment IS NOT NULL AND completed > 0",
            order="completed DESC, segment", limit=20,
        )  # fmt: skip
        view = bars("lead_time_analysis", drawn, "segment", "median_days", f"median time by {segment}", "days")
        return claim("lead_time_analysis", bound, first, tell_segment, f"time from {start} to {end}", view)

    def tell(telling: Telling) -> str:
        return (
            f"from {start} to {end} half of the {telling.count('completed')} that were done "
            f"{telling.when('period', bound.grain)} took at most {telling.quantity('median_days', 'days')}, and nine "
            f"in ten at most {telling.quantity('p90_days', 'days')}"
        )

    latest = over(sql, where="complete AND completed > 0", order="period DESC", limit=1)
    title = f"median time from {start} to {end}"
    view = lines("lead_time_analysis", sql, "median_days", title, "days", where="completed > 0")
    return claim("lead_time_analysis", bound, latest, tell, title, view)


LEAD = Definition(
    template=Template(
        name="lead_time_analysis",
        title="Lead times",
        description="How long things take from one time to another, by the period in which they were done or, where "
        "one is given, by segment.",
        parameters=(_START, _END, given.SOME_SEGMENT, given.GRAIN, given.SINCE, given.AS_OF),
        columns=(
            replace(given.PERIOD_COLUMN, when="without `segment`"),
            OutputColumn(
                name="segment", type="text", description="The value; null for rows without one.", when="with `segment`"
            ),
            OutputColumn(
                name="completed", type="integer", description="Rows that were done, and not before they began."
            ),
            OutputColumn(name="average_days", type="number", description="Mean time.", unit="days"),
            OutputColumn(
                name="median_days", type="number", description="That half of them do not exceed.", unit="days"
            ),
            OutputColumn(
                name="p90_days", type="number", description="That nine in ten of them do not exceed.", unit="days"
            ),
            OutputColumn(name="longest_days", type="number", description="The longest time.", unit="days"),
            OutputColumn(
                name="backwards", type="integer", description="Rows that end before they begin, left out of all else."
            ),
            replace(given.COMPLETE_COLUMN, when="without `segment`"),
        ),
        notes=(
            given.PERIODS,
            given.COMPLETE,
            "Rows without a start or an end are left out. A row counts in the period of its end: by its start, the "
            "latest periods would hold only what was quick.",
            "Days have fractions where both times tell the hour; else days are counted.",
        ),
    ),
    statement=_lead,
    claim=_lead_claim,
    clock="end",
)

DEFINITIONS = (TURNOVER, LEAD)
