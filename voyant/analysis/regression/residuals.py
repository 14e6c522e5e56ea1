"""What errors still hold: groups that are off in one direction, errors that grow or follow one another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voyant.analysis.insights.ranks import Floats, Ints
from voyant.analysis.insights.statistics import adjusted, correlation, t_tail
from voyant.analysis.regression.calibration import fold_of_rows
from voyant.analysis.regression.folds import Division, stretches_of
from voyant.analysis.regression.rows import Rows
from voyant.analysis.regression.scores import Chance
from voyant.analysis.rounding import rounded
from voyant.domain.regression import Bias, Residuals, Split

_FEWEST = 30
_MOST_BIASES = 6
_MOST_LEVELS = 300
_MATTERS = 0.1
"""Of the standard deviation of the errors, from which on a group's mean error matters."""
_LEVEL = 0.05
_FEWEST_STRETCHES = 8
_FEWEST_UNITS = 5
"""From which on a variance over them can be told."""


def residuals_of(
    rows: Rows,
    division: Division,
    errors: Floats,
    predicted: Floats,
    lost: Floats,
    chance: Chance,
    *,
    is_number: bool,
) -> Residuals:
    """The diagnosis of the errors (actual less predicted) of the rows judged by, in their order."""
    judged = division.judged
    biases, groups = _biases(rows, judged, errors, chance)
    later = stretches = None
    if division.split is Split.ROLLING and rows.moments is not None:
        folds = fold_of_rows(division)
        first, last = lost[folds == 0].mean(), lost[folds == folds.max()].mean()
        later = rounded(float(last / first)) if first > 0 and folds.max() > 0 else None
        stretches = _autocorrelation(stretches_of(rows.moments)[judged], errors)
    mean, low, high = map(rounded, chance.ratio(errors, np.ones(len(errors))))
    return Residuals(
        mean=mean,
        mean_low=low,
        mean_high=high,
        biases=biases,
        groups=groups,
        spread=_spread(errors, predicted) if is_number else None,
        autocorrelation=stretches,
        later=later,
    )


def _biases(rows: Rows, judged: Ints, errors: Floats, chance: Chance) -> tuple[tuple[Bias, ...], int]:
    """By groups of every category with rows enough, t tests of the mean error against that of all other rows, corrected
    together; those that are off themselves, rather than the others."""
    scale = float(errors.std())
    found: list[tuple[str, str, int, float, float, float]] = []
    for part in rows.parts:
        if not part.is_category or part.name != "value":
            continue
        codes = part.values[judged].astype(np.int64)
        counts = np.bincount(codes[codes >= 0], minlength=len(part.labels))
        for level in np.flatnonzero(counts >= _FEWEST)[:_MOST_LEVELS]:
            label = part.labels[level]
            is_held = codes == level
            held, others = errors[is_held], errors[~is_held]
            if len(others) >= _FEWEST:
                p = _p_value(errors, is_held, chance)
                found.append((part.column.name, label, len(held), float(held.mean()), float(others.mean()), p))
    corrected = adjusted([entry[-1] for entry in found])
    biases = [
        Bias(
            column=column,
            value=value,
            rows=count,
            error=rounded(mean),
            elsewhere=rounded(elsewhere),
            q_value=float(f"{q:.3g}"),
        )
        for (column, value, count, mean, elsewhere, _), q in zip(found, corrected, strict=True)
        if q <= _LEVEL and abs(mean - elsewhere) >= _MATTERS * scale and abs(mean) >= abs(elsewhere)
    ]
    biases.sort(key=lambda bias: (-abs(bias.error - bias.elsewhere) * bias.rows**0.5, bias.column, bias.value))
    return tuple(biases[:_MOST_BIASES]), len(found)


def _p_value(errors: Floats, is_held: NDArray[np.bool_], chance: Chance) -> float:
    """Of no difference between the mean errors of a group and of all other rows, whose variance is taken over units
    (Liang and Zeger 1986): the hours of one hot day are one surprise."""
    means = np.where(is_held, errors[is_held].mean(), errors[~is_held].mean())
    weights = np.where(is_held, 1 / is_held.sum(), -1 / (~is_held).sum())
    error = float(np.sqrt((chance.sums((errors - means) * weights) ** 2).sum()))
    units = min(len(np.unique(chance.units[held])) for held in (is_held, ~is_held))
    if units < _FEWEST_UNITS or error == 0:
        return 1.0
    return min(1.0, 2 * t_tail(abs(float(errors @ weights)) / error, units - 1))


def _spread(errors: Floats, predicted: Floats) -> float | None:
    """The mean absolute error in the fifth of the highest predictions over that in the fifth of the lowest."""
    fifth = len(errors) // 5
    if fifth < _FEWEST:
        return None
    order = np.argsort(predicted, kind="stable")
    low, high = np.abs(errors[order[:fifth]]).mean(), np.abs(errors[order[-fifth:]]).mean()
    return rounded(float(high / low)) if low > 0 else None


def _autocorrelation(stretches: Ints, errors: Floats) -> float | None:
    places = np.unique(stretches, return_inverse=True)[1]
    means = np.bincount(places, weights=errors) / np.bincount(places)
    if len(means) < _FEWEST_STRETCHES:
        return None
    return rounded(correlation(means[:-1], means[1:]))
