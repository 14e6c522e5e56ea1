"""Forecasts: what is asked for, and what is expected, with how far off such forecasts were before."""

from __future__ import annotations

from msgspec import Struct

from voyant.domain.kpi import Grain


class ForecastRequest(Struct, frozen=True, kw_only=True):
    """What is to be forecast; what is left out is chosen from the roles of the columns.

    Attributes:
        value: A column, or an aggregate such as ``sum(amount)``; the best key figure of the table where None.
        by: Columns whose combinations are series of their own.
        grain: Length of a period; the natural one of the data where None.
        horizon: Periods to forecast; where None a length that is usual for the period, such as a year of months.
        levels: Of the intervals, percent.
        exogenous: Columns known ahead: rows after the last value carry them.
    """

    value: str | None = None
    by: tuple[str, ...] = ()
    grain: Grain | None = None
    horizon: int | None = None
    levels: tuple[int, ...] = (80, 95)
    exogenous: tuple[str, ...] = ()


class Interval(Struct, frozen=True, kw_only=True):
    """What holds so many percent of the values to come, as far as the past errors tell."""

    level: int
    low: float
    high: float


class ForecastPoint(Struct, frozen=True, kw_only=True):
    """One period to come.

    Attributes:
        intervals: Narrowest first; empty where the series is too short for any.
    """

    period: str
    value: float
    intervals: tuple[Interval, ...]


class MethodError(Struct, frozen=True, kw_only=True):
    """How far a method was off at earlier times, none of which it had seen.

    Attributes:
        forecasts: Values it was held against.
        mae: Mean absolute error, in the unit of the values; ``rmse`` the root of the mean squared error.
        mase: ``mae`` by the mean absolute change from a season earlier; None where nothing changed.
        smape: Symmetric mean absolute percentage error, 0 to 200.
    """

    method: str
    chosen: bool
    forecasts: int
    mae: float
    rmse: float
    mase: float | None
    smape: float | None


class Coverage(Struct, frozen=True, kw_only=True):
    """How many values fell into the intervals that would have been given for them at earlier times.

    Each interval was made of the errors known by then, so that no value judges an interval that it shaped.

    Attributes:
        share: Percent; None where there was nothing to measure.
        values: That were looked at.
    """

    level: int
    share: float | None
    values: int


class SeasonFound(Struct, frozen=True, kw_only=True):
    """A season that the values show.

    Attributes:
        length: In periods.
        name: Such as ``year``; None where no calendar suggests it.
        strength: 0 to 1: how much of what the trend leaves it explains.
        correlation: Of the changes with those a season earlier.
    """

    length: int
    name: str | None
    strength: float
    correlation: float


class ChangePoint(Struct, frozen=True, kw_only=True):
    """A time at which the course changed, seasons apart.

    Attributes:
        period: The first after it.
        before: The level up to it; ``after`` from it on.
        slope_before: Change per period before it; ``slope_after`` since.
    """

    period: str
    before: float
    after: float
    slope_before: float
    slope_after: float


class Carrier(Struct, frozen=True, kw_only=True):
    """What the past consists of.

    Attributes:
        part: ``trend``, ``season of 12`` and the like, or ``remainder``, which no method can know ahead.
        share: Of the variance of all parts together.
    """

    part: str
    share: float


class Effect(Struct, frozen=True, kw_only=True):
    """What a unit more of a column known ahead goes with, and whether the forecast uses it."""

    column: str
    effect: float
    used: bool


class SeriesForecast(Struct, frozen=True, kw_only=True):
    """One series.

    Attributes:
        series: Its number in the artifact's rows.
        label: The values of the grouping columns; empty where all rows are one series.
        key: The same, in the order of the columns; None for rows without one.
        rows: Of the table.
        periods: Of its past.
        unknown: Of these, those without a value, filled in between their neighbours and no part of any error.
        method: The chosen one.
        methods: All that competed, least error first.
        error: Mean absolute error of such forecasts at earlier times, each by the method that would have been chosen
            then; None where nothing could be measured.
        against_naive: ``error`` over that of the seasonal naive forecast; above 1 they were the worse ones.
        coverage: Of the intervals, measured on this series alone.
        checked_ahead: The most periods ahead that errors are known of; intervals beyond are drawn on from these.
        change: Of the mean forecast against the mean of as many last periods, in percent; None where that is not
            positive, or the figure takes either sign.
        unseen_season: Of the calendar, such as ``year``: the shortest that matters as far ahead as is forecast, and
            could not be found because the past holds less than two of it.
        notes: What limits it.
    """

    series: int
    label: str
    key: tuple[str | None, ...]
    rows: int
    periods: int
    unknown: int
    first: str
    last: str
    method: str
    methods: tuple[MethodError, ...]
    error: float | None
    against_naive: float | None
    coverage: tuple[Coverage, ...]
    checked_ahead: int
    seasons: tuple[SeasonFound, ...]
    unseen_season: str | None
    carriers: tuple[Carrier, ...]
    change_points: tuple[ChangePoint, ...]
    effects: tuple[Effect, ...]
    change: float | None
    points: tuple[ForecastPoint, ...]
    notes: tuple[str, ...]


class MethodShare(Struct, frozen=True, kw_only=True):
    """How often a method was chosen, and its errors over all series that it competed in.

    Attributes:
        mase: Mean over the series; ``smape`` the same.
    """

    method: str
    chosen: int
    series: int
    mase: float | None
    smape: float | None


class Forecast(Struct, frozen=True, kw_only=True):
    """What is expected of a figure.

    Attributes:
        value: The figure in words; ``expression`` is its SQL over the rows of a period, ``columns`` what that reads.
        additive: Whether parts add up to the whole, as in totals and counts.
        step: Periods of the calendar, each a ``grain`` long, from one period of the forecast to the next.
        horizon: Periods forecast.
        first: The first period of the past, ``last`` the last one.
        series: Those of most rows, of totals with equally many the largest; the artifact's rows hold all.
        series_total: Series that were forecast; ``series_left_out`` those that the table has besides.
        methods: Over all series, most often chosen first.
        coverage: Of the intervals, over all series.
        worse_than_naive: Series whose forecasts at earlier times erred more than the seasonal naive ones.
        notes: What limits it.
    """

    table: str
    time_column: str
    value: str
    expression: str
    columns: tuple[str, ...]
    additive: bool
    unit: str | None
    by: tuple[str, ...]
    grain: Grain
    step: int
    horizon: int
    levels: tuple[int, ...]
    first: str
    last: str
    series: tuple[SeriesForecast, ...]
    series_total: int
    series_left_out: int
    methods: tuple[MethodShare, ...]
    coverage: tuple[Coverage, ...]
    worse_than_naive: int
    notes: tuple[str, ...]
