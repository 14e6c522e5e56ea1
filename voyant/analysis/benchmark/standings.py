"""How each brand stands in each metric: over all rows, period by period, and from one span to the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from voyant.analysis.benchmark.counting import Brand, Counts, Market, ranks_among_all
from voyant.analysis.benchmark.metrics import Metric
from voyant.analysis.benchmark.shares import difference, growth, leading, middle, quotient, ranks, shares
from voyant.analysis.kpi.changes import ZERO, Cell
from voyant.analysis.kpi.exact import wide
from voyant.domain.benchmark import Standing, Use


class PeriodFigure(Struct, frozen=True):
    """A brand in a metric in one period, for the rows behind the benchmark."""

    metric: str
    brand: Brand
    period: int
    rows: int
    value: float | None
    share: float | None
    rank: int | None
    relative: float | None
    gap_to_leader: float | None
    gap_to_median: float | None
    growth: float | None
    year_growth: float | None
    price_index: float | None


class Placed(Struct, frozen=True):
    """Brands side by side at one moment, in the order of the brands."""

    values: list[Decimal | None]
    shares: list[Decimal] | None
    ranks: list[int | None]
    leader: Decimal | None
    median: Decimal | None


def placed(metric: Metric, brands: Sequence[Brand], values: Sequence[Decimal | None], has_shares: bool) -> Placed:
    """The brands compared; those together without a name have a share, but no rank."""
    own = [None if brand is None else value for brand, value in zip(brands, values, strict=True)]
    return Placed(
        values=list(values),
        shares=shares(values) if has_shares else None,
        ranks=ranks(own, lower_is_better=metric.lower_is_better),
        leader=leading(own, lower_is_better=metric.lower_is_better),
        median=middle(own),
    )


def standings(market: Market, counts: Counts) -> list[Standing]:
    """Every brand in every metric."""
    made: list[Standing] = []
    weights = price_weights(market, counts)
    for metric in market.metrics:
        cells = counts.overall[metric.name]
        sharing = has_shares(metric, counts)
        whole = placed(metric, market.brands, [figure_of(metric, cells[brand]) for brand in market.brands], sharing)
        ranks, partial = whole.ranks, False
        if market.has_rest and metric.use is Use.MARKET:  # others may stand between those that are listed
            among_all = ranks_among_all(market, metric)
            ranks, partial = [among_all.get(brand) for brand in market.brands], True
        spans = [_span(market, metric, counts, sharing, place) for place in (0, 1)]
        is_price = metric.use is Use.PRICE
        indexes = price_indexes(market.brands, whole.values, weights) if is_price else [None] * len(market.brands)
        for place, brand in enumerate(market.brands):
            before, after = (None if span is None else span.values[place] for span in spans)
            made.append(
                Standing(
                    metric=metric.name,
                    brand=brand,
                    rows=counts.rows[brand],
                    value=_written(whole.values[place]),
                    share=_share(whole, place),
                    rank=ranks[place],
                    relative=None if brand is None else quotient(whole.values[place], whole.leader),
                    gap_to_leader=None if brand is None else difference(whole.values[place], whole.leader),
                    gap_to_median=None if brand is None else difference(whole.values[place], whole.median),
                    before=_written(before),
                    after=_written(after),
                    growth=growth(after, before),
                    share_before=_share(spans[0], place),
                    share_after=_share(spans[1], place),
                    rank_before=None if spans[0] is None or partial else spans[0].ranks[place],
                    rank_after=None if spans[1] is None or partial else spans[1].ranks[place],
                    price_index=indexes[place],
                )
            )
    return made


def period_figures(market: Market, counts: Counts) -> list[PeriodFigure]:
    """Every brand in every metric in every whole period."""
    if market.periods is None:
        return []
    made: list[PeriodFigure] = []
    weights = price_weights(market, counts)
    for metric in market.metrics:
        cells = counts.cells[metric.name]
        sharing = has_shares(metric, counts)
        values = {brand: [figure_of(metric, cell) for cell in cells[brand]] for brand in market.brands}
        for index in range(len(market.periods.keys)):
            here = placed(metric, market.brands, [values[brand][index] for brand in market.brands], sharing)
            indexes: list[float | None] = [None] * len(market.brands)
            if metric.use is Use.PRICE:
                indexes = price_indexes(market.brands, here.values, weights)
            year = market.periods.year_before(index)
            for place, brand in enumerate(market.brands):
                value, series = here.values[place], values[brand]
                made.append(
                    PeriodFigure(
                        metric=metric.name,
                        brand=brand,
                        period=index,
                        rows=counts.rows_in[brand][index],
                        value=_written(value),
                        share=_share(here, place),
                        rank=here.ranks[place],
                        relative=None if brand is None else quotient(value, here.leader),
                        gap_to_leader=None if brand is None else difference(value, here.leader),
                        gap_to_median=None if brand is None else difference(value, here.median),
                        growth=growth(value, series[index - 1]) if index else None,
                        year_growth=growth(value, series[year]) if year is not None else None,
                        price_index=indexes[place],
                    )
                )
    return made


def has_shares(metric: Metric, counts: Counts) -> bool:
    """Whether brands have shares in it: it adds up, and none of them is negative over all rows."""
    return metric.adds_up and all(cell.numerator >= 0 for cell in counts.overall[metric.name].values())


def figure_of(metric: Metric, cell: Cell) -> Decimal | None:
    """What a cell comes to: nothing adds up to 0, and has no mean."""
    return cell.figure if metric.adds_up or not cell.empty else None


def price_weights(market: Market, counts: Counts) -> dict[Brand, Decimal]:
    """How much each brand's price counts in the market's: the pieces it is the price of, else the rows of the brand."""
    price = next((metric for metric in market.metrics if metric.use is Use.PRICE), None)
    if price is None:
        return {}
    cells = counts.overall[price.name]
    if price.columns or price.figure.denominator is None:
        return {brand: Decimal(counts.rows[brand]) for brand in market.brands}
    return {brand: cells[brand].denominator or ZERO for brand in market.brands}


def price_indexes(
    brands: Sequence[Brand], prices: Sequence[Decimal | None], weights: Mapping[Brand, Decimal]
) -> list[float | None]:
    """Each price in percent of their weighted mean."""
    known = [(price, weights[brand]) for brand, price in zip(brands, prices, strict=True) if price is not None]
    bought = sum((weight for _, weight in known), ZERO)
    if bought <= 0:
        return [None] * len(brands)
    with wide():
        mean = sum((price * weight for price, weight in known), ZERO) / bought
        found = [quotient(None if price is None else 100 * price, mean) for price in prices]
    return [None if brand is None else index for brand, index in zip(brands, found, strict=True)]


def _span(market: Market, metric: Metric, counts: Counts, sharing: bool, place: int) -> Placed | None:
    indices = market.periods.spans[place] if market.periods is not None else range(0)
    if not indices:
        return None
    values = [counts.over(metric, brand, indices) for brand in market.brands]
    return placed(metric, market.brands, values, sharing)


def _written(value: Decimal | None) -> float | None:
    return None if value is None else float(value) + 0.0


def _share(at: Placed | None, place: int) -> float | None:
    return None if at is None or at.shares is None else float(at.shares[place]) + 0.0
