"""What a forecast comes to: what is expected, how far such forecasts were off, what carries them, and where the course
of the past changed."""

from __future__ import annotations

from collections.abc import Iterator

from voyant.analysis.forecast.results import repeated
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Telling
from voyant.analysis.wording import listed, sentence, shown
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.domain.forecast import Forecast, SeriesForecast
from voyant.domain.kpi import Grain
from voyant.domain.table import Table

_MOST_MOVERS = 3
_MOST_CHANGES = 3
_HARDLY = 0.5
_ENOUGH_INTERVALS = 10
"""That a share of those which held says something."""
_SHOWN_PERIODS = 120
_SEASON_WORDS = {"year": "yearly", "week": "weekly", "day": "daily"}


def comparisons(result: Forecast, table: Table) -> list[Comparison]:
    """The sentences of a forecast; the numbers of each come from its rows."""
    return [
        Comparison(question=Question.FORECAST, claim=claim)
        for claim in (_of_one(result) if result.series_total == 1 else _of_many(result))
    ]


def _of_one(result: Forecast) -> Iterator[Claim]:
    [series] = result.series
    yield _expected(result, series, strength=0.95)
    yield _error(result, series)
    if series.carriers:
        yield _carriers(result, series)
    for place in range(len(series.change_points))[-_MOST_CHANGES:]:
        yield _change_point(result, series, place)


def _of_many(result: Forecast) -> Iterator[Claim]:
    yield _overview(result)
    yield _errors(result)
    movers = sorted(result.series, key=lambda series: -abs(series.change or 0))
    for rank, series in enumerate(movers[:_MOST_MOVERS]):
        yield _expected(result, series, strength=0.8 - 0.05 * rank)


def _name(result: Forecast, series: SeriesForecast | None = None) -> str:
    each = f" per {_step(result)}" if result.additive else ""
    of = f" of {shown(series.label)}" if series is not None and series.label else ""
    return f"{result.value}{each}{of}"


def _step(result: Forecast) -> str:
    """From one period to the next, in words."""
    return str(result.grain) if result.step == 1 else f"{result.step} {result.grain}s"


def _periods(result: Forecast, telling: Telling) -> str:
    """So many of them as ``periods`` says: the 12 months, the 96 periods of 30 minutes."""
    if telling.value("periods") == 1:
        return _step(result)
    many = telling.count("periods")
    return f"{many} {result.grain}s" if result.step == 1 else f"{many} periods of {_step(result)}"


def _columns(result: Forecast) -> tuple[str, ...]:
    return (*result.columns, *result.by, result.time_column)


def _expected(result: Forecast, series: SeriesForecast, strength: float) -> Claim:
    level = result.levels[0]
    sql = (
        "SELECT about.mean_before, about.mean_ahead, abs(about.change) AS change, about.change AS signed,\n"
        f"  least({result.horizon}, about.periods) AS periods, about.last,\n"
        "  begins.period AS since, ends.period AS until,\n"
        f"  {level} AS level, ends.forecast AS at_end, ends.low_{level} AS low, ends.high_{level} AS high,\n"
        "  about.last_value,\n"
        "  CASE WHEN abs(about.without_last - about.mean_ahead) > about.mae\n"
        "    THEN about.without_last END AS without_last\n"
        "FROM job.forecast_series AS about\n"
        "JOIN job.forecast AS begins ON begins.series = about.series AND begins.step = 1\n"
        f"JOIN job.forecast AS ends ON ends.series = about.series AND ends.step = {result.horizon}\n"
        f"WHERE about.series = {series.series}"
    )
    name, unit = _name(result, series), result.unit

    def tell(telling: Telling) -> str:
        until = telling.moment("until", result.grain)
        if result.horizon == 1:
            time = telling.when("until", result.grain)
        else:
            time = f"from {telling.moment('since', result.grain)} to {until}"
        average = "average" if result.additive and result.horizon > 1 else "be"
        text = f"{name} is expected to {average} {telling.quantity('mean_ahead', unit)} {time}"
        before, was = _time_before(result, series, telling), telling.quantity("mean_before", unit)
        if telling.rows[0]["signed"] is not None and abs(telling.value("signed")) < _HARDLY:
            text += f", about as {before} ({was})"
        elif telling.rows[0]["signed"] is not None:
            way = "more" if telling.value("signed") > 0 else "less"
            text += f", {telling.percent('change')} {way} than {before} ({was})"
        else:
            text += f", against {was} {before}"
        if telling.rows[0]["without_last"] is not None:
            text += f"; without the last value, {telling.quantity('last_value', unit)}, which nothing before it led to "
            text += f"expect, it would be {telling.quantity('without_last', unit)}"
        if result.horizon > 1:
            text += f"; for {until} {telling.quantity('at_end', unit)} is expected"
        if telling.rows[0]["low"] is not None:
            low, high = telling.quantity("low", unit), telling.quantity("high", unit)
            text += f", with {low} to {high} as its {telling.percent('level')} interval"
        return sentence(text)

    return Claim(
        kind="forecast",
        columns=_columns(result),
        sql=sql,
        tell=tell,
        strength=strength,
        title=f"What is expected of {name}",
        severity=Severity.NOTICE,
        focus=tuple(zip(result.by, map(str, series.key), strict=True)),
        evidence=(f"forecast.json#/series/{series.series}",),
        view=_view(result, series),
    )


def _time_before(result: Forecast, series: SeriesForecast, telling: Telling) -> str:
    """As many last periods of a series as are forecast, or all that it has."""
    is_day = result.grain is Grain.DAY and result.step == 1
    over = "over" if telling.value("periods") > 1 else "on" if is_day else "in"
    periods = _periods(result, telling)
    if series.last == result.last:
        return f"{over} the {periods} before"
    return f"{over} the {periods} until {telling.moment('last', result.grain)}"


def _view(result: Forecast, series: SeriesForecast) -> View:
    """The past and what is expected, with the widest interval."""
    level = result.levels[-1]
    place = f"series = {series.series}"
    sql = (
        "SELECT * FROM (\n"
        "  SELECT period, value, CAST(NULL AS DOUBLE) AS low, CAST(NULL AS DOUBLE) AS high, 'past' AS part\n"
        f"  FROM job.forecast_history WHERE {place} ORDER BY period DESC LIMIT {_SHOWN_PERIODS}\n"
        ") AS past\nUNION ALL\n"
        "SELECT * FROM (\n"
        "  SELECT period, value, value AS low, value AS high, 'forecast' AS part\n"
        f"  FROM job.forecast_history WHERE {place} AND value IS NOT NULL ORDER BY period DESC LIMIT 1\n"
        ") AS joint\nUNION ALL\n"
        f"SELECT period, forecast, low_{level}, high_{level}, 'forecast' FROM job.forecast WHERE {place}\n"
        "ORDER BY part DESC, period"
    )
    name = _name(result, series)
    return View(
        name=f"forecast_{series.series + 1}",
        title=sentence(f"What is expected of {name}")[:-1],
        mark=Mark.LINE,
        sql=sql,
        x=Axis(field="period", title=str(result.grain), kind="time"),
        y=Axis(field="value", title=name, kind="number", unit=result.unit),
        color=Axis(field="part", title="", kind="category"),
        low="low",
        high="high",
        highlight="forecast",
        caption=f"The band holds {level} % of the values to come, as far as past errors tell.",
    )


def _error(result: Forecast, series: SeriesForecast) -> Claim:
    sql = _error_sql(result, f"FROM job.forecast_series WHERE series = {series.series}", "mae", "naive_mae", "checked")
    name, unit = _name(result, series), result.unit
    repetition = repeated(bool(series.seasons))
    floor = next((method.mae for method in series.methods if method.method == "seasonal_naive"), None)
    is_better = not series.error or floor is None or series.error < floor

    def tell(telling: Telling) -> str:
        off = telling.quantity("mae", unit)
        if is_better:
            text = f"such forecasts of {name}, made at earlier times, were off by {off} on average "
            text += f"({telling.count('checked')} values)"
            if telling.rows[0]["ratio"] is not None:
                text += f", {telling.percent('ratio')} of the error of repeating {repetition}"
        else:
            text = f"forecasts of {name} were no better than repeating {repetition}: over {telling.count('checked')} "
            text += f"values at earlier times they were off by {off} on average, the repetition by "
            text += telling.quantity("naive_mae", unit)
        return sentence(text + _inside(result, telling))

    return Claim(
        kind="forecast_error" if is_better else "no_forecast_gain",
        columns=_columns(result),
        sql=sql,
        tell=tell,
        strength=0.85,
        title=f"How far forecasts of {name} were off",
        evidence=(f"forecast.json#/series/{series.series}/methods",),
    )


def _error_sql(result: Forecast, source: str, error: str, floor: str, checked: str) -> str:
    inside = "".join(
        f",\n  {level} AS level_{level},\n"
        f"  sum(inside_{level} * of_{level}) / nullif(sum(of_{level}), 0) AS inside_{level}"
        for level in result.levels
    )
    return (
        f"SELECT count(*) AS series, median({error}) AS mae, median({floor}) AS naive_mae, sum({checked}) AS checked,\n"
        f"  median(100.0 * {error} / nullif({floor}, 0)) AS ratio,\n"
        f"  count(CASE WHEN {error} > {floor} THEN 1 END) AS worse,\n"
        f"  sum(of_{result.levels[0]}) AS with_interval{inside}\n{source}"
    )


def _inside(result: Forecast, telling: Telling) -> str:
    """How many values fell into their intervals."""
    stated = [level for level in result.levels if telling.rows[0][f"inside_{level}"] is not None]
    if not stated or telling.value("with_interval") < _ENOUGH_INTERVALS:
        return ""
    text = f"; of the {telling.count('with_interval')} values that had intervals by then, "
    return text + listed(
        [
            f"{telling.percent(f'inside_{level}')} {'' if place else 'lay '}"
            f"within that of {telling.percent(f'level_{level}')}"
            for place, level in enumerate(stated)
        ]
    )


def _carriers(result: Forecast, series: SeriesForecast) -> Claim:
    sql = f"SELECT trend_share, season_share, remainder_share\nFROM job.forecast_series WHERE series = {series.series}"
    name = _name(result, series)
    named = [_SEASON_WORDS.get(season.name or "", "cyclic") for season in series.seasons]

    def tell(telling: Telling) -> str:
        parts = [f"{telling.percent('trend_share')} of the variation lies in the trend"]
        if named:
            parts.append(f"{telling.percent('season_share')} in the {listed(named)} season{'s' if named[1:] else ''}")
        rest = f"{telling.percent('remainder_share')} is irregular, which no method can know ahead"
        without = "" if named else "; no season shows"
        if series.unseen_season is not None:
            without += (
                f"; a season of the {series.unseen_season} could not show in less than two {series.unseen_season}s"
            )
        return sentence(f"what the forecast of {name} rests on: {listed(parts)}{without}; {rest}")

    return Claim(
        kind="forecast_carriers",
        columns=_columns(result),
        sql=sql,
        tell=tell,
        strength=0.75,
        title=f"What {name} consists of",
        evidence=(f"forecast.json#/series/{series.series}/carriers",),
    )


def _change_point(result: Forecast, series: SeriesForecast, place: int) -> Claim:
    sql = (
        "SELECT period, before, after, slope_before, slope_after\n"
        f"FROM job.forecast_changes WHERE series = {series.series}\nORDER BY period\nLIMIT 1 OFFSET {place}"
    )
    name, unit = _name(result, series), result.unit

    def tell(telling: Telling) -> str:
        levels = f"{telling.quantity('before', unit)} to {telling.quantity('after', unit)}"
        slopes = f"{telling.quantity('slope_before', unit)} to {telling.quantity('slope_after', unit)}"
        return sentence(
            f"the course of {name} changes {telling.when('period', result.grain)}, seasons apart: from {levels}, "
            f"and its rise per {_step(result)} from {slopes}"
        )

    return Claim(
        kind="change_point",
        columns=_columns(result),
        sql=sql,
        tell=tell,
        strength=0.7,
        title=f"Where the course of {name} changes",
        evidence=(f"forecast.json#/series/{series.series}/change_points/{place}",),
    )


def _overview(result: Forecast) -> Claim:
    sql = (
        "SELECT count(*) AS series, count(CASE WHEN mean_ahead - mean_before > mae THEN 1 END) AS rising,\n"
        "  count(CASE WHEN mean_before - mean_ahead > mae THEN 1 END) AS falling,\n"
        f"  {result.horizon} AS periods, sum(mean_before) AS before, sum(mean_ahead) AS ahead,\n"
        "  CASE WHEN sum(mean_before) > 0 THEN 100.0 * (sum(mean_ahead) / sum(mean_before) - 1) END AS signed,\n"
        "  abs(CASE WHEN sum(mean_before) > 0 THEN 100.0 * (sum(mean_ahead) / sum(mean_before) - 1) END) AS change\n"
        "FROM job.forecast_series"
    )
    name, unit = _name(result), result.unit

    def tell(telling: Telling) -> str:
        periods = _periods(result, telling)
        if result.additive and telling.rows[0]["signed"] is not None:
            against = "about as"
            if abs(telling.value("signed")) >= _HARDLY:
                against = f"{telling.percent('change')} {'more' if telling.value('signed') > 0 else 'less'} than"
            average = "average" if result.horizon > 1 else "be"
            text = (
                f"{name} of {telling.count('series')} series together is expected to {average} "
                f"{telling.quantity('ahead', unit)} over the next {periods}, {against} over the last "
                f"({telling.quantity('before', unit)}); "
            )
        else:
            text = f"{name} is forecast for {telling.count('series')} series over the next {periods}; "
        return sentence(
            f"{text}{_how_many(telling, 'rising', 'is', 'are')} expected to rise and {_how_many(telling, 'falling')} "
            "to fall by more than their forecasts usually err"
        )

    return Claim(
        kind="forecast",
        columns=_columns(result),
        sql=sql,
        tell=tell,
        strength=0.95,
        title=f"What is expected of {name}",
        severity=Severity.NOTICE,
        evidence=("forecast.json#/series",),
        view=_view(result, result.series[0]),
    )


def _how_many(telling: Telling, column: str, one: str = "", many: str = "") -> str:
    """A number of series with its verb, where there is one: ``none is``, ``1 is``, ``2 are``."""
    number = telling.value(column)
    return f"{telling.count(column) if number else 'none'} {one if number <= 1 else many}".strip()


def _errors(result: Forecast) -> Claim:
    name = _name(result)

    def tell(telling: Telling) -> str:
        text = (
            f"such forecasts of {name}, made at earlier times, had {telling.percent('ratio')} of the error of "
            f"repeating the last season or value in the median of {telling.count('series')} series, and a larger one "
            f"in {_how_many(telling, 'worse')} of them"
        )
        return sentence(text + _inside(result, telling))

    return Claim(
        kind="forecast_error",
        columns=_columns(result),
        sql=_error_sql(result, "FROM job.forecast_series", "mae", "naive_mae", "checked"),
        tell=tell,
        strength=0.85,
        title=f"How far forecasts of {name} were off",
        evidence=("forecast.json#/methods",),
    )
