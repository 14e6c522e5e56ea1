"""What the errors of a prediction still hold: whether intervals and probabilities can be taken at their word, groups
that are off in one direction, errors that grow with the prediction or with time."""

from __future__ import annotations

from collections.abc import Iterator

from voyant.analysis.insights.comparison import Claim, Comparison, Question, Telling, saturating
from voyant.analysis.regression.sentences.quality import figure, percentage, told_of, unseen
from voyant.analysis.wording import readable, sentence, shown
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.domain.regression import Regression, Task
from voyant.lake.sql import literal

_GROWN = 1.5
_WORSE = 1.25
_FOLLOWS = 0.4
_WELL_CALIBRATED = 0.03
_HELD = 0.04
_OFF = 0.1


def errors(result: Regression) -> Iterator[Comparison]:
    """What is worth saying; of a model that is no better than naive only what explains why."""
    if result.beats_baseline:
        if result.intervals is not None:
            yield _said(result, _intervals(result))
        if result.calibration is not None:
            yield _said(result, _calibration(result))
        spread = result.residuals.spread
        if spread is not None and not 1 / _GROWN < spread < _GROWN:
            yield _said(result, _spread(result))
    if _is_off(result):
        yield _said(result, _mean(result))
    for place in range(min(3, len(result.residuals.biases))):
        yield _said(result, _bias(result, place))
    if result.residuals.later is not None and result.residuals.later >= _WORSE:
        yield _said(result, _later(result))
    if abs(result.residuals.autocorrelation or 0.0) >= _FOLLOWS:
        yield _said(result, _autocorrelation(result))


def _is_off(result: Regression) -> bool:
    """Whether the mean error is none that chance gives, and matters beside the errors themselves."""
    found = result.residuals
    usual = "root_mean_squared_error" if result.task is Task.NUMBER else "brier"
    size = result.score(result.chosen, usual).value
    scale = size if result.task is Task.NUMBER else size**0.5
    return not found.mean_low <= 0 <= found.mean_high and abs(found.mean) >= _OFF * scale


def _said(result: Regression, claim: Claim) -> Comparison:
    return Comparison(question=Question.ERRORS, n=result.validation.rows, claim=claim)


def _intervals(result: Regression) -> Claim:
    held = result.intervals
    is_off = held is not None and held.coverage is not None and abs(held.coverage - held.level) > _HELD
    bounds = "CASE WHEN actual BETWEEN low AND high THEN 1.0 ELSE 0 END"
    return Claim(
        kind="prediction_interval",
        columns=(result.target,),
        sql=(
            f"SELECT 100 * avg({bounds}) AS coverage, avg(high - low) AS width, count(*) AS records, "
            f"{percentage(result.chosen, 'interval_level')} AS level\nFROM job.regression\nWHERE low IS NOT NULL"
        ),
        tell=lambda telling: sentence(
            f"intervals about the predictions of {readable(result.target)} that were to hold "
            f"{telling.percent('level')} of its values held {telling.percent('coverage')} of "
            f"{telling.count('records')} {unseen(result)} records; they are "
            f"{telling.quantity('width', result.unit)} wide on average"
        ),
        strength=0.5,
        title="what prediction intervals held",
        severity=Severity.WARNING if is_off else Severity.INFO,
        evidence=("regression.json#/intervals",),
    )


def _calibration(result: Regression) -> Claim:
    calibration = result.calibration
    is_off = calibration is not None and calibration.error > max(_WELL_CALIBRATED, 2 * calibration.by_chance)
    sql = (
        "SELECT 100 * predicted AS predicted, 100 * came_true AS came_true, rows,\n"
        f"  {percentage(result.chosen, 'calibration_error')} AS error, "
        f"{percentage(result.chosen, 'calibration_error_by_chance')} AS by_chance\n"
        "FROM job.regression_calibration\nORDER BY place"
    )

    def tell(telling: Telling) -> str:
        what = told_of(result) if result.positive is not None else f"the class predicted for {readable(result.target)}"
        far = telling.quantity("error")
        points = "1 point" if far == "1" else f"{far} points"
        last = len(telling.rows) - 1
        return sentence(
            f"probabilities of {what} are off by {points} on average, of which chance alone would give "
            f"{telling.quantity('by_chance')}: where they are highest, "
            f"{telling.percent('predicted', last)}, it comes true in {telling.percent('came_true', last)}"
        )

    return Claim(
        kind="calibration",
        columns=(result.target,),
        sql=sql,
        tell=tell,
        strength=0.5,
        title="predicted and true shares",
        severity=Severity.WARNING if is_off else Severity.INFO,
        evidence=("regression.json#/calibration",),
        view=View(
            name=f"{result.target}_calibration",
            title=f"What comes true of predicted probabilities of {told_of(result)}",
            mark=Mark.LINE,
            sql=sql,
            x=Axis(field="predicted", title="predicted probability", kind="number", unit="%"),
            y=Axis(field="came_true", title="share that came true", kind="number", unit="%"),
        ),
    )


def _spread(result: Regression) -> Claim:
    spread = result.residuals.spread or 1.0
    sql = (
        "SELECT level, avg(miss) AS miss, avg(predicted) AS predicted\nFROM (\n"
        "  SELECT abs(actual - predicted) AS miss, predicted, ntile(5) OVER (ORDER BY predicted, row) AS level\n"
        "  FROM job.regression\n) AS levels\nWHERE level IN (1, 5)\nGROUP BY level\nORDER BY level"
    )
    return Claim(
        kind="error_spread",
        columns=(result.target,),
        sql=sql,
        tell=lambda telling: sentence(
            f"predictions of {readable(result.target)} miss by {telling.quantity('miss', result.unit, 1)} on average "
            f"where they are highest (about {telling.quantity('predicted', result.unit, 1)}), and by "
            f"{telling.quantity('miss', result.unit, 0)} where they are lowest "
            f"(about {telling.quantity('predicted', result.unit, 0)})"
        ),
        strength=0.35 + 0.3 * saturating(max(spread, 1 / max(spread, 1e-9)) - 1, 2),
        title="errors by the size of the prediction",
        evidence=("regression.json#/residuals/spread",),
    )


def _mean(result: Regression) -> Claim:
    """Predictions that are off in one direction as a whole, as where a level has moved since."""
    scale = "100 * " if result.task is Task.CLASSES else ""
    unit = "points" if result.task is Task.CLASSES else result.unit
    way = "above" if result.residuals.mean > 0 else "below"
    error = "actual - predicted" if result.task is Task.NUMBER else "CAST(came_true AS INTEGER) - probability"
    return Claim(
        kind="prediction_bias",
        columns=(result.target,),
        sql=f"SELECT {scale}abs(avg({error})) AS size, count(*) AS records\nFROM job.regression",
        tell=lambda telling: sentence(
            f"{_subject(result)} lies {telling.quantity('size', unit)} {way} what was predicted on average, over "
            f"{telling.count('records')} {unseen(result)} records"
        ),
        strength=0.48,
        title="mean error of the predictions",
        severity=Severity.WARNING,
        evidence=("regression.json#/residuals/mean",),
    )


def _subject(result: Regression) -> str:
    if result.task is Task.NUMBER:
        return readable(result.target)
    return f"the share of {told_of(result)}" if result.positive is not None else "the share of right answers"


def _bias(result: Regression, place: int) -> Claim:
    bias = result.residuals.biases[place]
    scale = "100 * " if result.task is Task.CLASSES else ""
    unit = "points" if result.task is Task.CLASSES else result.unit

    def tell(telling: Telling) -> str:
        label = bias.value if bias.value.replace(".", "").isdigit() else shown(bias.value)
        here, there = ("above" if error > 0 else "below" for error in (bias.error, bias.elsewhere))
        return sentence(
            f"where {readable(bias.column)} is {label}, {_subject(result)} lies {telling.quantity('size', unit)} "
            f"{here} what was predicted on average ({telling.count('rows')} records), elsewhere "
            f"{telling.quantity('elsewhere', unit)} {there} it"
        )

    return Claim(
        kind="prediction_bias",
        columns=(bias.column, result.target),
        sql=(
            f"SELECT {scale}abs(error) AS size, {scale}abs(elsewhere) AS elsewhere, rows\n"
            f"FROM job.regression_biases\nWHERE column_name = {literal(bias.column)} AND value = {literal(bias.value)}"
        ),
        tell=tell,
        strength=0.42 - 0.03 * place,
        title="groups whose predictions are off",
        focus=((bias.column, bias.value),),
        evidence=(f"regression.json#/residuals/biases/{place}",),
    )


def _later(result: Regression) -> Claim:
    loss = "power(actual - predicted, 2)" if result.task is Task.NUMBER else "brier"
    last = len(result.validation.folds)
    return Claim(
        kind="prediction_drift",
        columns=(result.target,),
        sql=(
            f"SELECT avg(CASE WHEN fold = {last} THEN {loss} END) / avg(CASE WHEN fold = 1 THEN {loss} END) AS times\n"
            "FROM job.regression"
        ),
        tell=lambda telling: sentence(
            f"the later the records, the worse {told_of(result)} is predicted: the squared error of the last stretch "
            f"of time is {telling.quantity('times')} times that of the first"
        ),
        strength=0.45,
        title="errors of the last stretch of time and of the first",
        severity=Severity.WARNING,
        evidence=("regression.json#/residuals/later",),
    )


def _autocorrelation(result: Regression) -> Claim:
    return Claim(
        kind="error_autocorrelation",
        columns=(result.target,),
        sql=f"SELECT {figure(result.chosen, 'autocorrelation')} AS autocorrelation",
        tell=lambda telling: sentence(
            f"errors in the prediction of {told_of(result)} follow one another: the mean errors of successive "
            f"stretches of time correlate at {telling.quantity('autocorrelation')}, so that something which changes "
            "slowly is missing"
        ),
        strength=0.4,
        title="errors of successive stretches of time",
        evidence=("regression.json#/residuals/autocorrelation",),
    )
