"""What a benchmark is about: the request held against the table, and what it leaves open chosen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from voyant.analysis.benchmark.columns import (
    MOST_NAMED,
    brand_column,
    columns_by_brand,
    currency_column,
    grouping_column,
    one_of,
)
from voyant.analysis.benchmark.counting import MOST_BRANDS, Market
from voyant.analysis.benchmark.metrics import Metric, Wide, choose_metrics, money_columns
from voyant.analysis.benchmark.periods import find_periods
from voyant.analysis.benchmark.reach import where_all_are
from voyant.analysis.insights.subjects import choose
from voyant.analysis.wording import listed
from voyant.domain.benchmark import BrandRequest, Use
from voyant.domain.profile import Profile
from voyant.domain.table import Column, Table
from voyant.errors import Code, InvalidInput
from voyant.lake.sql import identifier, literal

MOST_SEGMENT_COLUMNS = 6
_FOUND_SEGMENT_COLUMNS = 3
_MOST_FOUND_SEGMENTS = 12


class Scope(Struct, frozen=True, kw_only=True):
    """The rows, the brand in focus, the columns of segments, and what was chosen or left out."""

    market: Market
    brand: str
    segments: tuple[Column, ...]
    notes: tuple[str, ...]

    @property
    def market_metric(self) -> Metric | None:
        """The metric that shares are of."""
        return next((metric for metric in self.market.metrics if metric.use is Use.MARKET), None)

    @property
    def bought(self) -> Metric | None:
        """The metric that says how much was bought, whatever was paid for it."""
        money = money_columns(self.market.table.dataset)
        adding = (metric for metric in self.market.metrics if metric.adds_up)
        return next((metric for metric in adding if not set(metric.figure.columns) & money), None)

    @property
    def price(self) -> Metric | None:
        return next((metric for metric in self.market.metrics if metric.use is Use.PRICE), None)


def settle(table: Table, profile: Profile, request: BrandRequest, time_column: str | None) -> Scope:
    """The scope of a benchmark.

    Raises:
        InvalidInput: As ``benchmark`` does.
    """
    dataset = table.dataset
    column, why = brand_column(dataset, profile, request.column)
    known = _sizes(Market(table=table, brand=column, metrics=(), periods=None))
    if not known:
        raise InvalidInput(
            f"No row of {dataset.name} has a {column.name}: there is no brand to compare.", code=Code.NOT_ENOUGH_DATA
        )
    wide = columns_by_brand(dataset, list(known)[:MOST_NAMED])
    metrics = choose_metrics(dataset, profile, request, wide)
    periods = find_periods(table, profile, request, time_column)
    notes = [why, *_on_names(column, dataset.rows - profile.column(column.name).count, known)]
    notes += [*_on_wide(wide, metrics), *(periods.notes if periods is not None else ())]
    market = Market(table=table, brand=column, metrics=tuple(metrics), periods=periods)
    market, said = _in_one_currency(market, request)
    notes += said
    market, said = _among(market, request, known)
    notes += said
    if request.others:
        market, said = where_all_are(market, profile)
        notes += said
    market, brand, said = _listed(market, request)
    notes += said
    segments = _segment_columns(table, profile, request, market, wide)
    return Scope(market=market, brand=brand, segments=segments, notes=tuple(filter(None, notes)))


def _sizes(market: Market) -> dict[str, int]:
    """The brands that have most rows, by their rows."""
    rows = market.table.query(
        f"SELECT _brand AS brand, count(*) AS n FROM (\n{market.rows}\n) AS _rows "
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_NAMED + 1}"
    )
    return {row["brand"]: row["n"] for row in rows}


def _on_names(column: Column, unnamed: int, known: Iterable[str]) -> Iterator[str]:
    """Rows of no brand, and brands that may be one, written in two ways."""
    if unnamed:
        yield f"Rows without {column.name}, which are in no figure: {unnamed:,}."
    alike: dict[str, list[str]] = {}
    for brand in known:
        alike.setdefault(" ".join(brand.casefold().split()), []).append(brand)
    twins = [" and ".join(brands) for brands in alike.values() if len(brands) > 1]
    if twins:
        yield f"Brands that differ in case or spaces only are counted apart: {'; '.join(twins[:5])}."


def _on_wide(wide: Wide, metrics: list[Metric]) -> list[str]:
    used = [metric for metric in metrics if metric.columns]
    if used:
        held = "; ".join(f"{metric.name} of a brand from {', '.join(metric.columns.values())}" for metric in used)
        notes = [f"Each brand has columns of its own: {held}. They are means over the rows of all brands."]
        beside = sorted(set(wide) - {content for content in wide if any(wide[content] == m.columns for m in used)})
        if beside:
            notes.append(f"Columns of each brand that can be asked for as metrics: {', '.join(beside)}.")
        return notes
    return []


def _in_one_currency(market: Market, request: BrandRequest) -> tuple[Market, list[str]]:
    """The rows of one currency, where amounts come in several: those cannot be added up."""
    dataset = market.table.dataset
    column = currency_column(dataset)
    money = money_columns(dataset)
    if column is None:
        if request.currency is not None:
            raise InvalidInput(
                f"No column of {dataset.name} names the currency of a row, so that {request.currency!r} means nothing.",
                code=Code.UNKNOWN_COLUMN,
            )
        return market, []
    name = identifier(column.name)
    counted = market.table.query(
        f"SELECT CAST({name} AS VARCHAR) AS currency, count(*) AS n FROM {identifier(dataset.name)} "
        f"WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 100"
    )
    sizes = {row["currency"]: row["n"] for row in counted}
    if request.currency is None:
        if len(sizes) < 2:
            return _priced_in(market, money, next(iter(sizes), None)), []
        if request.metrics and not request.price and any(metric.use is Use.PRICE for metric in market.metrics):
            # Nobody asked for the price: it is no reason to refuse what was asked for.
            rest = tuple(metric for metric in market.metrics if metric.use is not Use.PRICE)
            market = replace(market, metrics=rest)
        concerned = [metric.name for metric in market.metrics if set(metric.figure.columns) & money]
        if not concerned:
            return market, ["Prices come in several currencies and are not compared."]
        raise InvalidInput(
            f"The values of {listed(concerned)} are in {len(sizes)} currencies, which cannot be added up: "
            f"{', '.join(f'{each} ({n:,} rows)' for each, n in list(sizes.items())[:8])}.",
            code=Code.MISSING_PARAMETER,
            remedy="Name one as currency, whose rows then count alone; convert the amounts first; or name metrics that "
            "are no amounts, such as pieces.",
            data={"parameter": "currency", "values": list(sizes)},
        )
    chosen = one_of(request.currency, sizes, "currency")
    condition = f"CAST({name} AS VARCHAR) = {literal(chosen)}"
    left_out = dataset.rows - sizes[chosen]
    notes = [f"Only rows in {chosen} count; {left_out:,} others are left out."] if left_out else []
    market = replace(market, conditions=(*market.conditions, condition))
    return _priced_in(market, money, chosen), notes


def _priced_in(market: Market, money: set[str], currency: str | None) -> Market:
    """The metrics of money with the currency as their unit, where it has the form of a code and they have no other."""
    if currency is None or not re.fullmatch("[A-Z]{3}", currency):
        return market

    def priced(metric: Metric) -> Metric:
        figure = metric.figure
        if figure.unit is not None or not set(figure.columns) & money:
            return metric
        return replace(metric, figure=replace(figure, unit=currency))

    return replace(market, metrics=tuple(map(priced, market.metrics)))


def _among(market: Market, request: BrandRequest, known: dict[str, int]) -> tuple[Market, list[str]]:
    """The rows of the brand and the competitors that were named."""
    if not request.competitors:
        return market, []
    named = [_brand(market, name, known) for name in request.competitors]
    if request.brand is None:
        raise InvalidInput(
            "Competitors are named, but not the brand that they compete with.",
            code=Code.MISSING_PARAMETER,
            data={"parameter": "brand"},
        )
    kept = tuple(dict.fromkeys([_brand(market, request.brand, known), *named]))
    condition = f"{market.name} IN ({', '.join(map(literal, kept))})"
    left_out = sum(n for brand, n in known.items() if brand not in kept)
    more = "at least " if len(known) > MOST_NAMED else ""
    notes = [f"Rows of brands that were not named are left out: {more}{left_out:,}."] if left_out else []
    return replace(market, conditions=(*market.conditions, condition)), notes


def _brand(market: Market, name: str, known: dict[str, int]) -> str:
    """The brand as the rows have it, whichever case is used."""
    if name in known:
        return name
    found = market.table.query(
        f"SELECT DISTINCT _brand AS brand FROM (\n{market.rows}\n) AS _rows "
        f"WHERE lower(_brand) = lower({literal(name.strip())}) ORDER BY 1 LIMIT 1"
    )
    return str(found[0]["brand"]) if found else one_of(name, known, "brand")


def _listed(market: Market, request: BrandRequest) -> tuple[Market, str, list[str]]:
    """The largest brands by the metric of the market, and the one in focus among them."""
    metric = next((metric for metric in market.metrics if metric.use is Use.MARKET), None)
    size = metric.figure.numerator if metric is not None else "count(*)"
    rows = market.query(
        f"WITH _rows AS (\n{market.rows}\n)\nSELECT _brand AS brand, {size} AS size, count(*) AS n, "
        "count(*) OVER () AS brands\n"
        f"FROM _rows GROUP BY 1 ORDER BY 2 DESC NULLS LAST, 3 DESC, 1 LIMIT {MOST_BRANDS}"
    )
    if not rows:
        raise InvalidInput("No row is left to compare.", code=Code.NOT_ENOUGH_DATA, remedy="Ask for less to hold.")
    names = [str(row["brand"]) for row in rows]
    brand = names[0] if request.brand is None else _brand(market, request.brand, dict.fromkeys(names, 0))
    if brand not in names:
        names = [*names[: MOST_BRANDS - 1], brand]
    number = int(rows[0]["brands"])
    notes = []
    if request.brand is None and number > 1:
        notes.append(f"No brand was named, so that the largest, {brand}, is held against the others.")
    if number > len(names):
        notes.append(
            f"Of {number:,} brands the {len(names)} largest stand for themselves; the other {number - len(names):,} "
            "are together in one figure without a name."
        )
    return replace(market, listed=tuple(names), has_rest=number > len(names)), brand, notes


def _segment_columns(
    table: Table, profile: Profile, request: BrandRequest, market: Market, wide: Wide
) -> tuple[Column, ...]:
    if len(request.by) > MOST_SEGMENT_COLUMNS:
        raise InvalidInput(
            f"{len(request.by)} columns of segments are asked for; a benchmark looks into {MOST_SEGMENT_COLUMNS}."
        )
    if request.by:
        asked = [grouping_column(table.dataset, name, "segment column") for name in dict.fromkeys(request.by)]
        if market.brand in asked:
            raise InvalidInput(f"{market.brand.name} names the brands and cannot name the segments too.")
        return tuple(asked)
    owned = {column for columns in wide.values() for column in columns.values()}
    taken = {market.brand.name} | ({market.periods.column.name} if market.periods is not None else set())
    currency = currency_column(table.dataset)
    taken |= {currency.name} if currency is not None else set()
    found = [
        column
        for column in choose(table.dataset, profile).groupings
        if column.name not in owned | taken and profile.column(column.name).distinct.value <= _MOST_FOUND_SEGMENTS
    ]
    return tuple(found[:_FOUND_SEGMENT_COLUMNS])
