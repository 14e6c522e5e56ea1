"""What was turned over, where a table has quantities and the price of one piece but no amounts."""

from __future__ import annotations

from voyant.analysis.kpi.figures import Figure
from voyant.analysis.normalize.names import word_set
from voyant.analysis.normalize.number_roles import is_price
from voyant.domain.kpi import KpiKind
from voyant.domain.profile import Profile
from voyant.domain.table import Aggregation, Column, ColumnType, Dataset, Role
from voyant.lake.sql import identifier

QUANTITY_WORDS = word_set("quantity qty units pieces pcs menge anzahl stueck quantite cantidad quantita quantidade")
AMOUNT_WORDS = word_set(
    "amount amt revenue sales turnover total subtotal value spend income extended umsatz betrag montant importe monto"
)
RETURN_WORDS = word_set("refund refunds refunded chargeback erstattung remboursement reembolso rimborso")
"""Of what is paid back, which brings in nothing."""
_LARGEST_LINK = 0.5
"""A price that rises with the quantity is that of the line, not of a piece."""
_GOODNESS = 0.97


def sold_amounts(dataset: Dataset, profile: Profile) -> list[Figure]:
    """The sum of quantity times price: only of one additive quantity and one price of a piece, which do not rise
    together, in a table that says no amount itself."""
    measures = [column for column in dataset.with_role(Role.MEASURE) if column.personal is None]
    quantities = [column for column in measures if _is_quantity(column)]
    prices = [column for column in measures if is_price(column) and column.aggregation is Aggregation.MEAN]
    others = [column for column in measures if column not in quantities and column not in prices]
    if len(quantities) != 1 or len(prices) != 1 or any(map(_is_amount, others)):
        return []
    [quantity], [price] = quantities, prices
    link = profile.association(quantity.name, price.name)
    if (link is not None and (link.pearson or 0) > _LARGEST_LINK) or not _is_exact(quantity, price):
        return []
    return [_amount(quantity, price, profile)]


def _is_amount(column: Column) -> bool:
    words = set(column.name.split("_"))
    return bool(AMOUNT_WORDS & words) and not RETURN_WORDS & words


def _is_quantity(column: Column) -> bool:
    return column.aggregation is Aggregation.SUM and bool(QUANTITY_WORDS & set(column.name.split("_")))


def _is_exact(quantity: Column, price: Column) -> bool:
    """Whether the products can be summed: decimals of few enough digits, or doubles, which one thread sums."""
    types = {quantity.type, price.type}
    if ColumnType.FLOAT in types:
        return True
    wide = (column.engine_type.startswith("DECIMAL(") and _digits(column) > 18 for column in (quantity, price))
    return not any(wide) and "HUGEINT" not in quantity.engine_type + price.engine_type


def _digits(column: Column) -> int:
    return int(column.engine_type.removeprefix("DECIMAL(").split(",")[0])


def _amount(quantity: Column, price: Column, profile: Profile) -> Figure:
    numbers = [profile.column(column.name).number for column in (quantity, price)]
    amount = f"{identifier(quantity.name)} * {identifier(price.name)}"
    return Figure(
        name=f"total amount ({quantity.name} × {price.name})",
        kind=KpiKind.TOTAL,
        expression=f"sum({amount})",
        columns=(quantity.name, price.name),
        unit=price.unit,
        numerator=f"sum({amount})",
        amount=amount,
        signed=any(found is not None and found.negatives > 0.01 * profile.rows for found in numbers),
        goodness=_GOODNESS,
        reason=f"{quantity.name} adds up and {price.name} is the price of one: their product is what was turned over",
    )
