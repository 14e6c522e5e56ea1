"""Two groupings that together explain more of a measure than each alone: one combination stands apart."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from voyant.analysis.insights import statistics
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Search, Telling, saturating
from voyant.analysis.insights.frame import Factor, Frame, Measure
from voyant.analysis.insights.labels import value_name
from voyant.analysis.insights.relations import Relations
from voyant.analysis.insights.statistics import Floats
from voyant.analysis.wording import average_name, readable, sentence
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.lake.sql import identifier

_MOST_VALUES = 12
_MOST_PAIRS = 45
_MOST_WORK = 8_000_000
"""Rows times pairs times measures; beyond it fewer pairs are looked at."""
_FEWEST_IN_CELL = 5
_SMALLEST_EFFECT = 0.02


def look(frame: Frame, relations: Relations) -> Search:
    search = Search()
    factors = [factor for factor in frame.factors if len(factor.values) <= _MOST_VALUES]
    pairs = [(a, b) for a, b in combinations(factors, 2) if not relations.bind(a.name, b.name)]
    most = max(3, min(_MOST_PAIRS, _MOST_WORK // (frame.rows * max(1, len(frame.measures)) + 1)))
    if len(pairs) > most and frame.measures:
        search.skipped.append(f"Of {len(pairs)} pairs of groupings, the first {most} were looked at together.")
    for a, b in pairs[:most]:
        for measure in frame.measures:
            if not relations.bind(a.name, measure.name) and not relations.bind(b.name, measure.name):
                comparison = _compared(frame, a, b, measure)
                if comparison is not None:
                    search.comparisons.append(comparison)
    return search


def _compared(frame: Frame, a: Factor, b: Factor, measure: Measure) -> Comparison | None:
    held = (a.codes >= 0) & (b.codes >= 0) & measure.known
    shape = (len(a.values), len(b.values))
    cells = a.codes[held] * shape[1] + b.codes[held]
    large = np.bincount(cells, minlength=shape[0] * shape[1])[cells] >= _FEWEST_IN_CELL
    if large.sum() < 40:
        return None
    cells = cells[large]
    ranks = measure.ranks[held][large]
    n = len(ranks)
    counts: Floats = np.bincount(cells, minlength=shape[0] * shape[1]).astype(np.float64)
    means = np.bincount(cells, weights=ranks, minlength=len(counts)) / np.maximum(counts, 1)
    within = float((ranks**2).sum() - (counts * means**2).sum())
    table = counts.reshape(shape)
    fitted, parameters = _additive(table, means.reshape(shape))
    left = means.reshape(shape) - fitted
    between = float((table * left**2).sum())
    used = int((counts > 0).sum())
    freedom, rest = used - parameters, n - used
    if freedom < 1 or rest < 10 or within <= 0:
        return None
    statistic = between / freedom / (within / rest)
    total = float(((ranks - ranks.mean()) ** 2).sum())
    effect = max(0.0, (between - freedom * within / rest) / total) if total > 0 else 0.0
    cell = _standing_apart(table, left)
    return Comparison(
        question=Question.INTERACTION,
        test="F of the interaction, on ranks",
        effect_name="omega squared",
        effect=effect,
        p=statistics.f_tail(statistic, freedom, rest),
        n=n,
        claim=_interaction(frame, a, b, measure, cell, effect) if effect >= _SMALLEST_EFFECT and cell else None,
    )


def _additive(counts: Floats, means: Floats) -> tuple[Floats, int]:
    """Weighted least squares of cell means by both groupings without interaction, and its number of parameters."""
    rows, columns = (np.flatnonzero(counts.sum(axis=axis) > 0) for axis in (1, 0))
    design, target, weights = [], [], []
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            if counts[row, column] > 0:
                line = np.zeros(len(rows) + len(columns) - 1)
                line[i] = 1
                if j:
                    line[len(rows) + j - 1] = 1
                design.append(line)
                target.append(means[row, column])
                weights.append(np.sqrt(counts[row, column]))
    x, w = np.asarray(design), np.asarray(weights)
    solution, _, rank, _ = np.linalg.lstsq(x * w[:, None], np.asarray(target) * w, rcond=None)
    fitted = means.copy()
    fitted[counts > 0] = x @ solution
    return fitted, int(rank)


def _standing_apart(counts: Floats, left: Floats) -> tuple[int, int] | None:
    """The cell that departs most from what both groupings alone would give, by the sum of squares that it adds."""
    weight = np.where(counts >= 2 * _FEWEST_IN_CELL, counts * left**2, 0.0)
    if not weight.any():
        return None
    i, j = np.unravel_index(int(np.argmax(weight)), weight.shape)
    return int(i), int(j)


def _interaction(frame: Frame, a: Factor, b: Factor, measure: Measure, cell: tuple[int, int], effect: float) -> Claim:
    first, second = a.is_value(cell[0]), b.is_value(cell[1])
    column = identifier(measure.name)
    sql = (
        "SELECT\n"
        f"  avg(CASE WHEN {first} AND {second} THEN {column} END) AS together,\n"
        f"  avg(CASE WHEN {first} AND NOT ({second}) THEN {column} END) AS first_without,\n"
        f"  avg(CASE WHEN NOT ({first}) AND {second} THEN {column} END) AS second_without,\n"
        f"  sum(CASE WHEN {first} AND {second} THEN 1 ELSE 0 END) AS records\n"
        f"FROM {frame.source}\n"
        f"WHERE {column} IS NOT NULL AND {identifier(a.name)} IS NOT NULL AND {identifier(b.name)} IS NOT NULL"
    )
    labels = value_name(a, cell[0]), value_name(b, cell[1])
    unit = measure.column.unit

    def tell(telling: Telling) -> str | None:
        values = [telling.value(name) for name in ("together", "first_without", "second_without")]
        if any(value != value for value in values) or min(values[1:]) <= values[0] <= max(values[1:]):
            return None
        if abs(values[0] - max(values[1:], key=lambda v: -abs(v - values[0]))) < 0.1 * max(map(abs, values)):
            return None
        return sentence(
            f"{average_name(measure.column)} is {telling.quantity('together', unit)} where {labels[0]} meets "
            f"{labels[1]}, against {telling.quantity('first_without', unit)} for {labels[0]} otherwise and "
            f"{telling.quantity('second_without', unit)} for {labels[1]} otherwise"
        )

    return Claim(
        kind="interaction",
        columns=(measure.name, a.name, b.name),
        focus=((a.name, a.values[cell[0]]), (b.name, b.values[cell[1]])),
        sql=sql,
        tell=tell,
        strength=0.3 + 0.55 * saturating(np.sqrt(effect), 0.3),
        title=f"{average_name(measure.column)} by {readable(a.name)} and {readable(b.name)}",
        severity=Severity.NOTICE,
        view=_view(frame, a, b, measure),
    )


def _view(frame: Frame, a: Factor, b: Factor, measure: Measure) -> View:
    first, second = identifier(a.name), identifier(b.name)
    return View(
        name=f"{measure.name}_by_{a.name}_and_{b.name}",
        title=sentence(f"{average_name(measure.column)} by {readable(a.name)} and {readable(b.name)}")[:-1],
        mark=Mark.HEATMAP,
        sql=(
            f"SELECT {first}, {second}, avg({identifier(measure.name)}) AS value, count(*) AS records\n"
            f"FROM {frame.source}\nWHERE {first} IS NOT NULL AND {second} IS NOT NULL "
            f"AND {identifier(measure.name)} IS NOT NULL\nGROUP BY 1, 2\nORDER BY 1, 2"
        ),
        x=Axis(field=b.name, title=readable(b.name), kind="category"),
        y=Axis(field=a.name, title=readable(a.name), kind="category"),
        color=Axis(field="value", title=average_name(measure.column), kind="number", unit=measure.column.unit),
    )
