"""Which columns say how a record turned out, by the words of their names: these are told by the others."""

from __future__ import annotations

from voyant.domain.table import Aggregation, Column, ColumnType

_OUTCOMES = frozenset(
    [
        "accepted",
        "approved",
        "approval",
        "attrition",
        "cancelled",
        "canceled",
        "churn",
        "churned",
        "class",
        "converted",
        "conversion",
        "decision",
        "default",
        "defaulted",
        "died",
        "failed",
        "failure",
        "fate",
        "label",
        "outcome",
        "passed",
        "rejected",
        "resolution",
        "response",
        "result",
        "returned",
        "state",
        "status",
        "success",
        "survival",
        "survived",
        "target",
        "verdict",
        "won",
    ]
)
_RESULTS = frozenset(
    [
        "amount",
        "balance",
        "charge",
        "charges",
        "completion",
        "cost",
        "costs",
        "cycle",
        "deaths",
        "delay",
        "duration",
        "earnings",
        "efficiency",
        "emission",
        "emissions",
        "expense",
        "expenses",
        "gdp",
        "gpa",
        "grade",
        "income",
        "loss",
        "margin",
        "mortality",
        "mpg",
        "output",
        "pay",
        "price",
        "prices",
        "productivity",
        "profit",
        "rate",
        "rating",
        "return",
        "revenue",
        "salary",
        "sales",
        "satisfaction",
        "score",
        "sold",
        "spend",
        "spending",
        "strength",
        "survival",
        "total",
        "turnover",
        "units",
        "value",
        "visits",
        "wage",
        "wages",
        "wait",
        "yield",
    ]
)
_MONEY = frozenset(
    [
        "amount",
        "balance",
        "charge",
        "charges",
        "cost",
        "costs",
        "earnings",
        "expense",
        "expenses",
        "fare",
        "fee",
        "fees",
        "income",
        "pay",
        "payment",
        "price",
        "prices",
        "profit",
        "revenue",
        "salary",
        "sales",
        "spend",
        "spending",
        "tax",
        "turnover",
        "value",
        "wage",
        "wages",
    ]
)


def is_outcome(column: Column) -> bool:
    """Of a grouping: a state, a decision, a yes or no."""
    return column.type is ColumnType.BOOLEAN or not _OUTCOMES.isdisjoint(column.name.split("_"))


def is_result(column: Column) -> bool:
    """Of a measure: a duration between two dates of the record, a price, a score."""
    return column.formula is not None or not _RESULTS.isdisjoint(column.name.split("_"))


def is_money(column: Column) -> bool:
    """Of a measure: an amount that adds up to something one asks for."""
    return column.aggregation is Aggregation.SUM and not _MONEY.isdisjoint(column.name.split("_"))
