"""Brands side by side: what is asked for, and how they stand.

Shares are 0 to 1 of all brands compared, and so are their differences. Written shares of one moment add up to 1, and
flows to the changes of the shares, exactly: with ``Decimal(repr(x))`` of each float.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct, field

from voyant.domain.kpi import Grain


class BrandRequest(Struct, frozen=True, kw_only=True):
    """Which brands are compared, and in what; what is left out is chosen from the columns.

    Attributes:
        column: That names the brand of a row.
        brand: The one that is compared with the others; the largest where None. With ``others`` the name of the brand
            that the table itself is about.
        competitors: The others that count; all where empty. Rows of brands that are neither are left out.
        others: Sources by the brand that each is about, where each brand has a table of its own; they are taken in with
            the job unless they are tables of the lake.
        metrics: Columns, which are added up or averaged as they ask for, or aggregates such as ``avg(rating)`` and
            ``sum(revenue) / sum(visits)``; the first one that adds up gives the shares.
        lower: Those of the metrics of which less is better.
        price: The price that a row is paid, or an aggregate that gives one.
        volume: What is sold at that price: a column that adds up.
        currency: The one whose rows count, where a column names several.
        grain: Length of a period; the natural one of the data where None.
        by: Columns whose values are segments of the market.
    """

    column: str | None = None
    brand: str | None = None
    competitors: tuple[str, ...] = ()
    others: Mapping[str, str] = field(default_factory=dict)
    metrics: tuple[str, ...] = ()
    lower: tuple[str, ...] = ()
    price: str | None = None
    volume: str | None = None
    currency: str | None = None
    grain: Grain | None = None
    by: tuple[str, ...] = ()


class Use(StrEnum):
    """What a metric is used for."""

    MARKET = "market"  # shares are shares of it
    COMPARED = "compared"  # brands are compared in it
    PRICE = "price"  # a position rather than a strength


class BrandMetric(Struct, frozen=True, kw_only=True):
    """What brands are compared in.

    Attributes:
        expression: The SQL aggregate over the rows of a brand; with ``columns`` that of the brand's own column.
        made_of: The columns of the table that it is made of.
        columns: The column of each brand, where the table has one for each; such a figure is over the rows of all
            brands, as the price that every customer saw.
        has_shares: Whether it adds up over brands and is nowhere negative.
        lower_is_better: Rank 1 then has the smallest value; else the largest.
    """

    name: str
    expression: str
    use: Use
    made_of: tuple[str, ...] = ()
    unit: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    has_shares: bool
    lower_is_better: bool = False


class Span(Struct, frozen=True, kw_only=True):
    """Whole periods, from the first to the last of them, as artifacts write them."""

    first: str
    last: str
    periods: int


class Standing(Struct, frozen=True, kw_only=True):
    """A brand in a metric, over all rows; ``before`` and ``after`` are of the two spans that are compared.

    Attributes:
        brand: None for all brands together that are not listed.
        value: None where it has nothing to stand on.
        share: Of all brands; None for metrics without shares and where there is nothing to share.
        rank: Of the metric that shares are of among all brands, of others among the listed ones; before and after None
            where there are brands that are not listed.
        relative: Value over that of the leader, which has rank 1.
        gap_to_leader: Value less that of the leader; ``gap_to_median`` less the median of the listed brands.
        growth: ``after / before - 1``; None where ``before`` is not positive.
        price_index: The price in percent of the mean price of the market, which weighs each brand by what it sold over
            all rows: it does not move because more of one brand is bought.
    """

    metric: str
    brand: str | None
    rows: int
    value: float | None
    share: float | None
    rank: int | None
    relative: float | None
    gap_to_leader: float | None
    gap_to_median: float | None
    before: float | None = None
    after: float | None = None
    growth: float | None = None
    share_before: float | None = None
    share_after: float | None = None
    rank_before: int | None = None
    rank_after: int | None = None
    price_index: float | None = None


class Tested(Struct, frozen=True, kw_only=True):
    """A mean difference of values of periods, and how sure it is.

    Attributes:
        low: Of the 95 % interval; with ``high`` it holds for all competitors of a metric together (Bonferroni).
        effect: The difference in standard deviations of the differences.
        p: Before correction; ``q`` after it, over everything that the benchmark tested.
        n: Periods.
        inflation: By how much autocorrelation enlarges the variance of the mean.
    """

    difference: float
    low: float
    high: float
    effect: float
    p: float
    q: float
    n: int
    inflation: float


class Difference(Struct, frozen=True, kw_only=True):
    """The brand against one competitor in a metric, period by period.

    Attributes:
        value: Mean of the brand over the periods in which both have a value; ``other`` of the competitor.
        relative: The difference over ``other``; None where that is not positive.
        tested: None where there are too few periods, or the difference never varies.
    """

    metric: str
    competitor: str
    value: float
    other: float
    difference: float
    relative: float | None
    tested: Tested | None


class Shift(Struct, frozen=True, kw_only=True):
    """A brand's share before and after.

    Attributes:
        change: ``after - before``, exactly.
        tested: Of the mean share of the periods; its interval is of one brand alone.
    """

    brand: str | None
    before: float
    after: float
    change: float
    tested: Tested | None


class Flow(Struct, frozen=True, kw_only=True):
    """Share that one brand lost to another: each that gained draws on all that lost, in proportion to their losses.

    An attribution, not an observation: who changed from which brand to which, only data on customers can tell.
    """

    source: str | None
    target: str | None
    share: float


class SegmentStanding(Struct, frozen=True, kw_only=True):
    """The brand in one segment.

    Attributes:
        value: Its share there, or its value where the metric has no shares.
        other: Its share in all other segments of that column, or the competitors' value in this one.
        rank: Among the listed brands in the segment.
        tested: Of the difference, period by period.
        verdict: ``strength``, ``weakness`` or ``no difference``; None where that was not tested, or is not sure.
    """

    metric: str
    column: str
    segment: str
    rows: int
    value: float | None
    other: float | None
    difference: float | None
    rank: int | None
    tested: Tested | None
    verdict: str | None


class Concentration(Struct, frozen=True, kw_only=True):
    """How few brands have how much of the market.

    Attributes:
        brands: All there are, listed or not.
        hhi: The sum of their squared shares (Herfindahl 1950, Hirschman 1945), above 0 and at most 1.
        cr4: Share of the four largest.
    """

    span: str
    total: float | None
    brands: int
    hhi: float | None
    cr4: float | None


class PriceLink(Struct, frozen=True, kw_only=True):
    """Whether the brand's share is lower where its price is higher against that of the others.

    Attributes:
        metric: That the share is of: what was bought rather than what was paid, which rises with the price by itself.
        correlation: Spearman's, of the changes from period to period.
    """

    metric: str
    correlation: float
    p: float
    q: float
    n: int


class SharePoint(Struct, frozen=True, kw_only=True):
    """A share in a period to come, with its interval; None where the past is too short for one."""

    period: str
    share: float
    low: float | None
    high: float | None


class ShareOutlook(Struct, frozen=True, kw_only=True):
    """Where the share of a brand is heading; the shares of a period add up to exactly 1.

    Attributes:
        brand: None for all brands together that are not listed.
        recent: Mean share over as many last periods as are forecast.
        error: Mean absolute error of such forecasts at earlier times; ``against_naive`` relative to that of repeating
            the last season.
        level: Of the intervals, percent; ``coverage`` how many percent of the shares that came they held.
    """

    brand: str | None
    method: str
    recent: float
    error: float | None
    against_naive: float | None
    level: int
    coverage: float | None
    points: tuple[SharePoint, ...]


class Benchmark(Struct, frozen=True, kw_only=True):
    """A brand among its competitors.

    Attributes:
        column: That names the brands; None where each has a table of its own.
        brand: The one that the differences are about.
        competitors: Largest first; those beyond are together in the standing without a name.
        market: The metric that shares are of; None where none adds up.
        periods: Whole ones; None where the rows have no time.
        before: The span that ``after`` is compared with: the year before, else the first half.
        outlook: Of each brand; empty where the past is too short to tell.
        sql: Gives the rows behind all figures by ``brand`` and ``period``.
        notes: What was chosen, left out and could not be computed.
        tables: The rows of the table of each brand, where each has one of its own.
    """

    table: str
    column: str | None
    brand: str
    competitors: tuple[str, ...]
    metrics: tuple[BrandMetric, ...]
    market: str | None
    time_column: str | None
    grain: Grain | None
    periods: Span | None
    before: Span | None
    after: Span | None
    standings: tuple[Standing, ...]
    differences: tuple[Difference, ...]
    shifts: tuple[Shift, ...]
    flows: tuple[Flow, ...]
    segments: tuple[SegmentStanding, ...]
    concentration: tuple[Concentration, ...]
    price_link: PriceLink | None
    outlook: tuple[ShareOutlook, ...]
    sql: str
    notes: tuple[str, ...]
    tables: Mapping[str, int] = field(default_factory=dict)

    def standing(self, brand: str | None, metric: str) -> Standing | None:
        """How a brand stands in a metric."""
        found = (one for one in self.standings if one.brand == brand and one.metric == metric)
        return next(found, None)
