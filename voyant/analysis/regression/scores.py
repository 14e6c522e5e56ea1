"""How good predictions are on rows that were not learned from, and how sure that is.

Chance is measured over units: rows that belong together, such as those of one entity or of one stretch of time, are
drawn together or not at all (Efron and Tibshirani 1993).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec import Struct

from voyant.analysis.insights.ranks import Floats, Ints, midranks
from voyant.analysis.insights.statistics import t_tail
from voyant.analysis.regression.folds import SEED
from voyant.analysis.rounding import rounded
from voyant.domain.regression import Score

DRAWS = 1_000
EXPLAINED = "explained"


class Chance(Struct, frozen=True):
    """Draws of units, the same for every figure, so that differences are those of the same rows."""

    units: Ints
    count: int
    weights: Floats

    def sums(self, values: Floats) -> Floats:
        """Of each unit."""
        return np.asarray(np.bincount(self.units, weights=values, minlength=self.count), dtype=np.float64)

    def ratio(self, over: Floats, under: Floats) -> tuple[float, float, float]:
        """The ratio of two sums over all rows, with its 95 % interval."""
        above, below = self.sums(over), self.sums(under)
        total = float(below.sum())
        if total == 0:
            return 0.0, 0.0, 0.0
        drawn = (self.weights @ above) / np.maximum(self.weights @ below, 1e-300)
        low, high = np.quantile(drawn, [0.025, 0.975])
        return float(above.sum()) / total, float(low), float(high)

    def above_zero(self, values: Floats) -> float:
        """The one-sided p-value of a sum that is not above zero, by the t statistic of the units' sums."""
        sums = self.sums(values)
        if self.count < 3:
            return 1.0
        error = float(sums.std(ddof=1)) * np.sqrt(self.count)
        if error == 0:
            return 0.0 if sums.sum() > 0 else 1.0
        return t_tail(float(sums.sum()) / error, self.count - 1)


def chance_of(units: Ints) -> Chance:
    """The draws for rows of these units."""
    places = np.unique(units, return_inverse=True)[1]
    count = int(places.max()) + 1
    drawn = np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), size=DRAWS)
    return Chance(np.asarray(places, dtype=np.int64), count, drawn.astype(np.float64))


def loss(outcome: Floats, predicted: Floats) -> Floats:
    """Of each row: the squared error, over all classes where there are several (Brier 1950)."""
    return np.asarray(((outcome - predicted) ** 2).sum(axis=1))


def scores_of(model: str, outcome: Floats, predicted: Floats, naive: Floats, chance: Chance) -> Iterator[Score]:
    """Every measure of one model; ``naive`` are the losses of the baseline."""
    lost = loss(outcome, predicted)
    one = np.ones(len(lost))
    saved, low, high = chance.ratio(lost, naive)
    yield Score(model=model, measure=EXPLAINED, value=rounded(1 - saved), low=rounded(1 - high), high=rounded(1 - low))
    if outcome.shape[1] == 1:
        missed = np.abs(outcome - predicted)[:, 0]
        yield _score(model, "mean_absolute_error", chance.ratio(missed, one))
        squared = chance.ratio(lost, one)
        yield _score(
            model, "root_mean_squared_error", (squared[0] ** 0.5, max(0.0, squared[1]) ** 0.5, squared[2] ** 0.5)
        )
        return
    truth = outcome.argmax(axis=1)
    yield _score(model, "brier", chance.ratio(lost, one))
    given = np.maximum(predicted[np.arange(len(truth)), truth], 1e-12)
    yield _score(model, "log_loss", chance.ratio(-np.log(given), one))
    right = (predicted.argmax(axis=1) == truth).astype(np.float64)
    yield _score(model, "accuracy", chance.ratio(right, one))
    if outcome.shape[1] == 2:
        yield _score(model, "auc", auc(outcome[:, 1], predicted[:, 1], chance))


def _score(model: str, measure: str, figures: tuple[float, float, float]) -> Score:
    value, low, high = map(rounded, figures)
    return Score(model=model, measure=measure, value=value, low=low, high=high)


def auc(truth: Floats, predicted: Floats, chance: Chance) -> tuple[float, float, float]:
    """The share of pairs, one of each class, in which the right one has the higher probability, ties as half.

    The interval is DeLong's (1988), its variance taken over units (Obuchowski 1997).
    """
    positive, negative = truth > 0.5, truth <= 0.5
    m, n = int(positive.sum()), int(negative.sum())
    if not m or not n:
        return 0.5, 0.0, 1.0
    ranks = midranks(predicted)
    among = np.zeros(len(truth))
    among[positive] = (ranks[positive] - midranks(predicted[positive])) / n
    among[negative] = 1 - (ranks[negative] - midranks(predicted[negative])) / m
    value = float(among[positive].mean())
    pull = np.where(positive, (among - value) / m, (among - value) / n)
    error = float(np.sqrt((chance.sums(pull) ** 2).sum()))
    return value, max(0.0, value - 1.96 * error), min(1.0, value + 1.96 * error)
