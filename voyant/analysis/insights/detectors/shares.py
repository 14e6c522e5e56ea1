"""Groups whose make-up differs: the share of one value of a column across the values of another."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from msgspec import Struct

from voyant.analysis.insights import statistics
from voyant.analysis.insights.clauses import known, share
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Search, Telling, coverage, saturating
from voyant.analysis.insights.detectors.differences import contrast
from voyant.analysis.insights.frame import Factor, Frame
from voyant.analysis.insights.labels import group_label, speaks_for_itself, value_name
from voyant.analysis.insights.outcomes import is_outcome
from voyant.analysis.insights.relations import Relations
from voyant.analysis.insights.statistics import Ints
from voyant.analysis.wording import readable, sentence
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.lake.sql import identifier

FEWEST_IN_GROUP = 10
_SMALLEST_EFFECT = 0.1
_SMALLEST_GAP = 0.05
_LARGEST_DENIED = 0.2
_WIDEST_DENIED = 15.0
"""Points between the lowest and the highest group: a wider spread is not called the same."""


def look(frame: Frame, relations: Relations) -> Search:
    search = Search()
    if not frame.counted and len(frame.measures) > 0 and frame.clock is not None and frame.clock.regular:
        return search  # a regular series: who is in it was decided by whoever sampled it
    for a, b in combinations(frame.factors, 2):
        if not relations.bind(a.name, b.name):
            search.comparisons.append(_compared(frame, a, b))
    return search


def cross(a: Factor, b: Factor) -> Ints:
    """Rows by the values of both."""
    held = (a.codes >= 0) & (b.codes >= 0)
    width = len(b.values)
    flat = np.bincount(a.codes[held] * width + b.codes[held], minlength=len(a.values) * width)
    return flat.reshape(len(a.values), width).astype(np.int64)


def _compared(frame: Frame, a: Factor, b: Factor) -> Comparison:
    table = cross(a, b)
    large_a, large_b = table.sum(axis=1) >= FEWEST_IN_GROUP, table.sum(axis=0) >= FEWEST_IN_GROUP
    result = statistics.chi_square(table[large_a][:, large_b])
    matters = result.effect >= _SMALLEST_EFFECT and result.p < 0.05
    claim = _difference(frame, a, b, table, result.effect) if matters else None
    even = result.p > 0.05 and result.upper <= _LARGEST_DENIED
    return Comparison(
        question=Question.SHARES,
        test="chi-square",
        effect_name="Cramér's V, bias-corrected",
        effect=result.effect,
        p=result.p,
        n=result.n,
        claim=claim,
        denial=_no_difference(frame, a, b, table) if even else None,
    )


class Cell(Struct, frozen=True):
    """A pair of values: ``phi`` says how far they go together beyond chance, ``gap`` by how much the share of the
    second within the first lies above its share elsewhere."""

    group: int
    value: int
    phi: float
    gap: float


def telling_cell(table: Ints, only_value: int | None = None) -> Cell | None:
    """The pair of values, each of some size, that goes together most; of the second, ``only_value`` where given."""
    n = float(table.sum())
    rows, columns = table.sum(axis=1).astype(float), table.sum(axis=0).astype(float)
    best: Cell | None = None
    for i in range(table.shape[0]):
        for j in range(table.shape[1]):
            if only_value not in {None, j}:
                continue
            if rows[i] < FEWEST_IN_GROUP or columns[j] < FEWEST_IN_GROUP or rows[i] >= n - FEWEST_IN_GROUP:
                continue
            scale = np.sqrt(rows[i] * (n - rows[i]) * columns[j] * (n - columns[j]))
            phi = (n * table[i, j] - rows[i] * columns[j]) / scale if scale > 0 else 0.0
            gap = table[i, j] / rows[i] - (columns[j] - table[i, j]) / (n - rows[i])
            if gap > 0 and (best is None or phi > best.phi + 1e-12):
                best = Cell(i, j, float(phi), float(gap))
    return best


def _difference(frame: Frame, a: Factor, b: Factor, table: Ints, effect: float) -> Claim | None:
    forward, backward = telling_cell(table, b.truth), telling_cell(table.T, a.truth)
    if forward is None or backward is None:
        return None
    if _speaks_first(forward, backward, a, b):
        a, b, cell = b, a, backward
    else:
        cell = forward
    same_name = a.values[cell.group].casefold() == b.values[cell.value].casefold()
    if cell.gap < _SMALLEST_GAP or (same_name and speaks_for_itself(a)):
        return None  # the same name on both sides: two columns for one thing
    what = value_name(b, cell.value)
    who = group_label(a, a.values[cell.group]) if speaks_for_itself(a) else value_name(a, cell.group)

    def tell(telling: Telling) -> str | None:
        text = contrast(telling, a, f"the share of {what}", "share", telling.percent)
        top = telling.rows[0]
        if text is None or str(top[a.name]).casefold() != a.values[cell.group].casefold():
            return text
        records = [telling.value("records", row) for row in range(len(telling.rows))]
        if not max(40, 130 * records[0] / sum(records)) <= telling.value("part") < 99:
            return text
        return f"{text[:-1]}; {telling.percent('part')} of all {what} records are {who}."

    weight = coverage(float(a.counts[cell.group]), frame.rows)
    return Claim(
        kind="share_difference",
        columns=(b.name, a.name),
        focus=((b.name, b.values[cell.value]), (a.name, a.values[cell.group])),
        sql=share_by(frame, a, b, cell.value),
        tell=tell,
        strength=0.25 + 0.65 * saturating((cell.phi + max(effect, cell.phi)) / 2, 0.35) * weight,
        title=f"share of {what} by {readable(a.name)}",
        severity=Severity.NOTICE,
        view=share_view(frame, a, b, cell.value, f"The share of {what} differs by {readable(a.name)}"),
    )


def _speaks_first(forward: Cell, backward: Cell, a: Factor, b: Factor) -> bool:
    """Whether the share is told of ``a`` by ``b``: shares are told of outcomes, else of what differs more."""
    outcomes = _outcome(a), _outcome(b)
    if outcomes[0] != outcomes[1]:
        first = outcomes[0] > outcomes[1]
        outcome_gap, other_gap = (backward.gap, forward.gap) if first else (forward.gap, backward.gap)
        return first if outcome_gap >= 0.4 * other_gap else not first
    return backward.gap > forward.gap + 1e-9


def _outcome(factor: Factor) -> int:
    """How far a grouping says how a record turned out: 2 by its name, 1 by being a yes or no, 0 not at all."""
    return 2 if is_outcome(factor.column) else int(factor.truth is not None)


def share_by(frame: Frame, group: Factor, factor: Factor, value: int) -> str:
    """The share of one value in each group, highest first."""
    column, condition = identifier(group.name), factor.is_value(value)
    hits = f"sum(CASE WHEN {condition} THEN 1 ELSE 0 END)"
    return (
        f"SELECT {column}, {share(condition)} AS share, count(*) AS records,\n"
        f"  100.0 * {hits} / sum({hits}) OVER () AS part\n"
        f"FROM {frame.source}\nWHERE {known(group.column, factor.column)}\n"
        f"GROUP BY {column}\nHAVING count(*) >= {FEWEST_IN_GROUP}\nORDER BY share DESC, {column}\nLIMIT 60"
    )


def share_view(frame: Frame, group: Factor, factor: Factor, value: int, title: str) -> View:
    return View(
        name=f"share_of_{factor.name}_by_{group.name}",
        title=sentence(title)[:-1],
        mark=Mark.BAR,
        sql=share_by(frame, group, factor, value),
        x=Axis(field=group.name, title=readable(group.name), kind="category"),
        y=Axis(field="share", title=f"share of {value_name(factor, value)}", kind="number", unit="%"),
        highlight=group.values[0] if group.values else None,
    )


def _no_difference(frame: Frame, a: Factor, b: Factor, table: Ints) -> Claim:
    value = int(np.argmax(table.sum(axis=0)))
    what = value_name(b, value)

    def tell(telling: Telling) -> str | None:
        last = len(telling.rows) - 1
        if last < 1 or telling.value("share") - telling.value("share", last) > _WIDEST_DENIED:
            return None
        lowest, highest = telling.percent("share", last), telling.percent("share")
        lies = f"is {highest}" if lowest == highest else f"lies between {lowest} and {highest}"
        return sentence(
            f"{readable(b.name)} does not depend on {readable(a.name)}: the share of {what} {lies} in all groups"
        )

    return Claim(
        kind="no_share_difference",
        columns=(b.name, a.name),
        sql=share_by(frame, a, b, value),
        tell=tell,
        strength=0.22,
        title=f"share of {what} by {readable(a.name)}",
        view=share_view(frame, a, b, value, f"The share of {what} does not differ by {readable(a.name)}"),
    )
