"""A figure over time: smoothed, against the year before, added up."""

from __future__ import annotations

from voyant.analysis.insights.comparison import Claim, Telling
from voyant.analysis.kpi.templates import parameters as given
from voyant.analysis.kpi.templates import sql as pieces
from voyant.analysis.kpi.templates.definition import Bound, Definition
from voyant.analysis.kpi.templates.telling import amount_unit, claim, lines, over, revenue_name
from voyant.domain.kpi import Grain
from voyant.domain.template import OutputColumn, Template, TemplateParameter, TemplateParameterKind

_UNIT = "{value}"
_VALUE_COLUMN = OutputColumn(name="value", type="number", description="Of the period.", unit=_UNIT)
_MEANS = "A period without rows counts 0 where values are added, and nothing where they are averaged."
_NULLS = "Rows without a value, or with an infinite one, count as if they were not there."
USUAL_WINDOW = {Grain.DAY: 7, Grain.WEEK: 4, Grain.MONTH: 3, Grain.QUARTER: 4, Grain.YEAR: 3}


def _series(bound: Bound) -> list[tuple[str, str]]:
    """The parts up to ``series``, which has ``period``, ``complete`` and ``value``."""
    is_mean = bound.values.get("aggregate") == "mean"
    value = "avg(1e0 * events.value)" if is_mean else "coalesce(sum(events.value), 0)"
    return [
        pieces.events(bound, {"value": pieces.amount(bound, "value")}),
        *pieces.calendar(bound),
        ("series", pieces.by_period({"value": value})),
    ]


def _name(bound: Bound) -> str:
    name = revenue_name(bound, "value")
    return f"average {name}" if bound.values.get("aggregate") == "mean" else name


# --- moving_average

_WINDOW = TemplateParameter(
    name="window",
    kind=TemplateParameterKind.NUMBER,
    description="Periods to average over, the current one included; 7 days, 4 weeks, 3 months, 4 quarters or 3 years "
    "where left out.",
    minimum=2,
    maximum=1000,
)


def _moving(bound: Bound) -> str:
    window = bound.values["window"]
    frame = f"OVER (ORDER BY period ROWS BETWEEN {window - 1} PRECEDING AND CURRENT ROW)"
    return pieces.statement(
        _series(bound),
        f"SELECT\n  period,\n  value,\n  CASE WHEN sum(CASE WHEN complete THEN 1 ELSE 0 END) {frame} = {window}\n"
        f"    THEN avg(1e0 * value) {frame} END AS moving_average,\n  complete\nFROM series\nORDER BY period",
    )


def _moving_claim(bound: Bound, sql: str) -> Claim:
    unit, window = amount_unit(bound, "value"), bound.values["window"]

    def tell(telling: Telling) -> str:
        until = f"until {telling.moment('period', bound.grain)}"
        each = "" if bound.values["aggregate"] == "mean" else f" a {bound.grain}"
        average = f"{revenue_name(bound, 'value')} was {telling.quantity('moving_average', unit)}{each}"
        return f"over the {telling.count('averaged')} {bound.grain}s {until}, {average} on average"

    latest = over(
        sql, columns=f"*, {window} AS averaged", where="moving_average IS NOT NULL", order="period DESC", limit=1
    )
    title = f"average of {window} {bound.grain}s of {_name(bound)}"
    view = lines("moving_average", sql, "moving_average", title, unit, where="moving_average IS NOT NULL")
    return claim("moving_average", bound, latest, tell, title, view)


MOVING = Definition(
    template=Template(
        name="moving_average",
        title="Moving average",
        description="A figure by period, and its mean over that period and those just before it.",
        parameters=(given.VALUE, given.PRICE, given.AGGREGATE, _WINDOW, *given.CLOCK),
        columns=(
            given.PERIOD_COLUMN,
            _VALUE_COLUMN,
            OutputColumn(
                name="moving_average",
                type="number",
                description="Mean of the last `window` periods; null until there are so many complete ones in a row.",
                unit=_UNIT,
            ),
            given.COMPLETE_COLUMN,
        ),
        notes=(given.PERIODS, given.COMPLETE, _MEANS, _NULLS),
    ),
    statement=_moving,
    claim=_moving_claim,
)


# --- year_over_year


def _yearly(bound: Bound) -> str:
    year = "364' DAY" if bound.grain is Grain.WEEK else "1' YEAR"
    parts = _series(bound)
    parts.append(
        (
            "compared",
            "SELECT\n  later.period,\n  later.value,\n  earlier.value AS year_before,\n  later.complete,\n"
            "  later.complete AND earlier.complete AS comparable\nFROM series AS later\n"
            f"LEFT JOIN series AS earlier ON earlier.period = CAST(later.period - INTERVAL '{year} AS DATE)",
        )
    )
    return pieces.statement(
        parts,
        "SELECT\n  period,\n  value,\n  year_before,\n  CASE WHEN comparable THEN value - year_before END AS change,\n"
        "  CASE WHEN comparable AND year_before > 0 THEN 1e2 * (value - year_before) / year_before END "
        "AS change_percent,\n  complete\nFROM compared\nORDER BY period",
    )


def _yearly_claim(bound: Bound, sql: str) -> Claim:
    unit = amount_unit(bound, "value")

    def tell(telling: Telling) -> str:
        text = f"{_name(bound)} was {telling.quantity('value', unit)} {telling.when('period', bound.grain)}"
        if telling.value("change") == 0:
            return f"{text}, as much as a year before"
        way = "more" if telling.value("change") > 0 else "less"
        size = telling.quantity("size", unit) if telling.rows[0]["ratio"] is None else telling.percent("ratio")
        return f"{text}, {size} {way} than a year before"

    latest = over(
        sql, columns="*, abs(change) AS size, abs(change_percent) AS ratio", where="change IS NOT NULL",
        order="period DESC", limit=1,
    )  # fmt: skip
    title = f"change of {_name(bound)} within a year"
    view = lines("year_over_year", sql, "change_percent", title, "%", where="change_percent IS NOT NULL")
    return claim("year_over_year", bound, latest, tell, title, view)


YEARLY = Definition(
    template=Template(
        name="year_over_year",
        title="Year over year",
        description="A figure by period against the same period a year before.",
        parameters=(given.VALUE, given.PRICE, given.AGGREGATE, *given.CLOCK),
        columns=(
            given.PERIOD_COLUMN,
            _VALUE_COLUMN,
            OutputColumn(
                name="year_before",
                type="number",
                description="Of the same period a year before; null where the data do not reach back.",
                unit=_UNIT,
            ),
            OutputColumn(
                name="change", type="number", description="The difference; only between complete periods.", unit=_UNIT
            ),
            OutputColumn(
                name="change_percent",
                type="number",
                description="Relative to the year before; null where that was nothing or less.",
                unit="%",
            ),
            given.COMPLETE_COLUMN,
        ),
        notes=(
            given.PERIODS,
            given.COMPLETE,
            _MEANS,
            _NULLS,
            "A week is compared with the one 52 weeks before; 29 February with the 28th.",
        ),
    ),
    statement=_yearly,
    claim=_yearly_claim,
    least_days=395,
)


# --- cumulative_sum

_RESET = TemplateParameter(
    name="reset",
    kind=TemplateParameterKind.CHOICE,
    description="When the sum begins anew.",
    default="never",
    choices=("never", "year", "quarter", "month"),
)


def _cumulative(bound: Bound) -> str:
    reset = bound.values["reset"]
    anew = "" if reset == "never" else f"PARTITION BY date_trunc('{reset}', period) "
    return pieces.statement(
        _series(bound),
        f"SELECT\n  period,\n  value,\n  sum(value) OVER ({anew}ORDER BY period ROWS UNBOUNDED PRECEDING) "
        "AS cumulative,\n  complete\nFROM series\nORDER BY period",
    )


def _cumulative_claim(bound: Bound, sql: str) -> Claim:
    unit, reset = amount_unit(bound, "value"), bound.values["reset"]

    def tell(telling: Telling) -> str:
        since = "" if reset == "never" else f" since the beginning of the {reset}"
        return f"{_name(bound)} adds up to {telling.quantity('cumulative', unit)}{since} by the end of the data"

    latest = over(sql, order="period DESC", limit=1)
    title = f"{_name(bound)} added up"
    view = lines("cumulative_sum", sql, "cumulative", title, unit)
    return claim("cumulative_sum", bound, latest, tell, title, view)


CUMULATIVE = Definition(
    template=Template(
        name="cumulative_sum",
        title="Cumulative sum",
        description="A figure by period, and what it adds up to so far.",
        parameters=(given.VALUE, given.PRICE, _RESET, *given.CLOCK),
        columns=(
            given.PERIOD_COLUMN,
            _VALUE_COLUMN,
            OutputColumn(name="cumulative", type="number", description="Of this period and all before it.", unit=_UNIT),
            given.COMPLETE_COLUMN,
        ),
        notes=(
            given.PERIODS,
            given.COMPLETE,
            given.NO_ROWS,
            _NULLS,
            "A week counts to the year, quarter or month in which it begins.",
        ),
    ),
    statement=_cumulative,
    claim=_cumulative_claim,
)

DEFINITIONS = (MOVING, YEARLY, CUMULATIVE)
