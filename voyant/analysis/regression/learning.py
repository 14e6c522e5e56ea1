"""The run: a target, columns to learn from, leaks put aside, models judged on rows they had not seen, and why they say
what they say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from voyant.analysis.insights.ranks import Floats, Ints
from voyant.analysis.regression import models
from voyant.analysis.regression.calibration import calibration_of, intervals_of, softened, tempered, told_probability
from voyant.analysis.regression.drivers import drivers_of, groups_of, needed
from voyant.analysis.regression.effects import effects_of
from voyant.analysis.regression.folds import Division
from voyant.analysis.regression.limits import features_of, limits_of, remarks_of
from voyant.analysis.regression.material import Material, prepared
from voyant.analysis.regression.models import BASELINE, BOOSTING, LINEAR, MODELS, Fitted
from voyant.analysis.regression.records import Judged, records_of
from voyant.analysis.regression.residuals import residuals_of
from voyant.analysis.regression.rows import Rows
from voyant.analysis.regression.scores import EXPLAINED, Chance, chance_of, loss, scores_of
from voyant.analysis.regression.target import Target
from voyant.domain.answer import Answer
from voyant.domain.profile import Profile
from voyant.domain.regression import Calibration, Intervals, Regression, RegressionRequest, Score, Task
from voyant.domain.table import Table

LEVEL = 0.05
"""Of the p-value below which one model is better than another."""
_PREPARED, _LEARNED, _EXPLAINED = 0.2, 0.6, 0.95
"""Shares of the run that are done after each part of it."""

Progress = Callable[[float], None]


class _Learned(Struct, frozen=True):
    """All models by name: those of each fold, and what they say of the rows judged by.

    Attributes:
        temperatures: By which the probabilities of each model were divided; none for numbers.
    """

    fitted: dict[str, list[Fitted]]
    predicted: dict[str, Floats]
    temperatures: dict[str, float] = field(default_factory=dict)


class _Trusted(Struct, frozen=True):
    """The predictions of the chosen model, with what says how far to trust them."""

    predicted: Floats
    calibration: Calibration | None = None
    intervals: Intervals | None = None
    low: Floats | None = None
    high: Floats | None = None


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
        material = prepared(table, profile, request, time_column, lambda share: progress(_PREPARED * share))
        return _regression(material, profile, table.dataset.rows, progress)


def _regression(material: Material, profile: Profile, rows_of_table: int, progress: Progress) -> Answer[Regression]:
    target, rows, division = material.target, material.rows, material.division
    judged = division.judged
    truth = material.outcome[judged]
    learned = _learn(rows, material.outcome, division, progress)
    if target.task is Task.CLASSES:
        learned = _tempered(learned, division, truth)
    chance = chance_of(division.units[judged])
    naive = loss(truth, learned.predicted[BASELINE])
    saved = loss(truth, learned.predicted[LINEAR]) - loss(truth, learned.predicted[BOOSTING])
    p_value_boosting = chance.above_zero(saved)
    chosen = BOOSTING if p_value_boosting < LEVEL else LINEAR  # of equals the simpler one
    trusted = _taken_at_its_word(target, division, truth, learned, chosen)
    lost = loss(truth, trusted.predicted)
    p_value = chance.above_zero(naive - lost)
    beats = p_value < LEVEL and float(lost.sum()) < float(naive.sum())
    scores = _scores(truth, learned, naive, chance)
    drivers = drivers_of(
        rows,
        material.outcome,
        division,
        learned.fitted[chosen],
        groups_of(rows.parts.columns, profile) if beats else [],
        naive,
        lambda share: progress(_LEARNED + (_EXPLAINED - _LEARNED) * share),
    )
    mattering = drivers[: needed(drivers)]
    told, came = _told(target, truth, trusted.predicted)
    residuals = residuals_of(rows, division, came - told, told, lost, chance, is_number=target.task is Task.NUMBER)
    features = features_of(rows, {source.name: source.kind for source in material.choice.sources})
    explained = next(score.value for score in scores if (score.model, score.measure) == (chosen, EXPLAINED))
    limits = limits_of(
        target,
        features,
        material.validation,
        residuals,
        mattering,
        material.leaks,
        explained,
        beats_baseline=beats,
    )
    result = Regression(
        target=target.column.name,
        task=target.task,
        unit=target.column.unit,
        target_reason=target.reason,
        rows=rows_of_table,
        rows_with_target=target.rows,
        rows_used=len(division.used),
        classes=target.classes,
        positive=target.positive,
        features=features,
        left_out=material.left_out,
        leaks=material.leaks,
        validation=material.validation,
        chosen=chosen,
        beats_baseline=beats,
        p_value=float(f"{p_value:.3g}"),
        p_value_boosting=float(f"{p_value_boosting:.3g}"),
        scores=scores,
        drivers=tuple(drivers),
        needed=len(mattering),
        effects=tuple(effects_of(rows, target, learned.fitted[chosen], mattering)),
        calibration=trusted.calibration,
        intervals=trusted.intervals,
        residuals=residuals,
        limits=tuple(limits),
        remarks=tuple(remarks_of(rows, target, division)),
    )
    progress(1.0)
    record = Judged(
        numbers=rows.numbers[judged],
        actual=rows.target[judged],
        predicted=trusted.predicted,
        naive=learned.predicted[BASELINE],
        low=trusted.low,
        high=trusted.high,
        moments=None if rows.moments is None else rows.moments[judged],
    )
    return Answer(result=result, rows=records_of(target, division, record, result))


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
            progress(_PREPARED + (_LEARNED - _PREPARED) * (place * len(MODELS) + turn + 1) / steps)
    return _Learned(fitted, {name: np.concatenate(each) for name, each in predicted.items()})


def _varies(outcome: Floats) -> bool:
    return bool((np.ptp(outcome, axis=0) > 0).any())


def _constant(value: Floats) -> models.Predict:
    return lambda parts: np.tile(value, (parts.rows, 1))


def _tempered(learned: _Learned, division: Division, truth: Floats) -> _Learned:
    """The models with calibrated probabilities."""
    shares = learned.predicted[BASELINE]
    found = {name: tempered(division, truth, learned.predicted[name], shares) for name in MODELS}
    fitted = {
        name: [
            replace(each, predict=_softening(each.predict, shares[start], warmth))
            for each, start, warmth in zip(learned.fitted[name], _starts(division), of.temperatures, strict=True)
        ]
        for name, of in found.items()
    }
    predicted = learned.predicted | {name: of.predicted for name, of in found.items()}
    return _Learned(fitted, predicted, {name: of.overall for name, of in found.items()})


def _starts(division: Division) -> Ints:
    """Where each fold begins among the rows judged by."""
    return np.cumsum([0, *(len(fold.judged) for fold in division.folds[:-1])])


def _softening(predict: models.Predict, shares: Floats, warmth: float) -> models.Predict:
    return lambda parts: softened(predict(parts), shares, warmth)


def _taken_at_its_word(target: Target, division: Division, truth: Floats, learned: _Learned, chosen: str) -> _Trusted:
    """Predictions with what says how far to trust each: intervals of numbers, calibrated probabilities of classes."""
    predicted = learned.predicted[chosen]
    if target.task is Task.NUMBER:
        low, high, intervals = intervals_of(division, truth[:, 0], predicted[:, 0])
        return _Trusted(predicted, intervals=intervals, low=low, high=high)
    return _Trusted(predicted, calibration=calibration_of(target, truth, predicted, learned.temperatures[chosen]))


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
