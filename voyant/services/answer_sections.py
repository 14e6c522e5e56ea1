"""The answers of a job as its result tells them, each from the artifact that it summarizes."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from voyant.domain.anomaly import Anomalies
from voyant.domain.benchmark import Benchmark
from voyant.domain.forecast import Forecast
from voyant.domain.regression import Driver, Regression
from voyant.domain.result_answers import (
    ResultAnomaly,
    ResultAnswer,
    ResultBenchmark,
    ResultBrand,
    ResultDriver,
    ResultForecast,
    ResultOddRow,
    ResultPoint,
    ResultRegression,
    ResultRfm,
    ResultSegment,
    ResultSegmentation,
    ResultStretch,
)
from voyant.domain.segmentation import Segmentation
from voyant.domain.series_anomaly import SeriesAnomalies

MOST_POINTS = 14
MOST = 5


@singledispatch
def answer_section(answer: Any) -> ResultAnswer:
    """The few figures of an answer that a reader with little room needs."""
    raise TypeError(f"{type(answer).__name__} is no answer")


@answer_section.register
def _(answer: Forecast) -> ResultForecast:
    first = answer.series[0]
    coverage = first.coverage[-1] if first.coverage else None
    return ResultForecast(
        value=answer.value,
        grain=answer.grain,
        series=first.label,
        series_total=answer.series_total,
        horizon=answer.horizon,
        method=first.method,
        error=first.error,
        against_naive=first.against_naive,
        level=coverage.level if coverage else None,
        coverage=coverage.share if coverage else None,
        points=tuple(
            ResultPoint(
                period=point.period,
                value=point.value,
                low=point.intervals[-1].low if point.intervals else None,
                high=point.intervals[-1].high if point.intervals else None,
            )
            for point in first.points[:MOST_POINTS]
        ),
    )


@answer_section.register
def _(answer: Regression) -> ResultRegression:
    scores = [score for score in answer.scores if (score.model, score.measure) == (answer.chosen, "explained")]
    explained = scores[0] if scores else None
    return ResultRegression(
        target=answer.target,
        task=answer.task,
        model=answer.chosen,
        beats_baseline=answer.beats_baseline,
        split=answer.validation.split,
        rows_judged=answer.validation.rows,
        explained=explained.value if explained else None,
        low=explained.low if explained else None,
        high=explained.high if explained else None,
        drivers=tuple(_driver(answer, driver) for driver in answer.drivers[: min(answer.needed, MOST)]),
        leaks=tuple(dict.fromkeys(column for leak in answer.leaks for column in leak.columns)),
        limits=answer.limits[:3],
    )


def _driver(answer: Regression, driver: Driver) -> ResultDriver:
    effects = (effect.direction for effect in answer.effects if effect.column in driver.columns)
    return ResultDriver(columns=driver.columns, importance=driver.importance, direction=next(effects, None))


@answer_section.register
def _(answer: Anomalies) -> ResultAnomaly:
    rows = answer.rows
    return ResultAnomaly(
        odd_rows=rows.flagged if rows else None,
        rows=tuple(
            ResultOddRow(row=row.row, score=row.score, reasons=row.reasons[:2])
            for row in (rows.top[: min(rows.flagged, MOST)] if rows else ())
        ),
        odd_stretches=answer.series.stretches if answer.series else None,
        stretches=_stretches(answer.series) if answer.series else (),
    )


def _stretches(found: SeriesAnomalies) -> tuple[ResultStretch, ...]:
    """The least probable ones."""
    all_of_them = [(stretch, series.name) for series in found.series for stretch in series.stretches]
    return tuple(
        ResultStretch(
            series=name,
            kind=stretch.kind,
            start=stretch.start,
            end=stretch.end,
            lasting=stretch.lasting,
            value=stretch.value,
            expected=stretch.expected,
        )
        for stretch, name in sorted(all_of_them, key=lambda each: each[0].p_value)[:MOST]
    )


@answer_section.register
def _(answer: Segmentation) -> ResultSegmentation:
    rfm = answer.rfm
    return ResultSegmentation(
        entity=answer.entity,
        units=answer.units,
        clusters=answer.clusters,
        reason=answer.reason,
        segments=tuple(
            ResultSegment(
                number=segment.number,
                name=segment.name,
                size=segment.size,
                share=segment.share,
                stability=segment.stability,
            )
            for segment in answer.segments
        ),
        as_of=rfm.as_of if rfm else None,
        rfm=tuple(
            ResultRfm(name=one.name, entities=one.entities, share=one.share, amount_share=one.amount_share)
            for one in (rfm.segments if rfm else ())
        ),
    )


@answer_section.register
def _(answer: Benchmark) -> ResultBenchmark:
    shown = [answer.brand, *answer.competitors[:MOST]]
    whole = next((found for found in answer.concentration if found.hhi is not None), None)
    periods = answer.periods
    return ResultBenchmark(
        brand=answer.brand,
        market=answer.market,
        periods=f"{periods.first} to {periods.last}" if periods else None,
        brands=tuple(_brand(answer, brand) for brand in shown),
        strengths=_segments(answer, "strength"),
        weaknesses=_segments(answer, "weakness"),
        hhi=whole.hhi if whole else None,
        notes=answer.notes[:MOST],
    )


def _brand(answer: Benchmark, brand: str) -> ResultBrand:
    metric = answer.market or answer.metrics[0].name
    standing = answer.standing(brand, metric)
    priced = (one.price_index for one in answer.standings if one.brand == brand and one.price_index is not None)
    return ResultBrand(
        brand=brand,
        rank=standing.rank if standing else None,
        share=standing.share if standing else None,
        share_before=standing.share_before if standing else None,
        share_after=standing.share_after if standing else None,
        share_expected=next((one.points[-1].share for one in answer.outlook if one.brand == brand), None),
        growth=standing.growth if standing else None,
        price_index=next(priced, None),
    )


def _segments(answer: Benchmark, verdict: str) -> tuple[str, ...]:
    found = [one for one in answer.segments if one.verdict == verdict]
    return tuple(f"{one.metric}: {one.column} {one.segment}" for one in found[:3])
