"""Prose compared: whether its words tell which side a text is from, and how long the texts are.

As in Evidently's text content drift, a classifier is trained on one half of the texts and tried on the other, and what
counts is the area under its ROC curve; shown is how far it is above a half, as a share of what it could be (Somers' D).
The classifier is naive Bayes over words (Bernoulli events: McCallum and Nigam 1998), which needs no iterations.
"""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
from msgspec import Struct
from scipy import special

from voyant.analysis.drift.distances import Measured, Ordered, wasserstein
from voyant.analysis.drift.drafts import Draft, Measure
from voyant.analysis.drift.subjects import FEWEST_VALUES, Pair, Subject, text_sql
from voyant.analysis.profile.texts import words_of
from voyant.analysis.rounding import rounded
from voyant.domain.drift import Share, Thresholds
from voyant.domain.table import Table
from voyant.lake.sql import identifier

MOST_TEXTS = 5000
_CHARACTERS = 2000
_MOST_TERMS = 10
_FEWEST_TEXTS_WITH_WORD = 3
_HALVES = 2


Texts = list[tuple[frozenset[str], int]]
"""The words of each text, and the rows that hold it."""


class _Side(Struct, frozen=True):
    """The texts in two halves, none in both, and the rows by the length of their text."""

    halves: tuple[Texts, Texts]
    lengths: Counter[int]

    @property
    def rows(self) -> int:
        return self.lengths.total()


def compare_texts(pair: Pair, tables: tuple[Table, Table], thresholds: Thresholds) -> Draft:
    """How well words tell the sides apart: 0 not at all, 1 always; p-value by Mann and Whitney (1947), one-sided."""
    columns = (text_sql(pair.before), text_sql(pair.after))
    sides = tuple(_read(table, sql) for table, sql in zip(tables, columns, strict=True))
    before, after = sides
    if min(len(half) for side in sides for half in side.halves) < FEWEST_VALUES:
        return Draft(pair, None, notes=("There are too few different texts to learn from one half of them.",))
    weights = _weights(before.halves[0], after.halves[0])
    measured = _told_apart(weights, before.halves[1], after.halves[1])
    large = pair.earlier.count > thresholds.rows
    usual = measured.value > thresholds.terms if large else (measured.p or 0.0) < thresholds.significance
    notes = [
        f"Words and lengths rest on {side.rows:,} of {known.count:,} texts {when}, chosen by a hash of the text."
        for side, known, when in zip(sides, pair.sides, ("before", "after"), strict=True)
        if side.rows < known.count
    ]
    return Draft(
        pair,
        Subject.TERMS,
        (
            Measure("terms", measured, thresholds.terms if large else None),
            Measure("wasserstein_normed", _longer(sides)),
        ),
        usual=usual,
        shares=_shares(before, after),
        notes=tuple(notes),
    )


def _read(table: Table, text: str) -> _Side:
    """Texts chosen by their hash: the same ones in any order of rows, and equal texts together."""
    relation = identifier(table.dataset.name)
    parts = max(1, -(-table.dataset.rows // MOST_TEXTS))
    rows = table.query(
        f"SELECT left(text, {_CHARACTERS}) AS text, length(text) AS length, "
        f"(h // {parts}) % {_HALVES} AS half, count(*) AS n "
        f"FROM (SELECT text, hash(text) AS h FROM (SELECT {text} AS text FROM {relation}) WHERE text IS NOT NULL) "
        f"WHERE h % {parts} = 0 GROUP BY text, h ORDER BY h, text LIMIT {MOST_TEXTS * 2}"
    )
    halves: tuple[Texts, Texts] = ([], [])
    lengths: Counter[int] = Counter()
    for row in rows:
        halves[row["half"]].append((words_of(row["text"]), row["n"]))
        lengths[row["length"]] += row["n"]
    return _Side(halves, lengths)


def _weights(before: Texts, after: Texts) -> dict[str, float]:
    """Of each word the logarithm of how much more often it stands in later texts, each count half a text more."""
    earlier, later = (_rows_with_words(texts) for texts in (before, after))
    sizes = [sum(n for _, n in texts) + 1 for texts in (before, after)]
    return {
        word: math.log((later[word] + 0.5) / sizes[1]) - math.log((earlier[word] + 0.5) / sizes[0])
        for word in earlier | later
        if earlier[word] + later[word] >= _FEWEST_TEXTS_WITH_WORD
    }


def _rows_with_words(texts: Texts) -> Counter[str]:
    found: Counter[str] = Counter()
    for words, n in texts:
        for word in words:
            found[word] += n
    return found


def _told_apart(weights: dict[str, float], before: Texts, after: Texts) -> Measured:
    """Somers' D of the texts' scores, which are the sums of their words' weights."""
    scores = [
        # To nine digits: texts with the same words must not differ by the order of adding.
        np.round([math.fsum(weights.get(word, 0.0) for word in words) for words, _ in texts], 9)
        for texts in (before, after)
    ]
    levels, places = np.unique(np.concatenate(scores), return_inverse=True)
    sides = (places[: len(before)], places[len(before) :])
    earlier, later = (
        np.bincount(side, weights=[n for _, n in texts], minlength=len(levels))
        for side, texts in zip(sides, (before, after), strict=True)
    )
    n, m = float(earlier.sum()), float(later.sum())
    total, ties = n + m, earlier + later
    wins = float((later * (np.cumsum(earlier) - earlier / 2)).sum())
    spread = n * m / 12 * (total + 1 - float((ties**3 - ties).sum()) / total / (total - 1))
    deviation = 2 * math.sqrt(max(0.0, spread)) / n / m
    apart = 2 * wins / n / m - 1
    if deviation <= 0:
        return Measured(0.0, 1.0, noise=0.0)
    return Measured(
        max(0.0, apart), float(special.ndtr(-apart / deviation)), noise=deviation / math.sqrt(2 * math.pi)
    )  # fmt: skip


def _longer(sides: tuple[_Side, ...]) -> Measured:
    before, after = (side.lengths for side in sides)
    places = sorted(before | after)
    counts = [np.asarray([side[place] for place in places], dtype=np.int64) for side in (before, after)]
    lengths = np.asarray(places, dtype=np.float64)
    middle = float((lengths * counts[0]).sum()) / int(counts[0].sum())
    deviation = math.sqrt(float(((lengths - middle) ** 2 * counts[0]).sum()) / int(counts[0].sum()))
    return wasserstein(Ordered(lengths, *counts), deviation or 1.0)


def _shares(before: _Side, after: _Side) -> tuple[Share, ...]:
    """The words whose share of the texts changed most, and the rest of the change."""
    earlier, later = (_rows_with_words([*side.halves[0], *side.halves[1]]) for side in (before, after))
    changes = {word: (earlier[word] / before.rows, later[word] / after.rows) for word in earlier | later}
    total = math.fsum(abs(share - was) for was, share in changes.values())
    if total <= 0:
        return ()
    most = sorted(changes, key=lambda word: (-abs(changes[word][1] - changes[word][0]), word))[:_MOST_TERMS]
    shares = [
        Share(
            label=word,
            before=rounded(changes[word][0]),
            after=rounded(changes[word][1]),
            contribution=rounded(abs(changes[word][1] - changes[word][0]) / total),
        )
        for word in most
    ]
    rest = [changes[word] for word in changes if word not in set(most)]
    if rest:
        left = max(0.0, 1.0 - math.fsum(share.contribution for share in shares))
        shares.append(
            Share(
                label="",
                before=rounded(math.fsum(was for was, _ in rest)),
                after=rounded(math.fsum(share for _, share in rest)),
                contribution=rounded(left),
            )
        )
    return tuple(shares)
