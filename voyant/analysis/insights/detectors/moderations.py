"""Groups in which two measures go together quite differently from elsewhere."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy import special

from voyant.analysis.insights import statistics
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Search, Telling, coverage, saturating
from voyant.analysis.insights.detectors.associations import as_driver_and_outcome, bracket_sql, brackets_of, is_whole
from voyant.analysis.insights.frame import Factor, Frame, Measure
from voyant.analysis.insights.labels import value_name
from voyant.analysis.insights.outcomes import is_result
from voyant.analysis.insights.ranks import Floats, Ints, midranks, midranks_of
from voyant.analysis.insights.relations import Relations
from voyant.analysis.wording import average_name, called, sentence
from voyant.domain.finding import Severity

MOST_GROUPS = 8
MOST_FACTORS = 6
MOST_PAIRS = 10
_FEWEST_RECORDS = 25
_SMALLEST_RHO = 0.4
_SMALLEST_DIFFERENCE = 0.3
_NOISE = 1e-12
"""Of a sum of squares, what rounding may leave where nothing varies."""
_MOST_WORK = 30_000_000
"""Rows times groupings times pairs of measures; beyond it only the first pairs are looked at."""


class _Products(Struct, frozen=True):
    """What correlations within any grouping of the rows are summed from: deviations from the mean, their products."""

    terms: tuple[Floats, ...]

    @classmethod
    def of(cls, x: Floats, y: Floats) -> _Products:
        a, b = x - x.mean(), y - y.mean()
        return cls((a, b, a * a, b * b, a * b))

    def elsewhere(self, codes: Ints, groups: int) -> Floats:
        """For each group Pearson's correlation among the rows of all others, rows of no group (-1) left out; 0 where
        one side does not vary there. One pass, however many groups: their sums are taken off the sums over all."""
        sums = [np.bincount(codes + 1, weights=weights, minlength=groups + 1)[1:] for weights in (None, *self.terms)]
        rows, a, b, aa, bb, ab = (total.sum() - total for total in sums)
        rows = np.maximum(rows, 1)
        spread_a, spread_b = aa - a**2 / rows, bb - b**2 / rows
        varies = (spread_a > _NOISE * sums[3].sum()) & (spread_b > _NOISE * sums[4].sum())
        scale = np.sqrt(np.where(varies, spread_a * spread_b, 1.0))
        return np.where(varies, (ab - a * b / rows) / scale, 0.0)


def look(frame: Frame, relations: Relations) -> Search:
    search = Search()
    pairs = [(a, b) for a, b in combinations(frame.measures, 2) if not relations.bind(a.name, b.name)]
    factors = frame.factors[:MOST_FACTORS]
    most = min(MOST_PAIRS, max(1, _MOST_WORK // (1 + frame.rows * max(1, len(factors)))))
    if len(pairs) > most:
        search.skipped.append(
            f"Of {len(pairs)} pairs of measures, the {most} most telling were compared between groups."
        )
        pairs.sort(key=lambda pair: -sum(is_result(measure.column) for measure in pair))
    for a, b in pairs[:most]:
        driver, outcome = as_driver_and_outcome(a, b)
        held = np.flatnonzero(driver.known & outcome.known)
        if len(held) < 2 * _FEWEST_RECORDS:
            continue
        products = _Products.of(driver.ranks[held], outcome.ranks[held])
        for factor in factors:
            if not relations.bind(factor.name, a.name) and not relations.bind(factor.name, b.name):
                elsewhere = products.elsewhere(factor.codes[held], len(factor.values))
                search.comparisons += _compared(frame, factor, driver, outcome, elsewhere)
    return search


def _compared(
    frame: Frame, factor: Factor, driver: Measure, outcome: Measure, all_elsewhere: Floats
) -> list[Comparison]:
    known = driver.known & outcome.known
    rows = [of_value[known[of_value]] for of_value in factor.rows]
    total = sum(map(len, rows))
    found = []
    for index, inside in enumerate(rows[:MOST_GROUPS]):
        n, others, elsewhere = len(inside), total - len(inside), float(all_elsewhere[index])
        if n < _FEWEST_RECORDS or others < _FEWEST_RECORDS:
            continue
        within = statistics.correlation(midranks_of(driver.places[inside]), midranks_of(outcome.places[inside]))
        # Fisher's z; 1.06 for the variance of rank correlations (Fieller, Hartley and Pearson 1957).
        z = math.atanh(_bounded(within)) - math.atanh(_bounded(elsewhere))
        p = float(special.erfc(abs(z) / math.sqrt(2 * 1.06 * (1 / (n - 3) + 1 / (others - 3)))))
        matters = (
            p < 0.05 and abs(within) >= _SMALLEST_RHO and abs(within) - abs(elsewhere) >= _SMALLEST_DIFFERENCE
        ) or (p < 0.05 and within * elsewhere < 0 and min(abs(within), abs(elsewhere)) >= _SMALLEST_DIFFERENCE)
        found.append(
            Comparison(
                question=Question.ASSOCIATION,
                test="Fisher's z for the difference of two rank correlations",
                effect_name="difference of rho",
                effect=within - elsewhere,
                p=p,
                n=n + others,
                note=f"Rho is {within:.2f} within the group and {elsewhere:.2f} elsewhere.",
                claim=_moderated(frame, factor, index, driver, outcome, inside, within) if matters else None,
            )
        )
    return found


def _bounded(rho: float) -> float:
    return max(-0.999, min(0.999, rho))


def _moderated(
    frame: Frame,
    factor: Factor,
    index: int,
    driver: Measure,
    outcome: Measure,
    inside: NDArray[np.intp],
    within: float,
) -> Claim | None:
    brackets = brackets_of(driver.values[inside], midranks(outcome.values[inside]), is_whole(driver))
    if not brackets:
        return None
    brackets = (brackets[0], brackets[-1]) if len(brackets) > 1 else brackets
    sql = bracket_sql(frame, driver, outcome, brackets, "avg", factor.is_value(index))
    label = value_name(factor, index)
    units = driver.column.unit, outcome.column.unit

    def tell(telling: Telling) -> str | None:
        last = len(telling.rows) - 1
        if last < 1 or (telling.value("typical", last) > telling.value("typical")) is not (within > 0):
            return None
        return sentence(
            f"among {label} records, {average_name(outcome.column)} {'rises' if within > 0 else 'falls'} clearly with "
            f"{called(driver.column)}, unlike elsewhere: {telling.quantity('typical', units[1])} below "
            f"{telling.edge('below', units[0])}, {telling.quantity('typical', units[1], last)} from "
            f"{telling.edge('below', units[0], last - 1)} on"
        )

    return Claim(
        kind="group_association",
        columns=(outcome.name, driver.name, factor.name),
        focus=((factor.name, factor.values[index]),),
        sql=sql,
        tell=tell,
        strength=0.35 + 0.5 * saturating(within, 0.6) * coverage(float(len(inside)), frame.rows),
        title=f"{average_name(outcome.column)} by {called(driver.column)} among {label}",
        severity=Severity.NOTICE,
    )
