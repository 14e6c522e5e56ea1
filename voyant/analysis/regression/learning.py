"""The run: a target, columns to learn from, leaks put aside, models judged on rows they had not seen, and why they say
what they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from voyant.analysis.insights.ranks import Floats
from voyant.analysis.regression import models
from voyant.analysis.regression.calibration import calibration_of, intervals_of, tempered, told_probability
from voyant.analysis.regression.drivers import drivers_of, groups_of, needed
from voyant.analysis.regression.effects import effects_of
from voyant.analysis.regression.features import Choice, choose
from voyant.analysis.regression.folds import Division, divide, moving_on
from voyant.analysis.regression.leaks import leaks_of
from voyant.analysis.regression.limits import features_of, limits_of, remarks_of
from voyant.analysis.regression.models import BASELINE, BOOSTING, LINEAR, MODELS, Fitted
from voyant.analysis.regression.records import Judged, records_of
from voyant.analysis.regression.residuals import residuals_of
from voyant.analysis.regression.rows import Parts, Rows, load
from voyant.analysis.regression.scores import EXPLAINED, Chance, chance_of, loss, scores_of
from voyant.analysis.regression.target import FEWEST_ROWS, Target, column_named, outcome_of, target_of, too_few
from voyant.analysis.wording import listed
from voyant.domain.answer import Answer
from voyant.domain.profile import Profile
from voyant.domain.regression import Calibration, Intervals, Leak, LeftOut, Regression, RegressionRequest, Score, Task
from voyant.domain.table import Table
from voyant.errors import Code, InvalidInput

LEVEL = 0.05
"""Of the p-value below which one model is better than another."""
_LEAKS, _LEARNED, _EXPLAINED = 0.2, 0.6, 0.95
"""Shares of the run that are done after each part of it."""

Progress = Callable[[float], None]


@dataclass(frozen=True)
class _Learned:
    """All models by name: those of each fold, and what they say of the rows judged by."""

    fitted: dict[str, list[Fitted]]
    predicted: dict[str, Floats]


def regression(
    table: Table,
    profile: Profile,
    request: RegressionRequest,
    time_column: str | None = None,
    *,
    progress: Progress = lambda _share: None,
) -> Answer[Regression]:
    """What can be told of a column from the others, and from which.

    Every figure comes from rows that the model had not learned from. Memory is bounded by the cells of the sample.

    Raises:
        InvalidInput: A column is not there; the target cannot be predicted, or has too few rows or one value; no
            column is left to learn from; scikit-learn is not installed.
    """
    models.require_learning()
    from threadpoolctl import threadpool_limits

    # Sums of floats differ with the number of threads; one gives the same on every machine.
    with threadpool_limits(1):
        return _regression(table, profile, request, time_column, progress)


def _regression(
    table: Table, profile: Profile, request: RegressionRequest, time_column: str | None, progress: Progress
) -> Answer[Regression]:
    target = target_of(table, profile, request.target)
    choice = choose(table.dataset, profile, request, target, time_column)
    _require_features(choice, (), target)
    rows = load(table, target, choice)
    if rows.count < FEWEST_ROWS:
        raise too_few(table.dataset, target.column, rows.count)
    progress(_LEAKS / 2)
    trusted = [column_named(table.dataset, name).name for name in request.trusted]
    leaks = leaks_of(table, target, choice, rows, trusted)
    _require_features(choice, leaks, target)
    leaking = [name for leak in leaks for name in leak.columns]
    rows = replace(rows, parts=rows.parts.without(leaking))
    progress(_LEAKS)
    division, validation = divide(rows, target, choice)
    moving = moving_on(rows, division)
    if kept := rows.parts.without_parts(moving).parts:
        rows = replace(rows, parts=Parts(kept))
    gone = [name for name in moving if name not in rows.parts.columns]
    reason = "its values move on with time, so that those of rows to come are none that were learned from"
    left_out = (*choice.left_out, *(LeftOut(column=name, reason=reason) for name in gone))
    outcome = outcome_of(target, rows.target)
    learned = _learn(rows, outcome, division, progress)

    judged = division.judged
    chance = chance_of(division.units[judged])
    naive = loss(outcome[judged], learned.predicted[BASELINE])
    saved = loss(outcome[judged], learned.predicted[LINEAR]) - loss(outcome[judged], learned.predicted[BOOSTING])
    p_value_boosting = chance.above_zero(saved)
    # Of equals the simpler one.
    chosen = BOOSTING if p_value_boosting < LEVEL else LINEAR
    predicted, calibration, intervals, bounds = _taken_at_its_word(target, division, outcome, learned, chosen)
    learned.predicted[chosen] = predicted
    lost = loss(outcome[judged], predicted)
    p_value = chance.above_zero(naive - lost)
    beats = p_value < LEVEL and float(lost.sum()) < float(naive.sum())
    scores = _scores(outcome[judged], learned, naive, chance)
    drivers = drivers_of(
        rows,
        outcome,
        division,
        learned.fitted[chosen],
        groups_of(rows.parts.columns, profile) if beats else [],
        naive,
        lambda share: progress(_LEARNED + (_EXPLAINED - _LEARNED) * share),
    )
    mattering = drivers[: needed(drivers)]
    told, came = _told(target, outcome[judged], predicted)
    residuals = residuals_of(rows, division, came - told, told, lost, chance, is_number=target.task is Task.NUMBER)
    features = features_of(rows, {source.name: source.kind for source in choice.sources})
    explained = next(score.value for score in scores if (score.model, score.measure) == (chosen, EXPLAINED))
    result = Regression(
        target=target.column.name,
        task=target.task,
        unit=target.column.unit,
        target_reason=target.reason,
        rows=table.dataset.rows,
        rows_with_target=target.rows,
        rows_used=rows.count,
        classes=target.classes,
        positive=target.positive,
        features=features,
        left_out=left_out,
        leaks=leaks,
        validation=validation,
        chosen=chosen,
        beats_baseline=beats,
        p_value=float(f"{p_value:.3g}"),
        p_value_boosting=float(f"{p_value_boosting:.3g}"),
        scores=scores,
        drivers=tuple(drivers),
        needed=len(mattering),
        effects=tuple(effects_of(rows, target, learned.fitted[chosen], mattering)),
        calibration=calibration,
        intervals=intervals,
        residuals=residuals,
        limits=tuple(
            limits_of(target, features, validation, residuals, mattering, leaks, explained, beats_baseline=beats)
        ),
        remarks=tuple(remarks_of(rows, target, division)),
    )
    progress(1.0)
    record = Judged(
        numbers=rows.numbers[judged],
        actual=rows.target[judged],
        predicted=predicted,
        naive=learned.predicted[BASELINE],
        low=bounds[0],
        high=bounds[1],
        moments=None if rows.moments is None else rows.moments[judged],
    )
    return Answer(result=result, rows=records_of(target, division, record, result))


def _require_features(choice: Choice, leaks: tuple[Leak, ...], target: Target) -> None:
    leaking = {name for leak in leaks for name in leak.columns}
    if any(source.name not in leaking for source in choice.sources):
        return
    name = target.column.name
    if leaking:
        raise InvalidInput(
            f"No column is left to learn {name!r} from: {listed(sorted(leaking))} "
            f"{'gives' if len(leaking) == 1 else 'give'} it away. {leaks[0].reason[:1].upper()}{leaks[0].reason[1:]}.",
            code=Code.NO_MODEL_FITS,
            remedy="Give other columns, or name in `trusted` those that are known before the target.",
            data={"target": name, "leaks": sorted(leaking)},
        )
    raise InvalidInput(
        f"No column is left to learn {name!r} from: none of the others describes the rows.",
        code=Code.NO_MODEL_FITS,
        remedy="Give columns that describe the rows.",
        data={"target": name, "left_out": {each.column: each.reason for each in choice.left_out}},
    )


def _learn(rows: Rows, outcome: Floats, division: Division, progress: Progress) -> _Learned:
    fitted: dict[str, list[Fitted]] = {name: [] for name in MODELS}
    predicted: dict[str, list[Floats]] = {name: [] for name in (BASELINE, *MODELS)}
    steps = len(division.folds) * len(MODELS)
    for place, fold in enumerate(division.folds):
        parts, told = rows.parts.take(fold.learned), outcome[fold.learned]
        unseen = rows.parts.take(fold.judged)
        predicted[BASELINE].append(np.tile(models.baseline(told), (len(fold.judged), 1)))
        for turn, (name, learn) in enumerate(MODELS.items()):
            predict = learn(parts, told) if _varies(told) else _constant(models.baseline(told))
            fitted[name].append(Fitted(fold, predict))
            predicted[name].append(predict(unseen))
            progress(_LEAKS + (_LEARNED - _LEAKS) * (place * len(MODELS) + turn + 1) / steps)
    return _Learned(fitted, {name: np.concatenate(each) for name, each in predicted.items()})


def _varies(outcome: Floats) -> bool:
    return bool((np.ptp(outcome, axis=0) > 0).any())


def _constant(value: Floats) -> models.Predict:
    return lambda parts: np.tile(value, (parts.rows, 1))


def _taken_at_its_word(
    target: Target, division: Division, outcome: Floats, learned: _Learned, chosen: str
) -> tuple[Floats, Calibration | None, Intervals | None, tuple[Floats | None, Floats | None]]:
    """Predictions with what says how far to trust each: intervals of numbers, calibrated probabilities of classes."""
    predicted, told = learned.predicted[chosen], outcome[division.judged]
    if target.task is Task.NUMBER:
        low, high, intervals = intervals_of(division, told[:, 0], predicted[:, 0])
        return predicted, None, intervals, (low, high)
    predicted, temperature = tempered(division, told, predicted)
    return predicted, calibration_of(target, told, predicted, temperature), None, (None, None)


def _scores(outcome: Floats, learned: _Learned, naive: Floats, chance: Chance) -> tuple[Score, ...]:
    return tuple(
        score
        for name, predicted in learned.predicted.items()
        for score in scores_of(name, outcome, predicted, naive, chance)
        if name != BASELINE or score.measure not in {EXPLAINED, "auc"}  # it explains nothing and ranks nothing
    )


def _told(target: Target, outcome: Floats, predicted: Floats) -> tuple[Floats, Floats]:
    """Of each row what is predicted and what came true, as one number."""
    if target.task is Task.NUMBER:
        return predicted[:, 0], outcome[:, 0]
    return told_probability(target, outcome, predicted)
