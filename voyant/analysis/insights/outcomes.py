"""Which columns say how a record turned out, by the words of their names: these are told by the others."""

from __future__ import annotations

from voyant.domain.table import Aggregation, Column, Role

_OUTCOMES = frozenset(
    [
        "accepted",
        "admitted",
        "approval",
        "approved",
        "attrition",
        "callback",
        "canceled",
        "cancelled",
        "churn",
        "churned",
        "conversion",
        "converted",
        "dead",
        "death",
        "decision",
        "default",
        "defaulted",
        "denied",
        "deny",
        "died",
        "failed",
        "failure",
        "fate",
        "fraud",
        "hired",
        "outcome",
        "passed",
        "readmitted",
        "rejected",
        "resolution",
        "response",
        "result",
        "returned",
        "state",
        "status",
        "subscribed",
        "success",
        "survival",
        "survived",
        "verdict",
        "won",
    ]
)
_LABELS = frozenset(["class", "label", "target"])
"""Of what a model is to learn; as a part of a name they mean many things."""
_TRAITS = frozenset(["civil", "employment", "marital", "relationship", "smoking", "socioeconomic"])
"""Before ``status`` they speak of a person, not of how a record turned out."""
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
    """Of a grouping: a state, a decision, a fate."""
    words = column.name.split("_")
    if column.name in _LABELS:
        return True
    return column.role is not Role.GEOGRAPHY and not _OUTCOMES.isdisjoint(words) and _TRAITS.isdisjoint(words)


def is_result(column: Column) -> bool:
    """Of a measure: a duration between two dates of the record, a price, a score."""
    return column.formula is not None or not _RESULTS.isdisjoint(column.name.split("_"))


def is_money(column: Column) -> bool:
    """Of a measure: an amount that adds up to something one asks for."""
    return column.aggregation is Aggregation.SUM and not _MONEY.isdisjoint(column.name.split("_"))
