"""A brand among its competitors: what is compared is settled, all rows are counted, differences are tested."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from voyant.analysis.benchmark.concentration import concentrations
from voyant.analysis.benchmark.counting import (
    Counts,
    by_brand_and_period,
    count_brands,
)
from voyant.analysis.benchmark.limits import limits
from voyant.analysis.benchmark.metrics import Metric
from voyant.analysis.benchmark.outlook import outlook
from voyant.analysis.benchmark.rows import rows_of
from voyant.analysis.benchmark.scope import Scope, settle
from voyant.analysis.benchmark.segments import SegmentCell, SegmentTest, look_into
from voyant.analysis.benchmark.shares import flows
from voyant.analysis.benchmark.standings import PeriodFigure, figure_of, has_shares, period_figures, standings
from voyant.analysis.benchmark.testing import (
    MeanTest,
    change_correlation,
    level_difference,
    mean_difference,
)
from voyant.analysis.insights.statistics import Floats, adjusted
from voyant.analysis.rounding import rounded
from voyant.domain.answer import Answer
from voyant.domain.benchmark import (
    Benchmark,
    BrandMetric,
    BrandRequest,
    Concentration,
    Difference,
    Flow,
    PriceLink,
    SegmentStanding,
    Shift,
    Standing,
    Tested,
    Use,
)
from voyant.domain.profile import Profile
from voyant.domain.table import Table

LEVEL = 0.05


class _Open(Struct, frozen=True):
    """Results whose p-values are not corrected yet, each with its test."""

    differences: list[tuple[Difference, MeanTest | None, int]]
    shifts: list[tuple[Shift, MeanTest | None]]
    segments: list[SegmentTest]
    link: PriceLink | None


def benchmark(
    table: Table,
    profile: Profile,
    request: BrandRequest,
    time_column: str | None = None,
    *,
    progress: Callable[[float], None] = lambda _share: None,
) -> Answer[Benchmark]:
    """How a brand stands among its competitors, over all rows, and what of it is more than chance.

    Everything is counted by the engine; what is fetched is at most a row for each listed brand, period and segment:
    ``MOST_BRANDS`` brands, 400 periods, 12 segments a column. Differences are tested on values of periods, since the
    rows of one period are no independent witnesses, with the variance enlarged for autocorrelation; all p-values are
    corrected together (Benjamini and Hochberg 1995).

    Raises:
        InvalidInput: What was asked for is not there or cannot be compared: ``UNKNOWN_COLUMN``, ``BAD_KPI``,
            ``MISSING_PARAMETER`` or, where no row is left, ``NOT_ENOUGH_DATA``.
    """
    scope = settle(table, profile, request, time_column)
    market = scope.market
    progress(0.2)
    counts = count_brands(market)
    progress(0.5)
    series = period_figures(market, counts)
    placed = standings(market, counts)
    cells: list[SegmentCell] = []
    tests: list[SegmentTest] = []
    notes = list(scope.notes)
    segmented = [metric for metric in market.metrics if not metric.columns and metric.use is not Use.PRICE]
    for place, column in enumerate(scope.segments):
        figures, found, unnamed = look_into(market, column, segmented, scope.brand)
        cells += figures
        tests += found
        if unnamed:
            notes.append(f"Of {column.name}, {unnamed:,} smaller segments have no figures of their own.")
        progress(0.5 + 0.4 * (place + 1) / len(scope.segments))
    shifted = _shifts(scope, counts, placed)
    open_ = _Open(_differences(scope, counts), shifted, tests, _price_link(scope, series))
    concentrated = concentrations(market, counts, scope.market_metric)
    result = _result(scope, placed, open_, concentrated, _flows(shifted), [*notes, *limits(scope, counts)])
    result = _with_outlook(result, scope, counts, lambda share: progress(0.9 + 0.1 * share))
    progress(1.0)
    return Answer(result=result, rows=rows_of(result, market.periods, series, cells, concentrated))


def _with_outlook(result: Benchmark, scope: Scope, counts: Counts, progress: Callable[[float], None]) -> Benchmark:
    """The result with the shares to come, or with why there are none."""
    market = scope.market
    metric = scope.market_metric
    if metric is None or market.periods is None or not result.competitors or not has_shares(metric, counts):
        return result
    series = [_share_series(scope, counts, brand) for brand in market.brands]
    expected, why_not = outlook(market.brands, series, market.periods, progress)
    return replace(result, outlook=expected, notes=(*result.notes, *filter(None, [why_not])))


def _differences(scope: Scope, counts: Counts) -> list[tuple[Difference, MeanTest | None, int]]:
    """The brand against each competitor, over the periods in which both are there."""
    market = scope.market
    made: list[tuple[Difference, MeanTest | None, int]] = []
    for metric in market.metrics:
        own = _series(scope, counts, metric, scope.brand)
        competitors = [other for other in market.listed if other != scope.brand]
        for other in competitors:
            theirs = _series(scope, counts, metric, other)
            both = np.isfinite(own) & np.isfinite(theirs)
            if not both.any():
                continue
            value, against = rounded(float(own[both].mean())), rounded(float(theirs[both].mean()))
            gap = rounded(float((own[both] - theirs[both]).mean()))
            relative = rounded(gap / against) if against > 0 else None
            test = mean_difference(own[both] - theirs[both])
            found = Difference(
                metric=metric.name,
                competitor=other,
                value=value,
                other=against,
                difference=gap,
                relative=relative,
                tested=None,
            )
            made.append((found, test, len(competitors)))
    return made


def _series(scope: Scope, counts: Counts, metric: Metric, brand: str) -> Floats:
    """The figure by period; a brand that is not there yet, or no more, has none."""
    values = [figure_of(metric, cell) for cell in counts.cells[metric.name][brand]]
    there = [index for index, rows in enumerate(counts.rows_in[brand]) if rows]
    sold = range(there[0], there[-1] + 1) if there else range(0)
    known = [value if index in sold else None for index, value in enumerate(values)]
    return np.asarray([np.nan if value is None else float(value) for value in known], dtype=np.float64)


def _share_series(scope: Scope, counts: Counts, brand: str | None) -> Floats:
    """Its share of the market by period, NaN where there is nothing to share."""
    market, metric = scope.market, scope.market_metric
    if metric is None or market.periods is None:
        return np.asarray([])
    cells = counts.cells[metric.name]
    amounts = np.asarray([[float(cell.numerator) for cell in cells[each]] for each in market.brands])
    total = amounts.sum(axis=0)
    usable = (total > 0) & (amounts >= 0).all(axis=0)
    own = amounts[market.brands.index(brand)]
    return np.where(usable, own / np.where(usable, total, 1.0), np.nan)


def _shifts(scope: Scope, counts: Counts, placed: Sequence[Standing]) -> list[tuple[Shift, MeanTest | None]]:
    """How each brand's share of the market moved between the two spans."""
    market, metric = scope.market, scope.market_metric
    if metric is None or market.periods is None:
        return []
    made: list[tuple[Shift, MeanTest | None]] = []
    for standing in placed:
        if standing.metric != metric.name or standing.share_before is None or standing.share_after is None:
            continue
        series = _share_series(scope, counts, standing.brand)
        before, after = (series[list(indices)] for indices in market.periods.spans)
        if market.periods.are_years:  # the same period of two years is paired, so that the season is no noise
            both = np.isfinite(before) & np.isfinite(after)
            test = mean_difference((after - before)[both])
        else:
            test = level_difference(before[np.isfinite(before)], after[np.isfinite(after)])
        change = Decimal(repr(standing.share_after)) - Decimal(repr(standing.share_before))
        found = Shift(
            brand=standing.brand,
            before=standing.share_before,
            after=standing.share_after,
            change=float(change) + 0.0,
            tested=None,
        )
        made.append((found, test))
    return made


def _flows(shifted: Sequence[tuple[Shift, MeanTest | None]]) -> list[Flow]:
    changes = [Decimal(repr(shift.after)) - Decimal(repr(shift.before)) for shift, _ in shifted]
    brands = [shift.brand for shift, _ in shifted]
    drawn = flows(changes)
    found = [
        Flow(source=brands[source], target=brands[target], share=float(amount) + 0.0)
        for (source, target), amount in drawn.items()
    ]
    return sorted(found, key=lambda flow: (-flow.share, flow.source or "", flow.target or ""))


def _price_link(scope: Scope, series: Sequence[PeriodFigure]) -> PriceLink | None:
    """Whether the brand's price against the others and its share move together; not corrected yet."""
    metric = scope.bought
    if metric is None or scope.price is None:
        return None
    by_period: dict[int, dict[str, float | None]] = {}
    for figure in series:
        if figure.brand == scope.brand and figure.metric == metric.name:
            by_period.setdefault(figure.period, {})["share"] = figure.share
        if figure.brand == scope.brand and figure.metric == scope.price.name:
            by_period.setdefault(figure.period, {})["index"] = figure.price_index
    known = [
        (index, share)
        for _, held in sorted(by_period.items())
        if (index := held.get("index")) is not None and (share := held.get("share")) is not None
    ]
    if not known:
        return None
    indexes, shares_ = np.asarray(known, dtype=np.float64).T
    found = change_correlation(indexes, shares_)
    return PriceLink(metric=metric.name, correlation=found[0], p=found[1], q=1.0, n=found[2]) if found else None


def _result(
    scope: Scope,
    placed: Sequence[Standing],
    open_: _Open,
    concentrated: Sequence[tuple[int | None, Concentration]],
    drawn: Sequence[Flow],
    notes: Sequence[str],
) -> Benchmark:
    tests = [test for _, test, _ in open_.differences if test is not None]
    tests += [test for _, test in open_.shifts if test is not None]
    tests += [entry.test for entry in open_.segments if entry.test is not None]
    p_values = [test.p for test in tests] + ([open_.link.p] if open_.link is not None else [])
    corrected = adjusted(p_values) if p_values else []
    q_of = {id(test): rounded(q) for test, q in zip(tests, corrected, strict=False)}

    def tested(test: MeanTest | None, intervals: int = 1) -> Tested | None:
        if test is None:
            return None
        low, high = test.interval(intervals)
        return Tested(
            difference=test.difference,
            low=low,
            high=high,
            effect=test.effect,
            p=test.p,
            q=q_of[id(test)],
            n=test.n,
            inflation=test.inflation,
        )

    market, periods = scope.market, scope.market.periods
    before, after = periods.spans if periods is not None else (range(0), range(0))
    return Benchmark(
        table=market.table.dataset.name,
        column=market.brand.name,
        brand=scope.brand,
        competitors=tuple(other for other in market.listed if other != scope.brand),
        metrics=tuple(_metric(metric, placed) for metric in market.metrics),
        market=scope.market_metric.name if scope.market_metric is not None else None,
        time_column=periods.column.name if periods is not None else None,
        grain=periods.grain if periods is not None else None,
        periods=periods.span(range(len(periods.keys))) if periods is not None else None,
        before=periods.span(before) if periods is not None else None,
        after=periods.span(after) if periods is not None else None,
        standings=tuple(placed),
        differences=tuple(
            replace(found, tested=tested(test, intervals)) for found, test, intervals in open_.differences
        ),
        shifts=tuple(replace(found, tested=tested(test)) for found, test in open_.shifts),
        flows=tuple(drawn),
        segments=tuple(_segment(entry, tested(entry.test)) for entry in open_.segments),
        concentration=tuple(one for place, one in concentrated if place is None),
        price_link=replace(open_.link, q=rounded(corrected[-1])) if open_.link is not None else None,
        outlook=(),
        sql=by_brand_and_period(market),
        notes=tuple(dict.fromkeys(notes)),
    )


def _metric(metric: Metric, placed: Sequence[Standing]) -> BrandMetric:
    return BrandMetric(
        name=metric.name,
        expression=metric.figure.expression,
        use=metric.use,
        made_of=metric.figure.columns,
        unit=metric.figure.unit,
        columns=metric.columns,
        has_shares=any(standing.share is not None for standing in placed if standing.metric == metric.name),
        lower_is_better=metric.lower_is_better,
    )


def _segment(entry: SegmentTest, tested: Tested | None) -> SegmentStanding:
    verdict = None
    if tested is not None and tested.q <= LEVEL:
        better = (tested.difference > 0) is not entry.metric.lower_is_better
        verdict = "strength" if better else "weakness"
    elif tested is not None and entry.metric.adds_up and max(-tested.low, tested.high) <= 0.1:
        verdict = "no difference"
    return SegmentStanding(
        metric=entry.metric.name,
        column=entry.column,
        segment=entry.segment,
        rows=entry.rows,
        value=entry.value,
        other=entry.other,
        difference=entry.difference,
        rank=entry.rank,
        tested=tested,
        verdict=verdict,
    )
