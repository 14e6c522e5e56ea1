"""What the figures of a benchmark cannot tell, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from voyant.analysis.benchmark.counting import Counts
from voyant.analysis.benchmark.metrics import Metric
from voyant.analysis.benchmark.periods import Periods
from voyant.analysis.benchmark.scope import Scope
from voyant.analysis.benchmark.standings import figure_of, has_shares
from voyant.analysis.benchmark.testing import FEWEST_PERIODS
from voyant.analysis.wording import listed

_MOST_NAMED = 4


def limits(scope: Scope, counts: Counts) -> Iterator[str]:
    """Why there is no competitor, no time, no share or no value."""
    market = scope.market
    if len(market.listed) < 2:
        yield f"{scope.brand} is the only brand here: its share is all there is, and nothing can be compared."
    yield from _of_time(scope)
    yield from _absences(scope, counts)
    metric = scope.market_metric
    if metric is None:
        yield "No metric adds up, so that brands have no shares; they are ranked by their rows."
    elif not has_shares(metric, counts):
        cells = counts.overall[metric.name]
        negative = [brand or "all other brands" for brand in market.brands if cells[brand].numerator < 0]
        yield f"{metric.name} is negative over all rows for {_some(negative)}: there are no shares of it."
    else:
        yield from _periods_without_shares(scope, counts, metric)
    for each in market.metrics:
        if all(figure_of(each, cell) is None for cell in counts.overall[each.name].values()):
            yield f"{each.name} has no value for any brand."


def _of_time(scope: Scope) -> Iterator[str]:
    periods = scope.market.periods
    if periods is None:
        yield "No column says when a row happened: nothing is said about growth, and no difference is tested."
    elif not periods.keys:
        yield "No period is whole: nothing is said about growth, and no difference is tested."
    elif len(periods.keys) < FEWEST_PERIODS:
        yield f"{len(periods.keys)} whole periods are too few to test differences: {FEWEST_PERIODS} are needed."


def _absences(scope: Scope, counts: Counts) -> Iterator[str]:
    """Of the listed brands, those that come late, end early or pause: nobody knows whether nothing was sold then."""
    periods = scope.market.periods
    if periods is None or not periods.keys:
        return
    empty = [not any(rows) for rows in zip(*(counts.rows_in[brand] for brand in scope.market.brands), strict=True)]
    absent = [
        f"{brand} {when}"
        for brand in scope.market.listed
        if (
            when := _absence(
                periods, [rows > 0 or none for rows, none in zip(counts.rows_in[brand], empty, strict=True)]
            )
        )
    ]
    if absent:
        more = f"; and {len(absent) - _MOST_NAMED} more brands" if len(absent) > _MOST_NAMED else ""
        shown = "; ".join(absent[:_MOST_NAMED])
        yield f"Without rows in some periods, and taken to have sold nothing then: {shown}{more}."


def _absence(periods: Periods, there: Sequence[bool]) -> str:
    if not any(there):
        return "in all periods that are whole"
    first, last = there.index(True), len(there) - 1 - there[::-1].index(True)
    inner = [periods.label(place) for place in range(first, last) if not there[place]]
    when = [f"before {periods.label(first)}"] if first else []
    when += [f"after {periods.label(last)}"] if last < len(there) - 1 else []
    when += [f"in {_some(inner)}"] if inner else []
    return ", ".join(when)


def _periods_without_shares(scope: Scope, counts: Counts, metric: Metric) -> Iterator[str]:
    """Of the periods with rows, those in which nothing was sold, or more came back than was sold of some brand."""
    periods, cells = scope.market.periods, counts.cells[metric.name]
    empty: list[str] = []
    negative: list[str] = []
    for place in range(len(periods.keys) if periods is not None else 0):
        amounts = [cells[brand][place].numerator for brand in scope.market.brands]
        if periods is None or not any(cells[brand][place].rows for brand in scope.market.brands):
            continue
        if min(amounts) < 0:
            negative.append(periods.label(place))
        elif not any(amounts):
            empty.append(periods.label(place))
    if empty:
        yield f"{metric.name} comes to nothing in {_some(empty)}: there is no share then."
    if negative:
        yield f"{metric.name} of some brand is negative in {_some(negative)}: there is no share then."


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return f"{', '.join(names[:_MOST_NAMED])} and {more} more" if more > 0 else listed(list(names))
