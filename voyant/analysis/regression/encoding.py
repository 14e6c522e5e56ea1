"""From parts to matrices, learned from the rows that a model learns from and from no other."""

from __future__ import annotations

from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from voyant.analysis.insights.ranks import Floats, Ints
from voyant.analysis.regression.folds import SEED
from voyant.analysis.regression.rows import Part, Parts

MOST_NATIVE = 100
"""Levels that trees take as they are; of more, each stands as the mean of the target that it had."""
MOST_CODES = 250
_MOST_DUMMIES = 30
_MOST_WORDS = 30
_FEWEST_OF_A_LEVEL = 5
_MOST_CELLS = 8_000_000
_WIDENED = 1.0
"""Of the range learned from, on either side: what lies further out is taken as lying there."""


class TreeEncoding(Struct, frozen=True):
    """Numbers as they are, missing ones included; categories as codes or means of the target; the telling words."""

    means: dict[int, Any]
    words: dict[int, Ints]

    def matrix(self, parts: Parts) -> Floats:
        columns: list[Floats] = []
        for place, part in enumerate(parts):
            if place in self.means:
                columns += list(self.means[place].transform(part.values[:, None]).T)
            elif part.is_category:
                # Most frequent first: what is rarer than the trees can tell apart counts as one.
                columns.append(np.where(part.values < 0, np.nan, np.minimum(part.values, MOST_CODES)))
            else:
                columns.append(part.values)
            if part.words is not None:
                columns += list(part.words[:, self.words[place]].toarray().T)
        return np.column_stack(columns)


def tree_encoding(parts: Parts, outcome: Floats) -> tuple[TreeEncoding, Floats, NDArray[np.bool_]]:
    """The encoding, the matrix to learn from, and which of its columns are codes.

    Means of the target are cross-fitted there: no row's own value is in its mean (``TargetEncoder`` of scikit-learn,
    after Micci-Barreca 2001).
    """
    means: dict[int, Any] = {}
    words: dict[int, Ints] = {}
    fitted: dict[int, Floats] = {}
    is_code: list[bool] = []
    single = outcome.shape[1] <= 2
    for place, part in enumerate(parts):
        if part.is_category and len(part.labels) > MOST_NATIVE and single:
            means[place], fitted[place] = _means(part, outcome)
            is_code += [False] * fitted[place].shape[1]
        else:
            is_code.append(part.is_category)
        if part.words is not None:
            words[place] = telling_words(part, outcome)
            is_code += [False] * len(words[place])
    encoding = TreeEncoding(means, words)
    matrix = encoding.matrix(parts)
    column = 0
    for place in range(len(parts.parts)):
        if place in fitted:
            matrix[:, column : column + fitted[place].shape[1]] = fitted[place]
        column += fitted[place].shape[1] if place in fitted else 1
        column += len(words.get(place, ()))
    return encoding, matrix, np.asarray(is_code)


def _means(part: Part, outcome: Floats) -> tuple[Any, Floats]:
    from sklearn.model_selection import KFold
    from sklearn.preprocessing import TargetEncoder

    is_binary = outcome.shape[1] == 2
    told = outcome[:, 1].astype(np.int64) if is_binary else outcome[:, 0]
    apart = KFold(5, shuffle=True, random_state=SEED)
    encoder = TargetEncoder(target_type="binary" if is_binary else "continuous", cv=apart)
    return encoder, np.asarray(encoder.fit_transform(part.values[:, None], told))


def telling_words(part: Part, outcome: Floats) -> Ints:
    """The words whose presence goes most with the target, the most telling first."""
    assert part.words is not None  # noqa: S101 - the caller asked
    rows = np.asarray(part.words.sum(axis=0)).ravel()
    if not len(rows):
        return np.empty(0, dtype=np.int64)
    centred = outcome - outcome.mean(axis=0)
    share = rows / len(centred)
    covered = np.asarray(part.words.T @ centred) / len(centred)
    spread = np.sqrt(np.maximum(share * (1 - share), 1e-12))[:, None] * np.maximum(centred.std(axis=0), 1e-12)
    strength = np.abs(covered / spread).max(axis=1)
    strength[rows < _FEWEST_OF_A_LEVEL] = 0
    best = np.argsort(-strength, kind="stable")[:_MOST_WORDS]
    return np.asarray(best[strength[best] > 0], dtype=np.int64)


class LinearEncoding(Struct, frozen=True):
    """Standardised numbers with the median where missing and a mark for it; a column for each frequent level."""

    centres: dict[int, tuple[float, float, float, float, float]]
    levels: dict[int, Ints]
    means: dict[int, Any]
    words: dict[int, Ints]
    marked: frozenset[int]

    def matrix(self, parts: Parts) -> Floats:
        columns: list[Floats] = []
        for place, part in enumerate(parts):
            if place in self.levels:
                columns += [(part.values == level).astype(np.float64) for level in self.levels[place]]
            if place in self.means:
                columns += list(self.means[place].transform(part.values[:, None]).T)
            if place in self.centres:
                median, mean, scale, low, high = self.centres[place]
                values = np.clip(np.where(np.isfinite(part.values), part.values, median), low, high)
                columns.append((values - mean) / scale)
            if place in self.marked:
                columns.append((~np.isfinite(part.values)).astype(np.float64))
            if part.words is not None:
                columns += list(part.words[:, self.words[place]].toarray().T)
        return np.column_stack(columns) if columns else np.zeros((parts.rows, 1))


def linear_encoding(parts: Parts, outcome: Floats) -> LinearEncoding:
    centres: dict[int, tuple[float, float, float, float, float]] = {}
    levels: dict[int, Ints] = {}
    means: dict[int, Any] = {}
    words: dict[int, Ints] = {}
    marked: set[int] = set()
    for place, part in enumerate(parts):
        if part.is_category:
            counts = np.bincount(part.values[part.values >= 0].astype(np.int64), minlength=len(part.labels))
            frequent = np.argsort(-counts, kind="stable")[:_MOST_DUMMIES]
            # Without the most frequent, which all others are held against.
            levels[place] = np.sort(frequent[counts[frequent] >= _FEWEST_OF_A_LEVEL][1:])
            if len(part.labels) > _MOST_DUMMIES and outcome.shape[1] <= 2:
                means[place], _ = _means(part, outcome)
            continue
        if part.words is not None:
            words[place] = telling_words(part, outcome)
        known = part.values[np.isfinite(part.values)]
        if len(known) < len(part.values):
            marked.add(place)
        if len(known) and np.ptp(known) > 0:
            reach = _WIDENED * float(np.ptp(known))
            centres[place] = (
                float(np.median(known)),
                float(known.mean()),
                float(known.std()),
                float(known.min()) - reach,
                float(known.max()) + reach,
            )
    return LinearEncoding(centres, levels, means, words, frozenset(marked))


def most_rows_of(columns: int) -> int:
    """How many rows a linear model learns from at that width."""
    return _MOST_CELLS // max(1, columns)
