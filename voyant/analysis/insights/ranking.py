"""Which claims come first: the striking ones, but not ten variants of one thing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from voyant.analysis.insights.comparison import Claim
from voyant.domain.template import TEMPLATE_NAMES

_SAME_KIND = 0.88
"""For each claim of the kind above it; less where one soon tires of them."""
_TIRING = {
    "dominance": 0.7,
    "drift": 0.95,
    "contribution": 0.6,
    "even_distribution": 0.75,
    "marking_term": 0.75,
    "missing_by_group": 0.7,
    "outliers": 0.75,
    "season": 0.8,
    "no_difference": 0.8,
    "no_share_difference": 0.7,
    "no_association": 0.7,
    "no_volume": 0.6,
    "no_mix_trend": 0.7,
    "driver": 0.95,
    "leak": 0.9,
    "prediction_bias": 0.7,
}
_ABSENCES = 0.85
"""For each statement above that something is absent, whatever it is."""
_MOST_ABSENCES = 8
_SAME_COLUMNS = 0.45
"""For another claim on exactly the same columns."""
_SHARED_COLUMN = 0.93
"""For each claim above that speaks of the same column, beyond the first."""
_OF_THEIR_OWN = {
    "drift",
    "series_gap",
    "series_shift",
    "series_spike",
    "series_spread",
    "series_stuck",
    "series_trend",
    *TEMPLATE_NAMES,
}
"""Kinds that repeat nothing that others say of the same columns: what was, they alone tell, or it was asked for."""
_SAME_FOCUS = 0.8
"""For each claim above that singles out the same values."""


def ranked(claims: list[Claim], most: int, accept: Callable[[Claim, float], bool]) -> None:
    """Offers claims in order until ``most`` were accepted.

    The next claim is always the one that adds most to those above it; a refused one leaves no trace. Ties are broken
    by what the claims say, never by the order in which they came.
    """
    left = sorted(claims, key=lambda claim: (-claim.strength, claim.kind, claim.columns, claim.focus, claim.sql))
    kinds: Counter[str] = Counter()
    together: Counter[frozenset[str]] = Counter()
    columns: Counter[str] = Counter()
    values: Counter[tuple[str, str]] = Counter()
    accepted = absences = 0

    def worth(claim: Claim) -> float:
        weight = claim.strength * _TIRING.get(claim.kind, _SAME_KIND) ** kinds[claim.kind]
        if is_absence(claim.kind):
            weight *= _ABSENCES**absences
        if claim.kind in _OF_THEIR_OWN:
            return weight
        weight *= _SAME_COLUMNS ** together[frozenset(claim.columns)]
        weight *= _SAME_FOCUS ** min((values[value] for value in claim.focus), default=0)
        return weight * float(_SHARED_COLUMN ** max(0, sum(columns[name] for name in claim.columns) - 1))

    while left and accepted < most:
        best = max(range(len(left)), key=lambda index: (worth(left[index]), -index))
        claim = left.pop(best)
        if (is_absence(claim.kind) and absences == _MOST_ABSENCES) or not accept(claim, worth(claim)):
            continue
        accepted += 1
        absences += is_absence(claim.kind)
        kinds[claim.kind] += 1
        together[frozenset(claim.columns)] += 1
        columns.update(claim.columns)
        values.update(claim.focus)


def is_absence(kind: str) -> bool:
    """Whether findings of a kind say that something one may expect is not there."""
    return kind.startswith(("no_", "even_"))
