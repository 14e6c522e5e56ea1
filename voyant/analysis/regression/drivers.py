"""What the predictions need: columns shuffled among the rows judged by, those that go together as one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from voyant.analysis.insights.ranks import Floats, Ints
from voyant.analysis.regression.folds import SEED, Division
from voyant.analysis.regression.models import Fitted
from voyant.analysis.regression.rows import Rows
from voyant.analysis.regression.scores import Chance, auc, chance_of, loss
from voyant.analysis.rounding import rounded
from voyant.domain.profile import Profile
from voyant.domain.regression import Driver

TOGETHER = 0.85
"""Of the association between two columns, from which on neither can be told from the other."""
LEAST = 0.002
"""Of the importance: less is as good as nothing."""
_MOST_ROWS = 12_000
_REPEATS = 3


def groups_of(columns: Sequence[str], profile: Profile) -> list[tuple[str, ...]]:
    """The columns, those that go together in one group: each pair of it is that closely associated."""
    close = {
        frozenset((pair.a, pair.b)) for pair in profile.associations if pair.strength >= TOGETHER and pair.a != pair.b
    }
    groups: list[list[str]] = []
    for column in columns:
        home = next((group for group in groups if all(frozenset((column, other)) in close for other in group)), None)
        if home is None:
            groups.append([column])
        else:
            home.append(column)
    return [tuple(group) for group in groups]


def drivers_of(
    rows: Rows,
    outcome: Floats,
    division: Division,
    fitted: Sequence[Fitted],
    groups: Sequence[tuple[str, ...]],
    naive: Floats,
    progress: Callable[[float], None],
) -> list[Driver]:
    """Permutation importance (Breiman 2001; for groups Au et al. 2022) on rows that were not learned from, the most
    important first.

    Args:
        outcome: Of the rows of the sample, as columns.
        naive: Losses of the baseline, in the order of ``division.judged``.
    """
    chosen = [_chosen(len(fold.judged), len(division.judged)) for fold in division.folds]
    starts = np.cumsum([0, *(len(fold.judged) for fold in division.folds)])
    held = np.concatenate([start + each for start, each in zip(starts, chosen, strict=False)])
    chance = chance_of(division.units[division.judged[held]])
    under, truth = naive[held], outcome[division.judged[held]]
    found = []
    for place, group in enumerate(groups):
        told = [
            _shuffled(rows, outcome, fit, fit.fold.judged[each], group)
            for fit, each in zip(fitted, chosen, strict=True)
        ]
        worse, predicted, changed = (np.concatenate(part) for part in zip(*told, strict=True))
        measured = _measure(truth, predicted, chance), _measure(truth, changed, chance)
        found.append((group, *chance.ratio(worse, under), *measured, chance.above_zero(worse)))
        progress((place + 1) / len(groups))
    # Those that matter beyond chance come first: some of the others may seem to by a lucky shuffle.
    found.sort(key=lambda entry: (not (entry[1] >= LEAST and entry[2] > 0), -rounded(entry[1]), entry[0]))
    return [
        Driver(
            rank=rank,
            columns=group,
            importance=rounded(importance),
            low=rounded(low),
            high=rounded(high),
            before=rounded(before),
            after=rounded(after),
            p_value=float(f"{p:.3g}"),
        )
        for rank, (group, importance, low, high, before, after, p) in enumerate(found, start=1)
    ]


def _chosen(rows: int, of: int) -> Ints:
    """Rows of a fold, evenly."""
    return np.unique(np.linspace(0, rows - 1, min(rows, max(1, _MOST_ROWS * rows // max(1, of)))).astype(np.int64))


def _shuffled(
    rows: Rows, outcome: Floats, fit: Fitted, judged: Ints, group: tuple[str, ...]
) -> tuple[Floats, Floats, Floats]:
    """Of each row by how much the loss grows when the group's values come from other rows; the prediction as it is,
    and one with the group shuffled."""
    parts = rows.parts.take(judged)
    told = outcome[judged]
    predicted = changed = fit.predict(parts)
    random = np.random.default_rng(SEED)
    worse = np.zeros(len(judged))
    for _ in range(_REPEATS):
        changed = fit.predict(parts.shuffled(group, random.permutation(len(judged))))
        worse += loss(told, changed)
    return worse / _REPEATS - loss(told, predicted), predicted, changed


def _measure(outcome: Floats, predicted: Floats, chance: Chance) -> float:
    if outcome.shape[1] == 1:
        return float(np.abs(outcome - predicted).mean())
    if outcome.shape[1] == 2:
        return auc(outcome[:, 1], predicted[:, 1], chance)[0]
    return float((outcome.argmax(axis=1) == predicted.argmax(axis=1)).mean())


def needed(drivers: Sequence[Driver]) -> int:
    """How many of the first the predictions cannot do without."""
    return sum(driver.importance >= LEAST and driver.low > 0 for driver in drivers)
