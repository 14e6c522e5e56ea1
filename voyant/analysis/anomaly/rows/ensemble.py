"""Detectors together: which of them to trust on a table, and one score from those.

Nothing tells which rows are odd, so detectors are judged by what can be seen without: that they fit the table, that
they say the same when they learn from other rows of it, and that they do not contradict the others (internal
evidence; Zimek, Campello and Sander 2014 on ensembles without labels).
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from voyant.analysis.anomaly.rows.detectors import KINDS, NAMES, SEED, Fitted, Kind, Points
from voyant.analysis.insights.ranks import Floats
from voyant.domain.anomaly import Detector

_LEAST_STABLE = 0.5
_LEAST_AGREEING = -0.1
_MOST_TRIED = 4_000


class Member(Struct, frozen=True):
    """A detector that takes part.

    Attributes:
        usual: Its scores of the sample, in order.
    """

    name: str
    fitted: Fitted
    usual: Floats

    def odder(self, scores: Floats) -> Floats:
        """The share of the sample that is as odd or odder, ties counted half; never nothing."""
        count = len(self.usual)
        below = np.searchsorted(self.usual, scores, side="left")
        upto = np.searchsorted(self.usual, scores, side="right")
        return np.asarray((count - (below + upto) / 2 + 0.5) / (count + 1))


class Ensemble(Struct, frozen=True):
    """The members, and what was thought of each detector."""

    members: tuple[Member, ...]
    detectors: tuple[Detector, ...]

    def score(self, points: Points) -> Floats:
        """The score of each row, 0 to 1.

        The shares of rows that are odder, by each member, are multiplied (a mean of logarithms): a row that one member
        finds the oddest of all is not lost among those that all find a little odd.
        """
        logs = [np.log(member.odder(member.fitted.score(points))) for member in self.members]
        return np.asarray(1 - np.exp(np.mean(logs, axis=0)))


def assemble(points: Points, names: tuple[str, ...] = NAMES) -> Ensemble:
    """The detectors of these names that the sample speaks for; the first that fits where it speaks for none."""
    kinds = [kind for kind in KINDS if kind.name in names]
    unfit = {kind.name: kind.unfit(points) for kind in kinds}
    fit = [kind for kind in kinds if unfit[kind.name] is None]
    members = {kind.name: _member(kind, points) for kind in fit}
    stability = _stability(fit, points)
    agreement = _agreement(members, points)
    detectors = []
    for kind in kinds:
        reason = unfit[kind.name] or _against(stability[kind.name], agreement.get(kind.name))
        detectors.append(
            Detector(
                name=kind.name,
                used=reason is None,
                stability=_told(stability.get(kind.name)),
                agreement=_told(agreement.get(kind.name)),
                reason=reason or "it fits the table, and says the same learnt from other rows of it",
            )
        )
    used = [members[detector.name] for detector in detectors if detector.used] or list(members.values())[:1]
    return Ensemble(tuple(used), tuple(detectors))


def _member(kind: Kind, points: Points) -> Member:
    fitted = kind.fit(points)
    return Member(kind.name, fitted, np.sort(fitted.score(points)))


def _against(stability: float, agreement: float | None) -> str | None:
    if stability < _LEAST_STABLE:
        return "learnt from other rows of the table it says something else"
    if agreement is not None and agreement < _LEAST_AGREEING:
        return "it contradicts the other detectors"
    return None


def _stability(kinds: list[Kind], points: Points) -> dict[str, float]:
    order = np.random.default_rng(SEED).permutation(len(points))[: 2 * _MOST_TRIED]
    halves = (points.some(np.sort(order[::2])), points.some(np.sort(order[1::2])))
    tried = points.some(np.sort(order[:_MOST_TRIED]))
    found = {}
    for kind in kinds:
        if any(kind.unfit(half) is not None for half in halves):
            found[kind.name] = 1.0  # too few rows to learn from half of them, which does not speak against it
            continue
        first, second = (kind.fit(half).score(tried) for half in halves)
        found[kind.name] = _correlation(first, second)
    return found


def _agreement(members: dict[str, Member], points: Points) -> dict[str, float]:
    if len(members) < 3:
        return {}
    tried = points.some(np.sort(np.random.default_rng(SEED).permutation(len(points))[:_MOST_TRIED]))
    logs = {name: np.log(member.odder(member.fitted.score(tried))) for name, member in members.items()}
    return {
        name: _correlation(own, np.mean([other for given, other in logs.items() if given != name], axis=0))
        for name, own in logs.items()
    }


def _correlation(first: Floats, second: Floats) -> float:
    """Spearman's rank correlation; 0 where a side does not vary."""
    from voyant.analysis.insights.ranks import midranks

    a, b = midranks(first), midranks(second)
    if a.std() == 0 or b.std() == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _told(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
