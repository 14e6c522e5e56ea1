"""What a result tells of answers: of each the few figures that a reader with little room needs."""

from __future__ import annotations

from msgspec import Struct


class ResultPoint(Struct, frozen=True, kw_only=True):
    """A period to come; the interval is the widest that was asked for."""

    period: str
    value: float
    low: float | None
    high: float | None


class ResultForecast(Struct, frozen=True, kw_only=True):
    """What is expected of a figure, of the series with most rows.

    Attributes:
        series_total: How many series were forecast; ``forecast.parquet`` has all.
        horizon: How many periods were forecast; ``points`` are the first of them.
        error: Mean absolute error of such forecasts at earlier times, each by the method that would have been chosen
            then; ``against_naive`` relative to that of repeating the last season.
        level: Of the interval, percent; ``coverage`` how many percent of the values that came it held.
    """

    value: str
    grain: str
    series: str
    series_total: int
    horizon: int
    method: str
    error: float | None
    against_naive: float | None
    level: int | None
    coverage: float | None
    points: tuple[ResultPoint, ...]


class ResultDriver(Struct, frozen=True, kw_only=True):
    """Columns that the predictions need; importance is the share of the explained that is lost without them."""

    columns: tuple[str, ...]
    importance: float
    direction: str | None


class ResultRegression(Struct, frozen=True, kw_only=True):
    """How well a column can be told from the others, in rows not learned from.

    Attributes:
        explained: Of the variance (of the Brier score for classes), with its 95 % interval.
        leaks: Columns left out because they give the target away.
        limits: What the model may not be used for.
    """

    target: str
    task: str
    model: str
    beats_baseline: bool
    split: str
    rows_judged: int
    explained: float | None
    low: float | None
    high: float | None
    drivers: tuple[ResultDriver, ...]
    leaks: tuple[str, ...]
    limits: tuple[str, ...]


class ResultOddRow(Struct, frozen=True, kw_only=True):
    row: int
    score: float
    reasons: tuple[str, ...]


class ResultStretch(Struct, frozen=True, kw_only=True):
    """An odd stretch of a series; ``lasting`` where it had not ended."""

    series: str
    kind: str
    start: str
    end: str
    lasting: bool
    value: float | None
    expected: float | None


class ResultAnomaly(Struct, frozen=True, kw_only=True):
    """What is odd; None where it was not looked for.

    Attributes:
        odd_rows: How many rows are odd; the oddest stand in ``rows``, all in ``anomaly.parquet``.
        odd_stretches: How many stretches of time are; the least probable stand in ``stretches``.
    """

    odd_rows: int | None
    rows: tuple[ResultOddRow, ...]
    odd_stretches: int | None
    stretches: tuple[ResultStretch, ...]


class ResultSegment(Struct, frozen=True, kw_only=True):
    number: int
    name: str
    size: int
    share: float
    stability: float


class ResultRfm(Struct, frozen=True, kw_only=True):
    """Customers by recency and frequency, as of a day."""

    name: str
    entities: int
    share: float
    amount_share: float | None


class ResultSegmentation(Struct, frozen=True, kw_only=True):
    """The groups that rows or entities fall into; ``clusters`` is None where there are none."""

    entity: str | None
    units: int
    clusters: int | None
    reason: str
    segments: tuple[ResultSegment, ...]
    as_of: str | None
    rfm: tuple[ResultRfm, ...]


class ResultBrand(Struct, frozen=True, kw_only=True):
    """A brand in the metric that shares are of; the shares are those of the two spans that are compared, and the last
    one that is expected."""

    brand: str
    rank: int | None
    share: float | None
    share_before: float | None
    share_after: float | None
    share_expected: float | None
    growth: float | None
    price_index: float | None


class ResultBenchmark(Struct, frozen=True, kw_only=True):
    """A brand among its competitors; its own figures come first in ``brands``.

    Attributes:
        hhi: How concentrated the market is, above 0 and at most 1.
        notes: What was chosen, left out, and could not be told.
    """

    brand: str
    market: str | None
    periods: str | None
    brands: tuple[ResultBrand, ...]
    strengths: tuple[str, ...]
    weaknesses: tuple[str, ...]
    hhi: float | None
    notes: tuple[str, ...]


ResultAnswer = ResultForecast | ResultRegression | ResultAnomaly | ResultSegmentation | ResultBenchmark
