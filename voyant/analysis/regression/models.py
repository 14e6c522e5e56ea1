"""What is learned: a linear model as the floor, boosted trees, and the naive prediction that both must beat."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
from msgspec import Struct

from voyant.analysis.insights.ranks import Floats, Ints
from voyant.analysis.regression.encoding import linear_encoding, most_rows_of, tree_encoding
from voyant.analysis.regression.folds import SEED, Fold
from voyant.analysis.regression.rows import Parts
from voyant.errors import extra_missing

BASELINE, LINEAR, BOOSTING = "baseline", "linear", "boosting"
_STOPPING = 2_000
"""Rows from which on a part of them tells when to stop; with fewer the trees are small and their number is fixed."""
_FEW_ROWS = 5_000
_PENALTIES = tuple(10.0**power for power in range(-2, 5))

Predict = Callable[[Parts], Floats]
"""Numbers as one column, classes as a column of probabilities for each."""


class Fitted(Struct, frozen=True):
    """What was learned from the rows of a fold."""

    fold: Fold
    predict: Predict


def require_learning() -> None:
    """
    Raises:
        InvalidInput: scikit-learn is not installed.
    """
    try:
        import sklearn  # noqa: F401 - only whether it is there
    except ImportError:
        raise extra_missing("Learning from data", "learn") from None


def baseline(outcome: Floats) -> Floats:
    """The mean of what was learned from, or the share of each class."""
    return np.asarray(outcome.mean(axis=0))


def boosting(parts: Parts, outcome: Floats) -> Predict:
    """Histogram gradient boosting (Ke et al. 2017, as scikit-learn has it)."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    encoding, matrix, is_code = tree_encoding(parts, outcome)
    rows = len(matrix)
    settings = {
        "categorical_features": is_code if is_code.any() else None,
        "random_state": SEED,
        "l2_regularization": 1.0,
    }
    if rows >= _STOPPING:
        settings |= {"early_stopping": True, "validation_fraction": 0.1, "n_iter_no_change": 10}
        settings |= {"learning_rate": 0.1, "max_iter": 300, "min_samples_leaf": 20}
    else:
        settings |= {"early_stopping": False, "learning_rate": 0.06, "max_iter": 120}
        settings |= {"max_leaf_nodes": 8, "min_samples_leaf": max(5, min(20, rows // 30))}
    if outcome.shape[1] == 1:
        regressor = HistGradientBoostingRegressor(**settings).fit(matrix, outcome[:, 0])
        return lambda given: np.asarray(regressor.predict(encoding.matrix(given)))[:, None]
    learned = outcome.argmax(axis=1)
    classifier = HistGradientBoostingClassifier(**settings).fit(matrix, learned)
    return lambda given: _spread(
        classifier.predict_proba(encoding.matrix(given)), classifier.classes_, outcome.shape[1]
    )


def linear(parts: Parts, outcome: Floats) -> Predict:
    """Ridge regression, its penalty found by leave-one-out errors where rows are few; logistic regression for
    classes."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression, Ridge, RidgeCV

    encoding = linear_encoding(parts, outcome)
    matrix = encoding.matrix(parts)
    most = most_rows_of(matrix.shape[1])
    if len(matrix) > most:
        kept = np.arange(0, len(matrix), -(-len(matrix) // most))
        matrix, outcome = matrix[kept], outcome[kept]
    if outcome.shape[1] == 1:
        few = len(matrix) <= _FEW_ROWS
        model = RidgeCV(alphas=_PENALTIES) if few else Ridge(alpha=1.0)
        ridge = model.fit(matrix, outcome[:, 0])
        return lambda given: np.asarray(ridge.predict(encoding.matrix(given)))[:, None]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # what it has found by then is good enough for a floor
        logistic = LogisticRegression(C=1.0, max_iter=300).fit(matrix, outcome.argmax(axis=1))
    return lambda given: _spread(logistic.predict_proba(encoding.matrix(given)), logistic.classes_, outcome.shape[1])


def _spread(probabilities: Floats, classes: Ints, count: int) -> Floats:
    """A column for every class, also for those that the rows learned from did not hold."""
    spread = np.full((len(probabilities), count), 1e-6)
    spread[:, classes.astype(np.int64)] = np.maximum(probabilities, 1e-6)
    return np.asarray(spread / spread.sum(axis=1, keepdims=True))


MODELS: dict[str, Callable[[Parts, Floats], Predict]] = {LINEAR: linear, BOOSTING: boosting}
