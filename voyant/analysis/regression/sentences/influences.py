"""What predictions rest on: the columns that they need, which way and how far each moves them; and those that they can
do without."""

from __future__ import annotations

from collections.abc import Iterator

from voyant.analysis.insights.comparison import Claim, Comparison, Question, Telling, saturating
from voyant.analysis.regression.effects import MOST_DRIVERS
from voyant.analysis.regression.sentences.quality import class_name, told_of
from voyant.analysis.wording import listed, quantity, readable, sentence, shown
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.domain.regression import Driver, Effect, Regression, Task
from voyant.domain.table import Table
from voyant.lake.sql import literal

_MOST_NAMED = 4
_FLAT = 0.02
"""Of the spread of predictions, below which the way of one column alone is not told."""


def influences(result: Regression, table: Table) -> Iterator[Comparison]:
    """A comparison for each group of columns, tested by shuffling it; and one statement on those without influence."""
    for driver in result.drivers:
        is_needed = driver.rank <= min(result.needed, MOST_DRIVERS)
        yield Comparison(
            question=Question.PREDICTION,
            test="t test of the loss that shuffling costs, over units drawn as a whole",
            effect_name="permutation importance",
            effect=driver.importance,
            p=driver.p_value,
            n=result.validation.rows,
            note="Importance is for the predictions of this model; it is no statement of cause.",
            claim=_driver(result, driver, table) if is_needed else None,
        )
    if len(result.drivers) > result.needed > 0:
        yield Comparison(question=Question.PREDICTION, n=result.validation.rows, claim=_no_driver(result))


def _driver(result: Regression, driver: Driver, table: Table) -> Claim:
    effect = _widest(result, driver)
    rank = f"(SELECT {{}} FROM job.regression_drivers WHERE rank = {driver.rank})"
    scale = "100 * " if result.task is Task.CLASSES else ""
    figures = (
        f"{scale}{rank.format('before')} AS before, {scale}{rank.format('after')} AS after, "
        f"100 * {rank.format('importance')} AS importance"
    )
    if effect is None:
        sql = f"SELECT {figures}"
    else:
        sql = (
            f"SELECT {'value' if _is_number(effect) else 'label'}, {scale}predicted AS predicted, "
            f"{scale}low AS low, {scale}high AS high, rows,\n  {figures}\nFROM job.regression_effects\n"
            f"WHERE column_name = {literal(effect.column)} AND part = {literal(effect.part)}\nORDER BY place"
        )
    unit = result.unit if result.task is Task.NUMBER else "%"

    def tell(telling: Telling) -> str:
        names = listed([readable(name) for name in driver.columns[:_MOST_NAMED]])
        if len(driver.columns) > _MOST_NAMED:
            names = f"{names} and {len(driver.columns) - _MOST_NAMED} more"
        start = "rest most on" if driver.rank == 1 else "also rest on"
        text = f"predictions of {told_of(result)} {start} {names}"
        if len(driver.columns) > 1:
            text += ", which go together too closely to be told apart"
        if effect is not None:
            text += f": {_movement(result, effect, telling, table, unit)}"
        return sentence(f"{text}; {_shuffled(result, driver, telling, unit)}")

    place = result.effects.index(effect) if effect is not None else None
    return Claim(
        kind="driver",
        columns=(driver.columns[0], result.target) if len(driver.columns) == 1 else (*driver.columns, result.target),
        sql=sql,
        tell=tell,
        strength=0.6 + 0.35 * saturating(driver.importance, 0.1),
        title=f"{readable(driver.columns[0])} and the prediction of {readable(result.target)}",
        severity=Severity.NOTICE,
        evidence=(
            f"regression.json#/drivers/{driver.rank - 1}",
            *([f"regression.json#/effects/{place}"] if place is not None else []),
        ),
        view=_view(result, effect, sql, table) if effect is not None else None,
    )


def _widest(result: Regression, driver: Driver) -> Effect | None:
    """Of the driver's effects the one that moves the prediction furthest; None where none moves it noticeably."""

    def span(effect: Effect) -> float:
        predicted = [point.predicted for point in effect.points]
        return max(predicted) - min(predicted)

    known = [effect for effect in result.effects if effect.column in driver.columns]
    widest = max(known, key=span, default=None)
    everywhere = max(map(span, result.effects), default=0.0)
    return widest if widest is not None and span(widest) >= _FLAT * everywhere else None


def _is_number(effect: Effect) -> bool:
    return effect.points[0].value is not None


def _shuffled(result: Regression, driver: Driver, telling: Telling, unit: str | None) -> str:
    """What shuffling does to the usual measure; to the squared error, which it was found by, where the usual one does
    not show it."""
    it = "it" if len(driver.columns) == 1 else "them"
    if result.task is Task.NUMBER:
        if _alike(telling, unit) or telling.value("after") < telling.value("before"):
            return f"shuffling {it} costs {_points(telling)} of the variance explained"
        before, after = telling.quantity("before", unit), telling.quantity("after", unit)
        return f"with {it} shuffled among the records, they miss by {after} on average instead of {before}"
    if _alike(telling, "%") or telling.value("after") > telling.value("before"):
        return f"shuffling {it} costs {_points(telling)} of the Brier score saved"
    before, after = telling.percent("before"), telling.percent("after")
    if result.positive is not None:
        return f"with {it} shuffled among the records, they order {after} of all pairs rightly instead of {before}"
    return f"with {it} shuffled among the records, they are right in {after} instead of {before}"


def _alike(telling: Telling, unit: str | None) -> bool:
    """Whether what shuffling does to the usual measure is lost in rounding."""
    return quantity(telling.value("before"), unit) == quantity(telling.value("after"), unit)


def _points(telling: Telling) -> str:
    points = telling.quantity("importance")
    return f"{points} point{'' if points == '1' else 's'}"


def _movement(result: Regression, effect: Effect, telling: Telling, table: Table, unit: str | None) -> str:
    """Which way the prediction goes, and how far."""
    is_number = result.task is Task.NUMBER
    what = "the prediction" if is_number else f"the probability of {_class(result, effect)}"
    values = [telling.value("predicted", row) for row in range(len(telling.rows))]
    low, high = values.index(min(values)), values.index(max(values))
    rest = ", all else as it is" if effect.is_alone else ", the others moving along"

    def at(row: int) -> str:
        return telling.quantity("predicted", unit, row)

    if not _is_number(effect):
        labels = [_label(effect, str(row["label"])) for row in telling.rows]
        what = what if effect.is_alone else f"by {readable(effect.column)}, {what}"
        if len(labels) == 2:
            return f"{what} is {at(high)} for {labels[high]} and {at(low)} for {labels[low]}{rest}"
        return f"{what} is highest for {labels[high]} ({at(high)}) and lowest for {labels[low]} ({at(low)}){rest}"
    own = _unit_of(effect, table)
    name = _part_name(effect, table)

    def position(row: int) -> str:
        return telling.edge("value", own, row)

    first, last = 0, len(values) - 1
    way = "rises" if values[last] > values[first] else "falls"
    if effect.part == "elapsed":  # in days since 1970, which say nothing to a reader
        return f"from the earliest to the latest {name} {what} {way} from {at(first)} to {at(last)}{rest}"
    if effect.direction in {"peaks", "dips"}:
        turn = high if effect.direction == "peaks" else low
        return (
            f"{what} is {'highest' if turn == high else 'lowest'} where {name} is about {position(turn)} ({at(turn)}), "
            f"against {at(first)} at {position(first)} and {at(last)} at {position(last)}{rest}"
        )
    return f"from {name} {position(first)} to {position(last)} {what} {way} from {at(first)} to {at(last)}{rest}"


def _class(result: Regression, effect: Effect) -> str:
    if result.positive is not None:
        return told_of(result)
    return class_name(result, effect.of or "")


def _label(effect: Effect, label: str) -> str:
    if effect.part.startswith('"'):
        return f"texts {'with' if label == 'present' else 'without'} {effect.part}"
    speaks = effect.part in {"month", "weekday"} or label in {"true", "false"} or label.replace(".", "").isdigit()
    return label if speaks else shown(label)


def _part_name(effect: Effect, table: Table) -> str:
    words = readable(effect.column).removesuffix(f" {table.dataset.column(effect.column).unit}")
    return {"hour": f"the hour of {words}", "length": f"the length of {words}"}.get(effect.part, words)


def _unit_of(effect: Effect, table: Table) -> str | None:
    if effect.part == "length":
        return "characters"
    return table.dataset.column(effect.column).unit if effect.part == "value" else None


def _view(result: Regression, effect: Effect, sql: str, table: Table) -> View:
    name = _part_name(effect, table)
    what = f"predicted {readable(result.target)}"
    if result.task is Task.CLASSES:
        what = f"predicted probability of {_class(result, effect)}"
    y = Axis(field="predicted", title=what, kind="number", unit=result.unit if result.task is Task.NUMBER else "%")
    held = "All else as it is" if effect.is_alone else "What goes with it moves along"
    caption = f"{held}; the band spans the models of all folds."
    if _is_number(effect):
        return View(
            name=f"{result.target}_by_{effect.column}_{effect.part}",
            title=f"How {what} moves with {name}",
            mark=Mark.LINE,
            sql=sql,
            x=Axis(field="value", title=name, kind="number", unit=_unit_of(effect, table)),
            y=y,
            low="low",
            high="high",
            caption=caption,
        )
    return View(
        name=f"{result.target}_by_{effect.column}_{effect.part}",
        title=f"{sentence(what)[:-1]} by {name if effect.part == 'value' else f'{effect.part} of {name}'}",
        mark=Mark.BAR,
        sql=sql,
        x=Axis(field="label", title=name, kind="category"),
        y=y,
        caption=f"{held}.",
    )


def _no_driver(result: Regression) -> Claim:
    rest = [column for driver in result.drivers[result.needed :] for column in driver.columns]
    named = rest[: _MOST_NAMED + 2]

    def tell(telling: Telling) -> str:
        more = f" and {len(rest) - len(named)} more" if len(rest) > len(named) else ""
        names = f"{', '.join(map(readable, named))}{more}" if more else listed([readable(name) for name in named])
        verb = "adds" if len(rest) == 1 else "add"
        each = "shuffling it costs" if len(rest) == 1 else "shuffling any of them costs at most"
        points = telling.quantity("most")
        return sentence(
            f"{names} {verb} nothing certain to predictions of {told_of(result)}: {each} {points} "
            f"point{'' if points == '1' else 's'} of the share explained"
        )

    return Claim(
        kind="no_driver",
        columns=(result.target, *named),
        sql="SELECT 100 * greatest(0, max(importance)) AS most\nFROM job.regression_drivers\nWHERE NOT is_needed",
        tell=tell,
        strength=0.45,
        title="columns without influence",
        evidence=(f"regression.json#/drivers/{result.needed}",),
    )
