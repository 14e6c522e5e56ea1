"""Pairs of columns that go together otherwise than before."""

from __future__ import annotations

import math

from scipy import special

from voyant.analysis.drift.outlines import Outline
from voyant.analysis.insights.statistics import adjusted
from voyant.analysis.rounding import rounded
from voyant.domain.drift import AssociationDrift, Thresholds, Verdict
from voyant.domain.profile import Association

MOST_SHOWN = 20
_MOST_LEVELS = 256
_FEWEST_EXPECTED = 5


def changed_associations(
    before: Outline, after: Outline, thresholds: Thresholds
) -> tuple[tuple[AssociationDrift, ...], int]:
    """The pairs whose strength changed by the threshold and more than chance explains, largest change first; and of
    how many pairs they are.

    Rank correlations are compared by Fisher's z with the variance of Bonett and Wright (2000); the other measures by
    their squares, whose chi-square has a known variance.
    """
    known = {frozenset((each.a, each.b)): each for each in after.associations}
    both = [
        (earlier, later)
        for earlier in before.associations
        if (later := known.get(frozenset((earlier.a, earlier.b)))) is not None
        and later.measure == earlier.measure
        and _is_filled(earlier, before)
        and _is_filled(later, after)
    ]
    tested = [(earlier, later, _p(earlier, later, before, after)) for earlier, later in both]
    q_values = adjusted([p for _, _, p in tested])
    found = [
        _as_drift(earlier, later, p, q)
        for (earlier, later, p), q in zip(tested, q_values, strict=True)
        if q <= thresholds.significance and abs(_signed(later) - _signed(earlier)) >= thresholds.association
    ]
    found.sort(key=lambda each: (-abs(each.after - each.before), each.a, each.b))
    return tuple(found), len(tested)


def _as_drift(before: Association, after: Association, p: float, q: float) -> AssociationDrift:
    return AssociationDrift(
        a=before.a,
        b=before.b,
        measure=before.measure,
        before=_signed(before),
        after=_signed(after),
        p_value=rounded(p),
        q_value=rounded(q),
        verdict=Verdict.DRIFTED,
    )


def _signed(each: Association) -> float:
    """With its direction, where the measure has one."""
    return -each.strength if each.measure == "spearman" and each.direction < 0 else each.strength


def _p(before: Association, after: Association, *sides: Outline) -> float:
    if before.measure == "spearman":
        z, variance = 0.0, 0.0
        for sign, each in ((-1, before), (1, after)):
            rho = max(-0.999999, min(0.999999, _signed(each)))
            z += sign * math.atanh(rho)
            variance += (1 + rho**2 / 2) / max(1, each.n - 3)
    else:
        z, variance = 0.0, 0.0
        for sign, each, side in zip((-1, 1), (before, after), sides, strict=True):
            square, spread = _square(each, side)
            z += sign * square
            variance += spread
    return float(special.erfc(abs(z) / math.sqrt(2 * variance))) if variance > 0 else 1.0


def _square(each: Association, side: Outline) -> tuple[float, float]:
    """The squared effect and its variance: of a chi-square with f degrees of freedom and n times the effect as its
    noncentrality it is (2 f + 4 n effect) / n²."""
    levels = _levels(each, side)
    if each.measure == "cramers_v":
        freedom, effect = (levels[0] - 1) * (levels[1] - 1), each.strength**2 * max(1, levels[0] - 1)
    else:
        freedom, effect = levels[0] - 1, each.strength**2 / max(1e-9, 1 - each.strength**2)
    return effect, (2 * freedom + 4 * each.n * effect) / each.n**2


def _levels(each: Association, side: Outline) -> list[int]:
    """How many values each side has, fewest first; of a category and a number only the category's count."""
    columns = [side.columns[name] for name in (each.a, each.b)]
    if each.measure == "eta":
        categories = [column for column in columns if not (column.type.is_numeric or column.type.is_temporal)]
        columns = categories or [min(columns, key=lambda column: column.distinct.value)]
    return sorted(min(_MOST_LEVELS, column.distinct.value) for column in columns)


def _is_filled(each: Association, side: Outline) -> bool:
    """Whether there are rows enough for the chi-square of the categories (Cochran 1954)."""
    return each.measure == "spearman" or each.n >= _FEWEST_EXPECTED * math.prod(_levels(each, side))
