"""Segments in which a brand is strong or weak, and that there are none."""

from __future__ import annotations

from collections.abc import Iterator

from voyant.analysis.benchmark.sentences.paired import paired
from voyant.analysis.benchmark.sentences.words import columns_of, is_metric, named, share_of
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Telling, saturating
from voyant.analysis.wording import listed, readable, sentence, shown
from voyant.domain.benchmark import Benchmark, BrandMetric, SegmentStanding, Use
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.lake.sql import literal

_SMALLEST_SHARE = 0.03
_SMALLEST_GAP = 0.05


def strengths(result: Benchmark) -> Iterator[Comparison]:
    """Every segment that was tested; one sentence where none of them differs."""
    for metric in result.metrics:
        tested = [one for one in result.segments if one.metric == metric.name and one.tested is not None]
        told = _most_telling(tested, metric) if metric.use is Use.MARKET or not metric.has_shares else []
        for one in tested:
            yield _segment(result, metric, one, is_told=one in told)
        if metric.use is Use.MARKET and tested and all(one.verdict == "no difference" for one in tested):
            yield Comparison(question=Question.BRAND, claim=_even(result, metric, tested))


def _most_telling(tested: list[SegmentStanding], metric: BrandMetric) -> list[SegmentStanding]:
    """Of each column the segment where the brand is strongest and the one where it is weakest.

    Of two segments of a column one only mirrors the other's share, and columns may split off the very same rows.
    """
    told: list[SegmentStanding] = []
    for column in dict.fromkeys(one.column for one in tested):
        held = [one for one in tested if one.column == column and one.verdict in {"strength", "weakness"}]
        if not metric.has_shares:
            held = [one for one in held if _stands_apart(one, [each for each in tested if each.column == column])]
        twins = metric.has_shares and sum(one.column == column for one in tested) == 2
        for sign in (1,) if twins else (1, -1):
            side = [one for one in held if sign * (one.difference or 0.0) > 0]
            best = max(side, key=lambda one: abs(one.difference or 0.0), default=None)
            if best is not None and not any(_same_rows(best, other) for other in told):
                told.append(best)
    return told


def _stands_apart(one: SegmentStanding, column: list[SegmentStanding]) -> bool:
    """Whether the gap to the competitors is another than in the segments on the whole, which is told already."""
    usual = sum(each.difference or 0.0 for each in column) / len(column)
    return abs((one.difference or 0.0) - usual) >= max(0.5 * abs(usual), _SMALLEST_GAP * abs(one.other or 0.0))


def _same_rows(one: SegmentStanding, other: SegmentStanding) -> bool:
    return (one.rows, one.value, one.other) == (other.rows, other.value, other.other)


def _segment(result: Benchmark, metric: BrandMetric, one: SegmentStanding, *, is_told: bool) -> Comparison:
    tested = one.tested
    if tested is None or one.difference is None:
        return Comparison(question=Question.BRAND)
    least = _SMALLEST_SHARE if metric.has_shares else _SMALLEST_GAP * abs(one.other or 0.0)
    agrees = (tested.difference > 0) is (one.difference > 0)
    return paired(
        tested,
        together=False,
        claim=_stands_out(result, metric, one) if is_told and agrees and abs(one.difference) >= least else None,
    )


def _stands_out(result: Benchmark, metric: BrandMetric, one: SegmentStanding) -> Claim:
    factor = "100 * " if metric.has_shares else ""
    sql = (
        f"SELECT segment, {factor}value AS value, {factor}other AS other, rank\nFROM job.benchmark_strengths\n"
        f"WHERE {is_metric(metric.name)} AND {_is_segment(one)}"
    )
    strong = ((one.difference or 0.0) > 0) is not metric.lower_is_better

    def tell(telling: Telling) -> str:
        where = f"Where {readable(one.column)} is {_value(one.segment)}"
        if metric.has_shares:
            return sentence(
                f"{where}, {named(result.brand)} has {telling.percent('value')} of all {readable(metric.name)}, "
                f"against {telling.percent('other')} elsewhere"
            )
        return sentence(
            f"{where}, {readable(metric.name)} of {named(result.brand)} is {telling.quantity('value', metric.unit)}, "
            f"against {telling.quantity('other', metric.unit)} of its competitors"
        )

    size = (one.difference or 0.0) / (1.0 if metric.has_shares else abs(one.other or 1.0) or 1.0)
    return Claim(
        kind="brand_strength" if strong else "brand_weakness",
        columns=columns_of(result, None if metric.has_shares else metric, one.column),
        focus=((one.column, one.segment),),
        sql=sql,
        tell=tell,
        strength=0.5 + 0.4 * saturating(size, 0.2),
        title=f"{named(result.brand)} where {readable(one.column)} is {_value(one.segment)}",
        severity=Severity.NOTICE,
        evidence=("benchmark.json#/segments",),
        view=_view(result, metric, one),
    )


def _value(segment: str) -> str:
    """A segment as it is said: numbers and truths need no quotes."""
    return segment if segment.isdecimal() or segment in {"true", "false"} else shown(segment)


def _is_segment(one: SegmentStanding) -> str:
    return f'"column" = {literal(one.column)} AND segment = {literal(one.segment)}'


def _view(result: Benchmark, metric: BrandMetric, one: SegmentStanding) -> View:
    factor, unit = ("100 * ", "%") if metric.has_shares else ("", metric.unit)
    whole = f"Share of {share_of(result)}" if metric.has_shares else readable(metric.name)
    return View(
        name=f"{metric.name}_by_{one.column}",
        title=f"{whole}: {named(result.brand)} by {readable(one.column)}",
        mark=Mark.BAR,
        sql=(
            f"SELECT segment, {factor}value AS value\nFROM job.benchmark_strengths\n"
            f'WHERE {is_metric(metric.name)} AND "column" = {literal(one.column)} AND value IS NOT NULL\n'
            "ORDER BY 2 DESC, 1"
        ),
        x=Axis(field="value", title="share" if metric.has_shares else readable(metric.name), kind="number", unit=unit),
        y=Axis(field="segment", title=readable(one.column), kind="category"),
        highlight=one.segment,
    )


def _even(result: Benchmark, metric: BrandMetric, tested: list[SegmentStanding]) -> Claim:
    columns = list(dict.fromkeys(one.column for one in tested))
    sql = (
        "SELECT 100 * min(value) AS least, 100 * max(value) AS most\nFROM job.benchmark_strengths\n"
        f"WHERE {is_metric(metric.name)} AND p IS NOT NULL"
    )

    def tell(telling: Telling) -> str:
        return sentence(
            f"The share of {named(result.brand)} in all {readable(metric.name)} hardly differs by "
            f"{listed([readable(column) for column in columns])}: {telling.percent('least')} to "
            f"{telling.percent('most')} in each segment"
        )

    return Claim(
        kind="no_brand_segments",
        columns=columns_of(result, None, *columns),
        sql=sql,
        tell=tell,
        strength=0.45,
        title=f"Share of {named(result.brand)} in all segments",
        evidence=("benchmark.json#/segments",),
    )
