"""All rows counted by the engine: by brand and period, by segment, and how concentrated the market is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from voyant.analysis.benchmark.metrics import Metric
from voyant.analysis.benchmark.periods import Key, Periods
from voyant.analysis.kpi.changes import ZERO, Cell
from voyant.analysis.kpi.exact import exact, wide
from voyant.domain.table import Column, Table
from voyant.errors import Code, InvalidInput, QueryRejected
from voyant.lake.sql import identifier, literal

MOST_BRANDS = 30
MOST_SEGMENTS = 12

Brand = str | None
"""None for all brands together that are not listed."""


class Market(Struct, frozen=True, kw_only=True):
    """The rows that are compared.

    Attributes:
        brand: The column that names the brand.
        conditions: SQL that holds for rows that count.
        listed: Brands that stand for themselves, largest first.
        has_rest: Whether there are others beside them.
    """

    table: Table
    brand: Column
    metrics: tuple[Metric, ...]
    periods: Periods | None
    conditions: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    has_rest: bool = False

    @property
    def brands(self) -> tuple[Brand, ...]:
        return (*self.listed, None) if self.has_rest else self.listed

    @property
    def name(self) -> str:
        """The SQL of a row's brand."""
        return f"CAST({identifier(self.brand.name)} AS VARCHAR)"

    @property
    def rows(self) -> str:
        """The SELECT of the rows, with their brand and period."""
        period = self.periods.sql if self.periods is not None else "NULL"
        where = " AND ".join([f"{identifier(self.brand.name)} IS NOT NULL", *self.conditions])
        return (
            f"SELECT {self.name} AS _brand, {period} AS _period, *\n"
            f"FROM {identifier(self.table.dataset.name)}\nWHERE {where}"
        )

    @property
    def listed_brand(self) -> str:
        """The SQL of a row's brand, NULL for those that are not listed."""
        if not self.has_rest:
            return "_brand"
        return f"CASE WHEN _brand IN ({', '.join(map(literal, self.listed))}) THEN _brand END"

    def select(self, keys: Mapping[str, str], aggregates: Sequence[str]) -> str:
        """The statement that gives the aggregates for each combination of the keys, which are SQL by name."""
        named = ", ".join([*(f"{sql} AS {name}" for name, sql in keys.items()), *aggregates])
        places = ", ".join(str(place) for place in range(1, len(keys) + 1))
        grouped = f"\nGROUP BY {places}\nORDER BY {places}" if keys else ""
        return f"WITH _rows AS (\n{self.rows}\n)\nSELECT {named}\nFROM _rows{grouped}"

    def query(self, statement: str) -> list[dict[str, Any]]:
        """The rows of a statement that holds metrics as they were asked for.

        Raises:
            InvalidInput: The engine refuses one of them.
        """
        try:
            return self.table.query(statement)
        except QueryRejected as error:
            named = ", ".join(metric.figure.expression for metric in self.metrics)
            raise InvalidInput(
                f"The brands cannot be compared in {named[:300]}: {error.message}", code=Code.BAD_KPI
            ) from error


class Counts(Struct, frozen=True):
    """What the rows of a brand come to, by metric: over all rows, and in each whole period.

    Attributes:
        rows: Of each brand; ``rows_in`` by brand and period.
        overall: By metric and brand.
        cells: By metric and brand, one for each period.
    """

    rows: dict[Brand, int] = field(default_factory=dict)
    rows_in: dict[Brand, list[int]] = field(default_factory=dict)
    overall: dict[str, dict[Brand, Cell]] = field(default_factory=dict)
    cells: dict[str, dict[Brand, list[Cell]]] = field(default_factory=dict)

    def over(self, metric: Metric, brand: Brand, indices: range) -> Decimal | None:
        """The figure over several periods; None where it cannot be put together from those of single periods."""
        if metric.figure.numerator is None and not metric.columns:
            return None
        return together([self.cells[metric.name][brand][index] for index in indices]).figure


def together(cells: Sequence[Cell]) -> Cell:
    """What several cells add up to."""
    with wide():
        quotient = any(cell.denominator is not None for cell in cells)
        return Cell(
            numerator=sum((cell.numerator for cell in cells), ZERO),
            denominator=sum((cell.denominator or ZERO for cell in cells), ZERO) if quotient else None,
            rows=sum(cell.rows for cell in cells),
            empty=all(cell.empty for cell in cells),
        )


def parts_of(metrics: Sequence[Metric]) -> list[str]:
    """The aggregates that cells are read from: ``n``, and for each metric its parts or its whole."""
    named = ["count(*) AS n"]
    for place, metric in enumerate(metrics):
        if metric.columns:
            continue
        if metric.figure.numerator is None:
            named.append(f"{metric.figure.expression} AS v{place}")
            continue
        named.append(f"{metric.figure.numerator} AS a{place}")
        if metric.figure.denominator is not None:
            named.append(f"{metric.figure.denominator} AS b{place}")
    return named


def cell_of(metric: Metric, place: int, row: Mapping[str, Any] | None) -> Cell:
    """The cell of a metric, at its place among them, in a row of such aggregates."""
    if metric.figure.numerator is None:
        value = exact(row[f"v{place}"]) if row is not None else None
        return Cell(value or ZERO, ZERO if value is None else Decimal(1), row["n"] if row else 0, value is None)
    numerator = exact(row[f"a{place}"]) if row is not None else None
    denominator = None
    if metric.figure.denominator is not None:
        denominator = (exact(row[f"b{place}"]) if row is not None else None) or ZERO
    return Cell(numerator or ZERO, denominator, row["n"] if row is not None else 0, numerator is None)


def count_brands(market: Market) -> Counts:
    """Every cell, from two passes over the rows; columns of a brand's own take one more."""
    counts = Counts()
    parts = parts_of(market.metrics)
    whole = {row["brand"]: row for row in market.query(market.select({"brand": market.listed_brand}, parts))}
    counts.rows.update({brand: whole[brand]["n"] if brand in whole else 0 for brand in market.brands})
    by_period: dict[tuple[Brand, Key], dict[str, Any]] = {}
    if market.periods is not None:
        for row in market.query(by_brand_and_period(market)):
            if row["period"] is not None:
                by_period[row["brand"], market.periods.key(row["period"])] = row
    keys = market.periods.keys if market.periods is not None else ()
    for brand in market.brands:
        counts.rows_in[brand] = [by_period.get((brand, key), {"n": 0})["n"] for key in keys]
    for place, metric in enumerate(market.metrics):
        if metric.columns:
            _count_columns(market, metric, counts)
            continue
        counts.overall[metric.name] = {brand: cell_of(metric, place, whole.get(brand)) for brand in market.brands}
        counts.cells[metric.name] = {
            brand: [cell_of(metric, place, by_period.get((brand, key))) for key in keys] for brand in market.brands
        }
    return counts


def by_brand_and_period(market: Market) -> str:
    """The statement behind all figures over time."""
    return market.select({"brand": market.listed_brand, "period": "_period"}, parts_of(market.metrics))


def _count_columns(market: Market, metric: Metric, counts: Counts) -> None:
    """A metric that each brand has a column of: over the rows of all brands."""
    aggregates = []
    for place, column in enumerate(metric.columns.values()):
        aggregates += [f"sum({identifier(column)}) AS a{place}", f"count({identifier(column)}) AS b{place}"]
    overall = market.query(market.select({}, aggregates))[0]
    by_key: dict[Key, dict[str, Any]] = {}
    if market.periods is not None:
        for row in market.query(market.select({"period": "_period"}, aggregates)):
            if row["period"] is not None:
                by_key[market.periods.key(row["period"])] = row
    keys = market.periods.keys if market.periods is not None else ()
    places = {brand: place for place, brand in enumerate(metric.columns)}

    def cell(brand: Brand, row: Mapping[str, Any] | None) -> Cell:
        place = places.get(brand) if brand is not None else None
        numerator = exact(row[f"a{place}"]) if row is not None and place is not None else None
        number = exact(row[f"b{place}"]) if row is not None and place is not None else None
        return Cell(numerator or ZERO, number or ZERO, int(number or 0), numerator is None)

    counts.overall[metric.name] = {brand: cell(brand, overall) for brand in market.brands}
    counts.cells[metric.name] = {brand: [cell(brand, by_key.get(key)) for key in keys] for brand in market.brands}


def ranks_among_all(market: Market, metric: Metric) -> dict[Brand, int]:
    """The ranks of the listed brands among all there are, 1 for the best, by what their rows add up to."""
    order = "ASC" if metric.lower_is_better else "DESC"
    rows = market.query(
        f"WITH _rows AS (\n{market.rows}\n), _sums AS (\n"
        f"SELECT _brand, coalesce({metric.figure.numerator}, 0) AS amount FROM _rows GROUP BY 1\n), _ranked AS (\n"
        f"SELECT _brand, rank() OVER (ORDER BY amount {order}) AS place FROM _sums\n)\n"
        f"SELECT _brand AS brand, place FROM _ranked WHERE _brand IN ({', '.join(map(literal, market.listed))})"
    )
    return {row["brand"]: int(row["place"]) for row in rows}


def segment_rows(market: Market, column: Column, metrics: Sequence[Metric]) -> tuple[list[dict[str, Any]], int]:
    """Cells by segment, brand and period, and how many segments are but counted together, without a name."""
    name = f"CAST({identifier(column.name)} AS VARCHAR)"
    sizes = market.query(
        f"SELECT {name} AS segment, count(*) AS n, count(*) OVER () AS segments FROM (\n{market.rows}\n) AS _rows\n"
        f"WHERE {identifier(column.name)} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_SEGMENTS}"
    )
    kept = [str(row["segment"]) for row in sizes]
    if len(kept) < 2:
        return [], 0
    listed = ", ".join(map(literal, kept))
    keys = {
        "segment": f"CASE WHEN {name} IN ({listed}) THEN {name} END",
        "brand": market.listed_brand,
        "period": "_period",
    }
    among = replace(market, conditions=(*market.conditions, f"{identifier(column.name)} IS NOT NULL"))
    return among.query(among.select(keys, parts_of(metrics))), int(sizes[0]["segments"]) - len(kept)
