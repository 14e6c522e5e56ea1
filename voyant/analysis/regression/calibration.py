"""Predictions taken at their word: probabilities that come true as often as they say, intervals that hold.

Both are learned on rows of other folds than those they are used on, of earlier ones where folds follow in time.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from voyant.analysis.insights.ranks import Floats, Ints
from voyant.analysis.regression.folds import Division
from voyant.analysis.regression.target import Target
from voyant.analysis.rounding import rounded
from voyant.domain.regression import Calibration, CalibrationBin, Intervals, Split

LEVEL = 0.9
"""Of the intervals."""
_FEWEST_RESIDUALS = 40
_STRATA = 5
_FEWEST_OF_A_STRATUM = 100
_BINS = 10
_FEWEST_OF_A_BIN = 20
_COLDEST, _HOTTEST = 0.25, 20.0


def fold_of_rows(division: Division) -> Ints:
    """Of each row judged by, in the order of ``division.judged``, its fold."""
    return np.repeat(np.arange(len(division.folds)), [len(fold.judged) for fold in division.folds])


def _others(division: Division, folds: Ints, fold: int) -> NDArray[np.bool_]:
    return np.asarray(folds < fold if division.split is Split.ROLLING else folds != fold)


class Tempered(Struct, frozen=True):
    """Probabilities with what they were tempered by.

    Attributes:
        temperatures: Of each fold.
        overall: The temperature over all rows judged by.
    """

    predicted: Floats
    temperatures: tuple[float, ...]
    overall: float


def tempered(division: Division, outcome: Floats, predicted: Floats, shares: Floats) -> Tempered:
    """The probabilities, those of each fold with the one temperature that fits other folds best; as they were, and 1,
    where that helps nothing.

    Args:
        shares: Of the classes among the rows learned from, for each row judged by.
    """
    folds = fold_of_rows(division)
    truth = outcome.argmax(axis=1)
    changed = predicted.copy()
    temperatures = []
    for fold in range(len(division.folds)):
        others, here = _others(division, folds, fold), folds == fold
        warmth = _temperature(predicted[others], truth[others], shares[others]) if others.any() else 1.0
        changed[here] = softened(predicted[here], shares[here], warmth)
        temperatures.append(warmth)
    if _log_loss(changed, truth) >= _log_loss(predicted, truth):
        return Tempered(predicted, (1.0,) * len(division.folds), 1.0)
    return Tempered(changed, tuple(temperatures), _temperature(predicted, truth, shares))


def _temperature(predicted: Floats, truth: Ints, shares: Floats) -> float:
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda power: _log_loss(softened(predicted, shares, float(np.exp(power))), truth),
        bounds=(np.log(_COLDEST), np.log(_HOTTEST)),
        method="bounded",
        options={"xatol": 1e-4},
    )
    return float(np.exp(found.x))


def softened(predicted: Floats, shares: Floats, temperature: float) -> Floats:
    """The probabilities drawn towards the shares of the classes, which is where one that is too sure of itself belongs:
    what the columns add to the logarithm of the share is divided by the temperature (Guo et al. 2017, who draw towards
    equal shares)."""
    start = np.log(np.maximum(shares, 1e-6))
    powered = start + (np.log(np.maximum(predicted, 1e-12)) - start) / temperature
    powered -= powered.max(axis=1, keepdims=True)
    raised = np.exp(powered)
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def _log_loss(predicted: Floats, truth: Ints) -> float:
    return float(-np.log(np.maximum(predicted[np.arange(len(truth)), truth], 1e-12)).mean())


def told_probability(target: Target, outcome: Floats, predicted: Floats) -> tuple[Floats, Floats]:
    """Of each row the probability that a reader is told, and whether it came true: of the positive class, or of the
    class predicted where there are more than two."""
    if target.positive is not None:
        place = target.classes.index(target.positive)
        return predicted[:, place], outcome[:, place]
    best = predicted.argmax(axis=1)
    rows = np.arange(len(best))
    return predicted[rows, best], outcome[rows, best]


def calibration_of(target: Target, outcome: Floats, predicted: Floats, temperature: float) -> Calibration:
    """The table of predicted against true shares, in bins of about equal numbers of rows."""
    told, came = told_probability(target, outcome, predicted)
    order = np.argsort(told, kind="stable")
    parts = np.array_split(order, max(1, min(_BINS, len(order) // _FEWEST_OF_A_BIN)))
    bins = tuple(
        CalibrationBin(
            predicted=rounded(float(told[part].mean())),
            came_true=rounded(float(came[part].mean())),
            rows=len(part),
        )
        for part in parts
    )
    error = sum(each.rows * abs(each.predicted - each.came_true) for each in bins) / len(order)
    # The mean distance of a share of so many rows from its expectation, by the normal approximation.
    chances = [(2 / np.pi * each.predicted * (1 - each.predicted) / each.rows) ** 0.5 for each in bins]
    by_chance = sum(each.rows * chance for each, chance in zip(bins, chances, strict=True)) / len(order)
    return Calibration(
        of=target.positive or "the class predicted",
        temperature=rounded(temperature),
        error=rounded(error),
        by_chance=rounded(float(by_chance)),
        bins=bins,
    )


def intervals_of(division: Division, actual: Floats, predicted: Floats) -> tuple[Floats, Floats, Intervals | None]:
    """Bounds of each row, NaN where no other fold tells them, by quantiles of the errors in other folds
    (cross-conformal prediction: Vovk 2015), apart for low and high predictions where there are rows enough."""
    folds = fold_of_rows(division)
    low, high = np.full(len(actual), np.nan), np.full(len(actual), np.nan)
    for fold in range(len(division.folds)):
        others, here = _others(division, folds, fold), folds == fold
        if others.sum() >= _FEWEST_RESIDUALS:
            below, above = _margins(actual[others], predicted[others], predicted[here])
            low[here], high[here] = predicted[here] + below, predicted[here] + above
    known = np.isfinite(low)
    if not known.any():
        return low, high, None
    held = (actual[known] >= low[known]) & (actual[known] <= high[known])
    return (
        low,
        high,
        Intervals(
            level=LEVEL,
            coverage=rounded(float(held.mean())),
            width=rounded(float((high[known] - low[known]).mean())),
            rows=int(known.sum()),
        ),
    )


def _margins(actual: Floats, predicted: Floats, at: Floats) -> tuple[Floats, Floats]:
    errors = actual - predicted
    strata = min(_STRATA, len(errors) // _FEWEST_OF_A_STRATUM)
    edges = np.quantile(predicted, np.arange(1, strata) / strata) if strata > 1 else np.empty(0)
    of, here = np.searchsorted(edges, predicted), np.searchsorted(edges, at)
    below, above = np.zeros(len(at)), np.zeros(len(at))
    for stratum in np.unique(here):
        known = errors[of == stratum]
        known = known if len(known) >= _FEWEST_RESIDUALS else errors
        # The rank that leaves room for one more row (Lei et al. 2018).
        share = min(1.0, (1 + LEVEL) / 2 * (len(known) + 1) / len(known))
        low, high = np.quantile(known, [1 - share, share])
        below[here == stratum], above[here == stratum] = low, high
    return below, above
