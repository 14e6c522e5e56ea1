"""Stretches in which a series was not what its past and its seasons let one expect, and series that hold none."""

from __future__ import annotations

from voyant.analysis.anomaly.series.answer import POINTS, STRETCHES
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Telling, saturating
from voyant.analysis.wording import listed, sentence
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.domain.kpi import Grain
from voyant.domain.series_anomaly import SeriesAnomalies, SeriesAnomaly, Stretch, StretchKind
from voyant.domain.table import Table
from voyant.lake.sql import literal

MOST_STATED = 30
_DRAWN = 240
"""Points of a chart; of more, the means of neighbours."""
_AROUND = 60
"""Points shown on either side of a stretch, at least."""
_TEST = "least probable contrast of all places, widths and kinds against those of its width in the series, Bonferroni"
_NOTE = (
    "Student's t with degrees of freedom from the series' own tails; each width is held against its own spread, which "
    "holds whatever links neighbouring values. The whole series was used, what came later included."
)


def comparisons(result: SeriesAnomalies, table: Table) -> list[Comparison]:
    """The sentences that a result gives: the least probable stretches, and one on all series in which nothing is odd.

    ``table`` is what they are about; their SQL reads the rows of the answer, ``job.anomaly_stretches`` and
    ``job.anomaly_series``.
    """
    found = [
        (stretch, series, (number, place))
        for number, series in enumerate(result.series)
        for place, stretch in enumerate(series.stretches)
    ]
    found.sort(key=lambda each: (each[0].p_value, each[1].name, each[0].start, each[0].kind))
    stated = [_odd(stretch, series, place, result) for stretch, series, place in found[:MOST_STATED]]
    quiet = [series for series in result.series if not series.stretches and not series.note]
    return [*stated, *([_calm(quiet, result)] if quiet else [])]


def _odd(stretch: Stretch, series: SeriesAnomaly, place: tuple[int, int], result: SeriesAnomalies) -> Comparison:
    grain = _grain(result.step)

    def tell(telling: Telling) -> str:
        return sentence(_told(stretch, series, grain, result.step, telling))

    sql = (
        'SELECT start, "end", points, value, expected, abs(size) AS size, noticed\n'
        f"FROM job.{STRETCHES}\nWHERE series = {literal(series.name)} AND kind = '{stretch.kind}' "
        f"AND start = TIMESTAMP '{stretch.start.replace('T', ' ')}'"
    )
    return Comparison(
        question=Question.STRETCHES,
        test=_TEST if stretch.score is not None else "run length against the other runs, geometric, Bonferroni",
        effect_name="usual deviations" if stretch.score is not None else "points in a row",
        effect=stretch.score if stretch.score is not None else float(stretch.points),
        p=stretch.p_value,
        n=series.filled,
        note=_NOTE if stretch.score is not None else "",
        claim=Claim(
            kind={
                StretchKind.SPIKE: "series_spike",
                StretchKind.LEVEL_SHIFT: "series_shift",
                StretchKind.SPREAD_CHANGE: "series_spread",
                StretchKind.TREND_CHANGE: "series_trend",
                StretchKind.STUCK: "series_stuck",
                StretchKind.MISSING: "series_gap",
            }[stretch.kind],
            columns=(*series.columns, result.time_column),
            sql=sql,
            tell=tell,
            strength=0.45 + 0.45 * saturating(stretch.score if stretch.score is not None else stretch.points, 12.0),
            title=f"{series.name}: {_TITLES[stretch.kind]}",
            focus=tuple((column, str(value)) for column, value in zip(result.by, series.group, strict=True)),
            severity=Severity.NOTICE,
            evidence=(f"anomaly.json#/series/series/{place[0]}/stretches/{place[1]}",),
            view=_view(stretch, series, place, result),
        ),
    )


_TITLES = {
    StretchKind.SPIKE: "a spike",
    StretchKind.LEVEL_SHIFT: "another level",
    StretchKind.SPREAD_CHANGE: "another spread",
    StretchKind.TREND_CHANGE: "another trend",
    StretchKind.STUCK: "the same value all along",
    StretchKind.MISSING: "no values",
}


def _told(stretch: Stretch, series: SeriesAnomaly, grain: Grain | None, step: str, telling: Telling) -> str:
    when, name = _when(stretch, grain, telling), series.name
    side = "above" if stretch.size > 0 else "below"
    match stretch.kind:
        case StretchKind.SPIKE | StretchKind.LEVEL_SHIFT:
            level = "" if stretch.points == 1 else " on average"
            return (
                f"{when} {name} {'is' if stretch.lasting else 'was'} {telling.quantity('value', series.unit)}{level}, "
                f"{telling.quantity('size', series.unit)} {side} the {telling.quantity('expected', series.unit)} that "
                f"{_expecting(series)} one expect"
            )
        case StretchKind.SPREAD_CHANGE:
            return f"{when} {name} scatters {telling.quantity('size')} times as much as otherwise"
        case StretchKind.TREND_CHANGE:
            return (
                f"{when} {name} changes by {telling.quantity('value', series.unit)} per {step.removeprefix('1 ')}; "
                f"before that it changed by {telling.quantity('expected', series.unit)}"
            )
        case StretchKind.STUCK:
            verb = "stays" if stretch.lasting else "stayed"
            return (
                f"{when} {name} {verb} at {telling.quantity('value', series.unit)} for {telling.count('points')} "
                f"points in a row; elsewhere hardly ever for more than {telling.count('expected')}"
            )
        case StretchKind.MISSING:
            never = telling.value("expected") == 0
            elsewhere = "never" if never else f"hardly ever at more than {telling.count('expected')}"
            verb = "has" if stretch.lasting else "had"
            return f"{when} {name} {verb} no value at {telling.count('points')} points in a row; elsewhere {elsewhere}"


def _when(stretch: Stretch, grain: Grain | None, telling: Telling) -> str:
    if stretch.lasting:
        return f"since {telling.moment('start', grain)}"
    if stretch.points == 1:
        return telling.when("start", grain)
    return f"from {telling.moment('start', grain)} to {telling.moment('end', grain)}"


def _expecting(series: SeriesAnomaly) -> str:
    """What lets one expect something else."""
    named = [name for name in series.seasons if not name.endswith("points")]
    if not named:
        return "the values around let"
    return f"the values around and the same times of other {listed([f'{name}s' for name in named])} let"


def _grain(step: str) -> Grain | None:
    """The period that a point stands for; None for points that are told to the minute."""
    name = step.removeprefix("1 ")
    return Grain(name) if name in set(Grain) - {Grain.MINUTE, Grain.HOUR} else None


def _view(stretch: Stretch, series: SeriesAnomaly, place: tuple[int, int], result: SeriesAnomalies) -> View:
    """The stretch among its neighbours, and what was to be expected."""
    start, end = (f"TIMESTAMP '{moment.replace('T', ' ')}'" for moment in (stretch.start, stretch.end))
    most = max(1, -(-(stretch.points + 2 * max(_AROUND, stretch.points)) // _DRAWN))
    numbered = (
        f"  SELECT time, value, expected, row_number() OVER (ORDER BY time) AS place,\n"
        f"    count(*) FILTER (time < {start}) OVER () AS until, count(*) FILTER (time <= {end}) OVER () AS since\n"
        f"  FROM job.{POINTS} WHERE series = {literal(series.name)}"
    )
    around = max(_AROUND, stretch.points)
    return View(
        name=f"odd_stretch_{place[0] + 1}_{place[1] + 1}",
        title=f"{series.name}: {_TITLES[stretch.kind]}",
        mark=Mark.LINE,
        sql=(
            f"WITH numbered AS (\n{numbered}\n), drawn AS (\n"
            "  SELECT min(time) AS time, avg(value) AS value, avg(expected) AS expected FROM numbered\n"
            f"  WHERE place BETWEEN until - {around} AND since + {around} GROUP BY (place - 1) // {most}\n)\n"
            "SELECT time, 'value' AS what, value FROM drawn WHERE value IS NOT NULL\nUNION ALL\n"
            "SELECT time, 'expected' AS what, expected AS value FROM drawn WHERE expected IS NOT NULL\n"
            "ORDER BY what, time"
        ),
        x=Axis(field="time", title=result.step, kind="time"),
        y=Axis(field="value", title=series.name, kind="number", unit=series.unit),
        color=Axis(field="what", title="value and what was expected", kind="category"),
        caption="" if most == 1 else "Each point is the mean of neighbours.",
    )


def _calm(quiet: list[SeriesAnomaly], result: SeriesAnomalies) -> Comparison:
    """That nothing is odd, in all series of which that can be said."""
    sql = (
        "SELECT count(DISTINCT series) AS series, count(value) AS points, min(time) AS first, max(time) AS last\n"
        f"FROM job.{POINTS}\nWHERE expected IS NOT NULL AND series NOT IN (SELECT series FROM job.{STRETCHES})"
    )
    grain = _grain(result.step)
    others = "the other " if len(quiet) < len(result.series) else ""

    def tell(telling: Telling) -> str:
        over = f"from {telling.moment('first', grain)} to {telling.moment('last', grain)}"
        if len(quiet) == 1:
            return sentence(f"nothing is odd over time in {quiet[0].name}: {telling.count('points')} values {over}")
        where = f"{others}{telling.count('series')} series"
        return sentence(f"nothing is odd over time in {where}: {telling.count('points')} values {over}")

    columns = dict.fromkeys(column for series in quiet for column in series.columns)
    return Comparison(
        question=Question.STRETCHES,
        n=sum(series.filled for series in quiet),
        note=_NOTE,
        claim=Claim(
            kind="no_odd_stretch",
            columns=(*columns, result.time_column),
            sql=sql,
            tell=tell,
            strength=0.45,
            title="Series in which nothing is odd",
        ),
    )
