"""Whether a column can be told from the others, in rows that the model had not seen: how well, against always saying
the mean or the most frequent class, and whether boosted trees see more than a linear model."""

from __future__ import annotations

from collections.abc import Iterator

from voyant.analysis.insights.comparison import Claim, Comparison, Question, Telling
from voyant.analysis.regression.limits import TOO_GOOD
from voyant.analysis.regression.models import BOOSTING, LINEAR
from voyant.analysis.regression.scores import EXPLAINED
from voyant.analysis.regression.target import is_truth
from voyant.analysis.wording import listed, readable, sentence, shown
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.domain.regression import Regression, Split, Task
from voyant.lake.sql import literal

_MOST_POINTS = 600
_FIGURE = "(SELECT {} FROM job.regression_scores WHERE model = {} AND measure = {})"


def quality(result: Regression) -> Iterator[Comparison]:
    """The prediction itself, and the two models against each other.

    These are asked first, and all others only where the prediction holds: so what is said of them is what the run went
    by, and the correction for the others does not fall upon it.
    """
    n = result.validation.rows
    answer = _prediction(result) if result.beats_baseline else _no_prediction(result)
    yield Comparison(
        question=Question.PREDICTION,
        test="t test of the loss saved, over units drawn as a whole",
        effect_name="share of the squared error saved",
        effect=result.score(result.chosen, EXPLAINED).value,
        p=result.p_value,
        n=n,
        note=result.validation.text,
        claim=answer,
        denial=answer,
    )
    if result.beats_baseline:
        model = _bent(result) if result.chosen == BOOSTING else _straight(result)
        yield Comparison(
            question=Question.PREDICTION,
            test="t test of the loss saved, over units drawn as a whole",
            effect_name="share of the squared error saved",
            effect=result.score(BOOSTING, EXPLAINED).value - result.score(LINEAR, EXPLAINED).value,
            p=result.p_value_boosting,
            n=n,
            claim=model,
            denial=model,
        )


def figure(model: str, measure: str, field: str = "value") -> str:
    """The SQL of a figure that was measured."""
    return _FIGURE.format(field, literal(model), literal(measure))


def percentage(model: str, measure: str, field: str = "value") -> str:
    return f"100 * {figure(model, measure, field)}"


def unseen(result: Regression) -> str:
    """Which records the figures are of: those that came after what was learned from, or others."""
    return "later" if result.validation.split is Split.ROLLING else "unseen"


def class_name(result: Regression, value: str) -> str:
    """A class in a sentence: by its value alone where that says something."""
    return f"{readable(result.target)} {value}" if value.replace(".", "").isdigit() else shown(value)


def told_of(result: Regression) -> str:
    """What is predicted, in a sentence."""
    name = readable(result.target)
    if result.positive is None or is_truth(result.classes):
        return name
    return class_name(result, result.positive) if result.positive[:1].isdigit() else f"{name} {shown(result.positive)}"


def statement(result: Regression) -> str:
    """The SQL of how good the predictions are, recomputed from the predictions of all rows judged by."""
    bounds = (
        f"{percentage(result.chosen, EXPLAINED, 'low')} AS explained_low, "
        f"{percentage(result.chosen, EXPLAINED, 'high')} AS explained_high"
    )
    if result.task is Task.NUMBER:
        return (
            "SELECT count(*) AS records, avg(abs(actual - predicted)) AS miss, avg(abs(actual - naive)) AS naive_miss, "
            "100 * (1 - sum(power(actual - predicted, 2)) / sum(power(actual - naive, 2))) AS explained,\n"
            f"  {bounds}\nFROM job.regression"
        )
    pairs = ""
    if result.positive is not None:
        pairs = "".join(
            f", {percentage(result.chosen, 'auc', field)} AS pairs{suffix}"
            for field, suffix in (("value", ""), ("low", "_low"), ("high", "_high"))
        )
    return (
        "SELECT count(*) AS records, 100.0 * sum(CASE WHEN predicted = actual THEN 1 ELSE 0 END) / count(*) AS hits, "
        "100.0 * sum(CASE WHEN naive = actual THEN 1 ELSE 0 END) / count(*) AS naive_hits, "
        "100 * (1 - sum(brier) / sum(naive_brier)) AS explained,\n"
        f"  {percentage(result.chosen, 'accuracy', 'low')} AS hits_low, "
        f"{percentage(result.chosen, 'accuracy', 'high')} AS hits_high, {bounds}{pairs}\nFROM job.regression"
    )


def _prediction(result: Regression) -> Claim:
    names = [driver.columns[0] for driver in result.drivers[: result.needed]]
    others = ["others"] if len(names) > 3 else []
    source = listed([*map(readable, names[:3]), *others]) if names else "the other columns"

    def tell(telling: Telling) -> str:
        records = f"{telling.count('records')} {unseen(result)} records"
        doubt = ""
        if result.score(result.chosen, EXPLAINED).value >= TOO_GOOD:
            doubt = "; predictions this good mostly mean that the answer is already in the columns"
        if result.task is Task.NUMBER:
            return sentence(
                f"{readable(result.target)} can be predicted from {source}: in {records} the model explains "
                f"{telling.percent('explained')} of the variance (95 % interval {_interval(telling, 'explained')}) and "
                f"misses by {telling.quantity('miss', result.unit)} on average, always taking the mean by "
                f"{telling.quantity('naive_miss', result.unit)}{doubt}"
            )
        start = f"{told_of(result)} can be told from {source}: in {records} the model "
        if result.positive is not None:
            return sentence(
                f"{start}orders {telling.percent('pairs')} of all pairs rightly (95 % interval "
                f"{_interval(telling, 'pairs')}) and is right in {telling.percent('hits')}, always saying the most "
                f"frequent class in {telling.percent('naive_hits')}{doubt}"
            )
        return sentence(
            f"{start}is right in {telling.percent('hits')} (95 % interval {_interval(telling, 'hits')}), always saying "
            f"the most frequent class in {telling.percent('naive_hits')}{doubt}"
        )

    return Claim(
        kind="prediction",
        columns=(result.target,),
        sql=statement(result),
        tell=tell,
        strength=0.97,
        title=f"how well {readable(result.target)} is predicted",
        severity=Severity.NOTICE,
        evidence=("regression.json#/scores", "regression.json#/validation"),
        view=_view(result),
    )


def _interval(telling: Telling, column: str) -> str:
    return f"{telling.percent(f'{column}_low')} to {telling.percent(f'{column}_high')}"


def _no_prediction(result: Regression) -> Claim:
    naive = "the mean" if result.task is Task.NUMBER else "the shares of the classes"

    def tell(telling: Telling) -> str:
        count = len(result.features)
        columns = f"the other {count} columns" if count > 1 else readable(result.features[0].name)
        records = f"in {telling.count('records')} {unseen(result)} records"
        if result.task is Task.NUMBER:
            compared = (
                f"predictions from {columns} miss it by {telling.quantity('miss', result.unit)} on average, always "
                f"taking the mean by {telling.quantity('naive_miss', result.unit)}"
            )
        else:
            compared = (
                f"predictions from {columns} are right in {telling.percent('hits')}, always saying the most frequent "
                f"class in {telling.percent('naive_hits')}"
            )
            if result.positive is not None:
                compared += (
                    f", and order {telling.percent('pairs')} of all pairs rightly (95 % interval "
                    f"{_interval(telling, 'pairs')}), of which chance orders half"
                )
        return sentence(
            f"nothing here predicts {told_of(result)} better than {naive}: {records}, {compared}; the share that they "
            f"explain lies between {telling.percent('explained_low')} and {telling.percent('explained_high')}"
        )

    return Claim(
        kind="no_prediction",
        columns=(result.target,),
        sql=statement(result),
        tell=tell,
        strength=0.97,
        title=f"how well {readable(result.target)} is predicted",
        severity=Severity.NOTICE,
        evidence=("regression.json#/scores", "regression.json#/validation"),
    )


def _view(result: Regression) -> View | None:
    name = readable(result.target)
    if result.task is Task.NUMBER:
        every = max(1, -(-result.validation.rows // _MOST_POINTS))
        where = f"\nWHERE mod(row, {every}) = 0" if every > 1 else ""
        return View(
            name=f"{result.target}_predicted",
            title=f"Predicted and actual {name}, in {unseen(result)} records",
            mark=Mark.SCATTER,
            sql=f"SELECT predicted, actual\nFROM job.regression{where}\nORDER BY row",
            x=Axis(field="predicted", title=f"predicted {name}", kind="number", unit=result.unit),
            y=Axis(field="actual", title=f"actual {name}", kind="number", unit=result.unit),
            caption=f"One record in {every} is drawn." if every > 1 else "",
        )
    if result.positive is not None:
        return None
    return View(
        name=f"{result.target}_predicted",
        title=f"Predicted and actual {name}, in {unseen(result)} records",
        mark=Mark.HEATMAP,
        sql="SELECT actual, predicted, count(*) AS records\nFROM job.regression\nGROUP BY 1, 2\nORDER BY 1, 2",
        x=Axis(field="predicted", title="predicted", kind="category"),
        y=Axis(field="actual", title="actual", kind="category"),
        color=Axis(field="records", title="records", kind="number"),
    )


def _models() -> str:
    return f"SELECT {percentage(LINEAR, EXPLAINED)} AS linear, {percentage(BOOSTING, EXPLAINED)} AS boosting"


def _of(result: Regression) -> str:
    what = "variance" if result.task is Task.NUMBER else "Brier score"
    return f"of the {what}"


def _bent(result: Regression) -> Claim:
    return Claim(
        kind="nonlinearity",
        columns=(result.target,),
        sql=_models(),
        tell=lambda telling: sentence(
            f"boosted trees explain {telling.percent('boosting')} {_of(result)} of {told_of(result)}, a linear model "
            f"{telling.percent('linear')}: effects bend, or hang on one another"
        ),
        strength=0.5,
        title="boosted trees and a linear model",
        evidence=("regression.json#/scores",),
    )


def _straight(result: Regression) -> Claim:
    return Claim(
        kind="no_nonlinearity",
        columns=(result.target,),
        sql=_models(),
        tell=lambda telling: sentence(
            f"boosted trees are no better at {told_of(result)} than a linear model, or by no more than chance: they "
            f"explain {telling.percent('boosting')} {_of(result)}, the linear one, which is used, "
            f"{telling.percent('linear')}"
        ),
        strength=0.4,
        title="boosted trees and a linear model",
        evidence=("regression.json#/scores",),
    )
