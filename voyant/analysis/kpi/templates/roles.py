"""Which column a parameter stands for, told from roles, names and statistics: at most one, with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from msgspec import Struct

from voyant.analysis.kpi.amounts import AMOUNT_WORDS, QUANTITY_WORDS, RETURN_WORDS, sold_amounts
from voyant.analysis.kpi.found import explaining_dimensions
from voyant.analysis.normalize.names import word_set
from voyant.analysis.time_columns import leading_time_column
from voyant.analysis.wording import listed, readable
from voyant.domain.profile import ColumnProfile, Profile
from voyant.domain.table import Aggregation, Column, Dataset, Role

_CUSTOMER_WORDS = word_set(
    "customer cust client user account buyer member subscriber household kunde kunden klant cliente acheteur"
)
_ORDER_WORDS = word_set(
    "order invoice transaction receipt booking basket purchase bestellung auftrag rechnung commande facture pedido"
)
_COST_WORDS = word_set("cost costs cogs expense expenses kosten cout couts costo costos custo")
_PROFIT_WORDS = word_set("profit gewinn benefice beneficio ganancia utile lucro")
_STOCK_WORDS = word_set("stock inventory onhand bestand lagerbestand stocks inventaire inventario existencias")
_SOLD_WORDS = word_set("sold sales demand issued shipped usage consumption verkauft absatz vendu vendido cogs")
_ITEM_WORDS = word_set("item product sku article artikel produkt produit producto articolo part")
_PART_OF_COST = word_set("shipping freight delivery postage transport handling versand porto fracht envio")
_NO_AMOUNT = word_set("tax taxes discount fee fees tip tips shipping budget target steuer rabatt")
_CURRENCIES = frozenset({"USD", "EUR", "GBP", "JPY", "INR", "CHF", "CNY", "AUD", "CAD"})


class Found(Struct, frozen=True):
    """What stands for a parameter, and why."""

    value: str | list[str] | int
    reason: str


def found_for(dataset: Dataset, profile: Profile, time_column: str | None = None) -> dict[str, Found]:
    """What was found for each parameter that columns can stand for; nothing for those that none does.

    Args:
        time_column: That periods are formed by; found where None.
    """
    table = _Table(dataset, profile)
    found: dict[str, Found | None] = {
        "time": _time(dataset, profile, time_column),
        **_amount(table),
        **_value(table),
        "customer": table.named(_CUSTOMER_WORDS, _is_key, "names whom a row belongs to"),
        "order": table.named(_ORDER_WORDS, _is_key, "names the order of a row"),
        "segment": _segment(table),
        "cost": table.named(_COST_WORDS, _is_whole_cost, "is called a cost and adds up"),
        "profit": table.named(_PROFIT_WORDS, _adds_up, "is called a profit and adds up"),
        "stock": table.named(_STOCK_WORDS, _measures, "is called a stock"),
        "sold": table.named(_SOLD_WORDS, _adds_up, "is called what went out and adds up"),
        "item": _item(table),
        **_span(table),
        "columns": Found([column.name for column in dataset.columns if column.formula is None], "all columns"),
        **_column(table),
    }
    return {name: entry for name, entry in found.items() if entry is not None}


Suits = Callable[[Column, ColumnProfile], bool]


class _Table:
    def __init__(self, dataset: Dataset, profile: Profile) -> None:
        self.dataset, self.profile = dataset, profile
        self.described = {column.name: column for column in profile.columns}

    def suiting(self, suits: Suits) -> list[Column]:
        return [
            column
            for column in self.dataset.columns
            if (described := self.described.get(column.name)) is not None
            and described.count
            and suits(column, described)
        ]

    def named(self, words: Collection[str], suits: Suits, reason: str) -> Found | None:
        """The column that one of the words is part of the name of: rather one without personal data, rather one that
        is mostly filled, rather one that is called nothing else."""
        candidates = [column for column in self.suiting(suits) if _says(column, words)]
        if not candidates:
            return None

        def rank(column: Column) -> tuple[bool, float, int]:
            described = self.described[column.name]
            return (
                column.personal is not None,
                round(described.nulls / max(1, described.rows), 1),
                len(column.name.split("_")),
            )

        return Found(min(candidates, key=rank).name, reason)


def _says(column: Column, words: Collection[str]) -> bool:
    return not set(words).isdisjoint(column.name.split("_"))


def _is_key(column: Column, profile: ColumnProfile) -> bool:
    return (
        column.role in {Role.IDENTIFIER, Role.DIMENSION, Role.TEXT, Role.GEOGRAPHY}
        and not column.type.is_temporal
        and profile.distinct.value > 1
    )


def _measures(column: Column, _: ColumnProfile) -> bool:
    return column.role is Role.MEASURE and column.personal is None and column.type.is_numeric


def _adds_up(column: Column, profile: ColumnProfile) -> bool:
    return _measures(column, profile) and column.aggregation is Aggregation.SUM


def _is_whole_cost(column: Column, profile: ColumnProfile) -> bool:
    """Whether it may be all that a row costs, rather than a part of it that says nothing of profit."""
    return _adds_up(column, profile) and not _says(column, _PART_OF_COST)


def _time(dataset: Dataset, profile: Profile, given: str | None) -> Found | None:
    if given is not None:
        return Found(given, "the time column that was given")
    leading = leading_time_column(dataset, profile)
    return None if leading is None else Found(leading, "says when a row happened")


def _amount(table: _Table) -> dict[str, Found | None]:
    products = sold_amounts(table.dataset, table.profile)
    if products:
        amount, price = products[0].columns
        return {
            "amount": Found(amount, "holds pieces, of which another column says the price"),
            "price": Found(price, f"is the price of one of {amount}"),
        }
    candidates = [
        column
        for column in table.suiting(_adds_up)
        if (_says(column, AMOUNT_WORDS) or column.unit in _CURRENCIES)
        and not _says(column, _COST_WORDS | _PROFIT_WORDS | _NO_AMOUNT | QUANTITY_WORDS | RETURN_WORDS)
    ]
    if not candidates:
        return {"amount": None}

    def rank(column: Column) -> tuple[bool, float]:
        return not _says(column, AMOUNT_WORDS), -column.role_confidence

    return {"amount": Found(min(candidates, key=rank).name, "is called an amount, or is one of money, and adds up")}


def _value(table: _Table) -> dict[str, Found | None]:
    """What is followed over time: amounts, else what adds up, else a level, which is averaged."""
    amount = _amount(table)
    if amount["amount"] is not None:
        return {"value": amount["amount"], "price": amount.get("price")}

    def varies(column: Column, profile: ColumnProfile) -> bool:
        return _measures(column, profile) and not profile.constant and not profile.near_constant

    adding = [column for column in table.suiting(varies) if column.aggregation is Aggregation.SUM]
    if adding:
        return {"value": Found(adding[0].name, "adds up")}
    levels = [column for column in table.suiting(varies) if column.aggregation in {Aggregation.MEAN, Aggregation.RATIO}]
    return {"value": Found(levels[0].name, "is a level, which is averaged") if levels else None}


def _item(table: _Table) -> Found | None:
    """What the stock of a row is of: an item and, where it is counted in several places at one time, the place. Of the
    keys of the table the first that holds the item and a time tells."""
    item = table.named(_ITEM_WORDS, _is_key, "names what a row is about")
    if item is None:
        return None
    name = str(item.value)
    times = {column.name for column in table.dataset.with_role(Role.TIME)}
    key = next((key for key in table.profile.keys if name in key and not times.isdisjoint(key)), ())
    places = [
        other for other in key if other != name and other not in times and table.dataset.column(other).personal is None
    ]
    reason = f"{item.reason}, one in each {listed([readable(other) for other in places])}" if places else item.reason
    return Found([name, *places], reason)


def _segment(table: _Table) -> Found | None:
    dimensions, _ = explaining_dimensions(table.dataset, table.profile)
    return Found(dimensions[0], "groups the rows into few values") if dimensions else None


def _span(table: _Table) -> dict[str, Found | None]:
    """A start and an end: those that a duration was derived from when the table was taken in."""
    times = {column.name for column in table.dataset.columns if column.type.is_temporal}
    for column in table.dataset.columns:
        parents = re.findall(r'"((?:[^"]|"")+)"', column.formula or "")
        if len(parents) == 2 and set(parents) <= times and parents[0] != parents[1]:
            start, end = parents
            return {
                "start": Found(start, f"comes before {end}"),
                "end": Found(end, f"comes after {start}"),
            }
    return {"start": None, "end": None}


def _column(table: _Table) -> dict[str, Found | None]:
    segment = _segment(table)
    if segment is not None:
        return {"column": segment}
    measures = table.suiting(_measures)
    if not measures:
        return {"column": None}
    return {
        "column": Found(measures[0].name, "is the first column of numbers"),
        "bins": Found(10, "numbers are counted in ranges"),
    }
