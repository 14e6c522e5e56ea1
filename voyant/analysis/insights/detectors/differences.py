"""Measures that differ between groups: which is highest, which lowest, which stands apart."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from voyant.analysis.insights import statistics
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Search, Telling, saturating
from voyant.analysis.insights.detectors.outcome_shares import is_told_by_measure, share_by_bracket
from voyant.analysis.insights.detectors.sameness import FEWEST_IN_GROUP, no_difference
from voyant.analysis.insights.frame import Factor, Frame, Measure
from voyant.analysis.insights.labels import group_label, speaks_for_itself
from voyant.analysis.insights.outcomes import is_result
from voyant.analysis.insights.relations import Relations
from voyant.analysis.wording import average_name, called, readable, sentence
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.lake.sql import identifier

Stated = Callable[[str, int], str]
"""A number of a column and row of the result, as text."""

_SMALLEST_EFFECT = 0.01
_LARGEST_DENIED = 0.04
_FEWEST_DENIED = 15
_MOST_DENIED = 15
_WIDEST_DENIED = 0.25
"""Between the lowest and the highest group, of the highest: a wider spread is not called the same."""


def look(frame: Frame, relations: Relations) -> Search:
    search = Search()
    for measure in frame.measures:
        same: list[Factor] = []
        for factor in frame.factors:
            if not relations.bind(factor.name, measure.name):
                _compare(frame, factor, measure, search, same)
        if same:
            claim = no_difference(frame, measure, same)
            search.comparisons.append(Comparison(question=Question.DIFFERENCE, n=frame.rows, claim=claim))
    return search


def _compare(frame: Frame, factor: Factor, measure: Measure, search: Search, same: list[Factor]) -> None:
    """Adds the comparison to the search, and the grouping to ``same`` where its groups are shown to be alike."""
    held = (factor.codes >= 0) & measure.known
    codes = factor.codes[held]
    counts = np.bincount(codes, minlength=len(factor.values))
    large = counts >= FEWEST_IN_GROUP
    if large.sum() < 2:
        return
    rows = np.flatnonzero(held)[large[codes]]
    codes = factor.codes[rows]
    result = statistics.kruskal_wallis(codes, len(factor.values), measure.ranks[rows])
    matters = result.effect >= _SMALLEST_EFFECT and result.p < 0.05
    search.comparisons.append(
        Comparison(
            question=Question.DIFFERENCE,
            test="Kruskal-Wallis",
            effect_name="epsilon squared",
            effect=result.effect,
            p=result.p,
            n=result.n,
            claim=_claim(frame, factor, measure, rows, result.effect) if matters else None,
        )
    )
    powered = result.upper <= _LARGEST_DENIED and result.p > 0.05 and int(counts[large].min()) >= _FEWEST_DENIED
    if powered and not factor.others and len(factor.values) <= _MOST_DENIED:
        sums = np.bincount(codes, weights=measure.values[rows], minlength=len(counts))
        means = sums[large] / counts[large]
        if float(means.max() - means.min()) <= _WIDEST_DENIED * float(np.abs(means).max()):
            same.append(factor)


def _claim(frame: Frame, factor: Factor, measure: Measure, rows: NDArray[np.intp], effect: float) -> Claim:
    if is_told_by_measure(factor, measure):
        claim = share_by_bracket(frame, factor, measure, effect)
        if claim is not None:
            return claim
    return _difference(frame, factor, measure, rows, effect)


def typical(factor: Factor, measure: Measure, rows: NDArray[np.intp]) -> str:
    """``avg``, unless a few large values would decide which group is highest: then ``median``."""
    codes, places, levels = factor.codes[rows], measure.places[rows], measure.levels
    counts = np.bincount(codes, minlength=len(factor.values))
    large = counts >= FEWEST_IN_GROUP
    sums = np.bincount(codes, weights=measure.values[rows], minlength=len(counts))
    means = np.where(large, sums / np.maximum(counts, 1), -np.inf)
    # All groups are sorted at once, each in its own stretch; the two in the middle are one where the group is odd.
    in_order = np.sort(codes * len(levels) + places)
    middles = [(np.cumsum(counts) - counts + (counts - odd) // 2)[large] for odd in (1, 0)]
    medians = np.full(len(counts), -np.inf)
    medians[large] = sum(levels[in_order[middle] % len(levels)] for middle in middles) / 2
    highest_by_median = np.flatnonzero(medians == medians.max())
    if len(highest_by_median) > 1:  # many equal values, as with zeros
        return "avg"
    return "avg" if int(np.argmax(means)) in highest_by_median else "median"


def grouped(frame: Frame, factor: Factor, measure: Measure, aggregate: str) -> str:
    """The typical value of each group, highest first."""
    column, group = identifier(measure.name), identifier(factor.name)
    return (
        f"SELECT {group}, {aggregate}({column}) AS typical, count({column}) AS records\n"
        f"FROM {frame.source}\nWHERE {group} IS NOT NULL AND {column} IS NOT NULL\n"
        f"GROUP BY {group}\nHAVING count({column}) >= {FEWEST_IN_GROUP}\nORDER BY typical DESC, {group}\nLIMIT 60"
    )


def measure_name(measure: Measure, aggregate: str) -> str:
    return average_name(measure.column) if aggregate == "avg" else f"median {called(measure.column)}"


def _difference(frame: Frame, factor: Factor, measure: Measure, rows: NDArray[np.intp], effect: float) -> Claim:
    aggregate = typical(factor, measure, rows)
    name = measure_name(measure, aggregate)
    unit = measure.column.unit

    def tell(telling: Telling) -> str | None:
        return contrast(telling, factor, name, "typical", lambda column, row: telling.quantity(column, unit, row))

    return Claim(
        kind="difference",
        columns=(measure.name, factor.name),
        sql=grouped(frame, factor, measure, aggregate),
        tell=tell,
        strength=(0.3 + 0.65 * saturating(np.sqrt(effect), 0.35)) * (1.0 if is_result(measure.column) else 0.93),
        title=f"{name} by {readable(factor.name)}",
        severity=Severity.NOTICE,
        view=bar_view(frame, factor, measure, aggregate, f"{name} by {readable(factor.name)}"),
    )


def contrast(telling: Telling, factor: Factor, name: str, column: str, stated: Stated) -> str | None:
    """Which group is highest and which lowest, and, where one stands apart, only that one against all others."""
    rows = telling.rows
    if len(rows) < 2:
        return None
    last = len(rows) - 1
    values = [telling.value(column, row) for row in range(len(rows))]
    if values[0] == values[last]:
        return None
    label = [group_label(factor, row[factor.name]) for row in rows]
    by = readable(factor.name)

    def size(row: int) -> str:
        return f" ({telling.count('records', row)} records)"

    if last == 1 and not speaks_for_itself(factor):
        first, second = f"where {by} is {label[0]}", f"where it is {label[1]}"
        return sentence(f"{name} is {stated(column, 0)} {first}, against {stated(column, 1)} {second}")
    if last == 1:
        return sentence(
            f"By {by}, {name} is {stated(column, 0)} for {label[0]} against {stated(column, 1)} for {label[1]}"
        )
    spread = values[0] - values[last]
    if values[0] - values[1] >= 0.5 * spread:
        others = f"{stated(column, last)} to {stated(column, 1)}" if values[1] != values[last] else stated(column, 1)
        return sentence(
            f"By {by}, {name} is highest for {label[0]}{size(0)}: {stated(column, 0)}, against {others} for the others"
        )
    if values[last - 1] - values[last] >= 0.5 * spread:
        others = f"{stated(column, last - 1)} to {stated(column, 0)}"
        return sentence(
            f"By {by}, {name} is lowest for {label[last]}{size(last)}: {stated(column, last)}, "
            f"against {others} for the others"
        )
    return sentence(
        f"By {by}, {name} is highest for {label[0]} ({stated(column, 0)}) and {label[1]} ({stated(column, 1)}), "
        f"lowest for {label[last]} ({stated(column, last)})"
    )


def bar_view(frame: Frame, factor: Factor, measure: Measure, aggregate: str, title: str) -> View:
    return View(
        name=f"{measure.name}_by_{factor.name}",
        title=sentence(title)[:-1],
        mark=Mark.BAR,
        sql=grouped(frame, factor, measure, aggregate),
        x=Axis(field=factor.name, title=readable(factor.name), kind="category"),
        y=Axis(
            field="typical",
            title=measure_name(measure, aggregate),
            kind="number",
            unit=measure.column.unit,
        ),
    )
