"""Rows to learn from and rows to judge by: later ones where there is time, other entities where these repeat."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from msgspec import Struct

from voyant.analysis.insights.ranks import Floats, Ints
from voyant.analysis.regression.features import Choice
from voyant.analysis.regression.rows import Part, Rows
from voyant.analysis.regression.target import Target
from voyant.analysis.wording import count, readable
from voyant.domain.regression import FoldRows, Split, Task, Validation

SEED = 20130101
_FEW_ROWS = 10_000
_FOLDS_OF_FEW, _FOLDS_OF_MANY, _ROLLING = 5, 3, 4
_FIRST_LEARNED = 0.5
"""Of the rows, the earliest: the least that a rolling split learns from."""
_LEAST_LEARNED = 0.25
_FEWEST_JUDGED = 20
_MOST_BEYOND = 0.5
_MOST_UNITS = 1_000
_MOST_STRETCHES = 60
_FEWEST_STRETCHES = 8


class Fold(Struct, frozen=True):
    learned: Ints
    judged: Ints


class Division(Struct, frozen=True):
    """The folds and what rows have in common.

    Attributes:
        units: Of each row of the sample the unit that is drawn as a whole where chance is measured: an entity, a
            stretch of time, or a batch of rows.
    """

    split: Split
    folds: tuple[Fold, ...]
    units: Ints

    @property
    def judged(self) -> Ints:
        """All rows that are judged by, fold after fold."""
        return np.concatenate([fold.judged for fold in self.folds])

    @property
    def used(self) -> Ints:
        """All rows that are learned from or judged by, each once."""
        return np.unique(np.concatenate([*(fold.learned for fold in self.folds), self.judged]))


def divide(rows: Rows, target: Target, choice: Choice) -> tuple[Division, Validation]:
    """The division that the rows allow: by time, else by entity, else at random, classes in equal shares."""
    if rows.moments is not None and (rolling := _rolling(rows.moments)) is not None:
        split, folds, units = Split.ROLLING, rolling, stretches_of(rows.moments)
        if len(np.unique(units[np.concatenate([fold.judged for fold in folds])])) < _FEWEST_STRETCHES:
            units = np.arange(rows.count) % _MOST_UNITS  # of so few stretches chance cannot be told
    elif rows.entities is not None:
        split, folds, units = Split.GROUPED, _grouped(rows.entities), _batches(rows.entities)
    else:
        split, folds, units = Split.CROSS, _crossed(rows, target), np.arange(rows.count) % _MOST_UNITS
    return Division(split, folds, units), _described(split, folds, rows, choice)


def _rolling(moments: Floats) -> tuple[Fold, ...] | None:
    """Learns from all that was before a moment, judges by what came until the next one; None where too few moments
    differ for that."""
    known = np.flatnonzero(np.isfinite(moments))
    if len(known) < 2 * _FEWEST_JUDGED:
        return None
    ordered = known[np.argsort(moments[known], kind="stable")]
    sorted_moments = moments[ordered]
    shares = _FIRST_LEARNED + (1 - _FIRST_LEARNED) * np.arange(_ROLLING) / _ROLLING
    # Rows of one moment stay together: a cut lies at the first row of a moment.
    wanted = sorted_moments[(shares * len(ordered)).astype(np.int64)]
    cuts = np.unique(np.searchsorted(sorted_moments, wanted, side="left"))
    kept: list[int] = []
    for cut in cuts:
        if cut >= _LEAST_LEARNED * len(ordered) and (not kept or cut - kept[-1] >= _FEWEST_JUDGED):
            kept.append(int(cut))
    if not kept or len(ordered) - kept[-1] < _FEWEST_JUDGED:
        kept = kept[:-1]
    if not kept:
        return None
    ends = [*kept[1:], len(ordered)]
    return tuple(Fold(ordered[:cut], ordered[cut:end]) for cut, end in zip(kept, ends, strict=True))


def moving_on(rows: Rows, division: Division) -> dict[str, list[str]]:
    """By column the parts whose values move on with time: most rows judged by hold what no row learned from did.

    A model can only guess what such a part says of rows to come; that a trend goes on is for a forecast to say.
    """
    found: dict[str, list[str]] = {}
    if division.split is not Split.ROLLING:
        return found
    for part in rows.parts:
        if part.words is None and _share_beyond(part, division) >= _MOST_BEYOND:
            found.setdefault(part.column.name, []).append(part.name)
    return found


def _share_beyond(part: Part, division: Division) -> float:
    beyond = judged = 0
    for fold in division.folds:
        learned, unseen = part.values[fold.learned], part.values[fold.judged]
        if part.is_category:
            beyond += int((~np.isin(unseen, np.unique(learned))).sum())
        elif np.isfinite(learned).any():
            beyond += int(((unseen < np.nanmin(learned)) | (unseen > np.nanmax(learned))).sum())
        judged += len(unseen)
    return beyond / judged


def _grouped(entities: Ints) -> tuple[Fold, ...]:
    from sklearn.model_selection import GroupKFold

    known = np.flatnonzero(entities >= 0)
    folds = min(_fold_count(len(known)), len(np.unique(entities[known])))
    parts = GroupKFold(folds).split(known, groups=entities[known])
    return tuple(Fold(known[learned], known[judged]) for learned, judged in parts)


def _crossed(rows: Rows, target: Target) -> tuple[Fold, ...]:
    from sklearn.model_selection import KFold, StratifiedKFold

    folds = _fold_count(rows.count)
    kind = KFold if target.task is Task.NUMBER else StratifiedKFold
    parts = kind(folds, shuffle=True, random_state=SEED).split(rows.numbers[:, None], rows.target)
    return tuple(Fold(learned, judged) for learned, judged in parts)


def _fold_count(rows: int) -> int:
    return _FOLDS_OF_FEW if rows <= _FEW_ROWS else _FOLDS_OF_MANY


def stretches_of(moments: Floats) -> Ints:
    """Successive stretches of time with about as many rows each, rows of one moment in the same."""
    order = np.argsort(np.argsort(moments, kind="stable"), kind="stable")
    firsts = np.searchsorted(np.sort(moments), moments, side="left")
    size = max(1, -(-len(moments) // _MOST_STRETCHES))
    return np.asarray(np.where(np.isfinite(moments), firsts, order) // size, dtype=np.int64)


def _batches(entities: Ints) -> Ints:
    return np.asarray(np.unique(entities, return_inverse=True)[1] % _MOST_UNITS, dtype=np.int64)


def _described(split: Split, folds: tuple[Fold, ...], rows: Rows, choice: Choice) -> Validation:
    described = tuple(
        FoldRows(
            learned=len(fold.learned),
            judged=len(fold.judged),
            until=_moment(rows.moments[fold.learned].max())
            if split is Split.ROLLING and rows.moments is not None
            else None,
        )
        for fold in folds
    )
    judged = sum(fold.judged for fold in described)
    if split is Split.ROLLING and choice.time is not None:
        by: str | None = choice.time.name
        text = (
            f"Each of {len(folds)} stretches of time was predicted by a model that had learned only from what was "
            f"before it (by {readable(choice.time.name)}): {count(judged)} rows."
        )
    elif split is Split.GROUPED and choice.entity is not None:
        by = choice.entity.name
        text = (
            f"In {len(folds)} parts, all rows of one {readable(choice.entity.name)} in the same, each was predicted "
            f"by a model that had learned from the others: {count(judged)} rows."
        )
    else:
        by = None
        text = (
            f"In {len(folds)} parts drawn at random, each was predicted by a model that had learned from the others: "
            f"{count(judged)} rows."
        )
    return Validation(split=split, by=by, folds=described, rows=judged, text=text)


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(float(seconds), tz=UTC).replace(tzinfo=None).isoformat(timespec="seconds")
