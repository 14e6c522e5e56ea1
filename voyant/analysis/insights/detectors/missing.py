"""Values that are missing far more often in some groups than in others."""

from __future__ import annotations

import numpy as np

from voyant.analysis.insights import statistics
from voyant.analysis.insights.clauses import share
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Search, Telling, saturating
from voyant.analysis.insights.detectors.differences import contrast
from voyant.analysis.insights.frame import Factor, Frame
from voyant.analysis.insights.labels import group_label
from voyant.analysis.insights.relations import Relations
from voyant.analysis.wording import listed, readable, sentence
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.domain.table import Column
from voyant.lake.sql import identifier

_MOST_COLUMNS = 12
_FEWEST_MISSING = 0.02
_SMALLEST_EFFECT = 0.25
_FEWEST_IN_GROUP = 10


def look(frame: Frame, _: Relations) -> Search:
    search = Search()
    rows = frame.table.dataset.rows
    gaps = [
        column
        for column in frame.table.dataset.columns
        if column.formula is None
        and _FEWEST_MISSING <= frame.described[column.name].nulls / max(1, rows) <= 1 - _FEWEST_MISSING
    ][:_MOST_COLUMNS]
    if not gaps or not frame.factors:
        return search
    absent = frame.table.arrow(
        f"SELECT {', '.join(f'{identifier(column.name)} IS NULL AS c{i}' for i, column in enumerate(gaps))}\n"
        f"FROM {frame.source}{frame.sampling}"
    )
    for i, column in enumerate(gaps):
        missing = np.asarray(absent.column(f"c{i}").to_numpy(), dtype=np.int64)
        for factor in frame.factors:
            if factor.name != column.name:
                search.comparisons.append(_compared(frame, column, factor, missing))
    return search


def _compared(frame: Frame, column: Column, factor: Factor, missing: statistics.Ints) -> Comparison:
    held = factor.codes >= 0
    table = np.bincount(factor.codes[held] * 2 + missing[held], minlength=2 * len(factor.values)).reshape(-1, 2)
    large = table.sum(axis=1) >= _FEWEST_IN_GROUP
    result = statistics.chi_square(table[large])
    matters = result.p < 0.05 and result.effect >= _SMALLEST_EFFECT
    return Comparison(
        question=Question.MISSING,
        test="chi-square",
        effect_name="Cramér's V, bias-corrected",
        effect=result.effect,
        p=result.p,
        n=result.n,
        claim=_missing(frame, column, factor, result.effect) if matters else None,
    )


def _missing(frame: Frame, column: Column, factor: Factor, effect: float) -> Claim:
    group = identifier(factor.name)
    sql = (
        f"SELECT {group}, {share(f'{identifier(column.name)} IS NULL')} AS missing, count(*) AS records\n"
        f"FROM {frame.source}\nWHERE {group} IS NOT NULL\nGROUP BY {group}\n"
        f"HAVING count(*) >= {_FEWEST_IN_GROUP}\nORDER BY missing DESC, {group}\nLIMIT 60"
    )
    name = f"the share of records without {readable(column.name)}"

    def tell(telling: Telling) -> str | None:
        levels = [telling.value("missing", row) for row in range(len(telling.rows))]
        if all(level < 2 or level > 98 for level in levels):
            return _all_or_none(telling, column, factor, levels)
        return contrast(telling, factor, name, "missing", telling.percent)

    structural = effect > 0.95
    return Claim(
        kind="missing_by_group",
        columns=(column.name, factor.name),
        sql=sql,
        tell=tell,
        strength=0.22 if structural else 0.25 + 0.3 * saturating(effect, 0.5),
        title=f"{readable(column.name)} missing by {readable(factor.name)}",
        view=View(
            name=f"missing_{column.name}_by_{factor.name}",
            title=f"{readable(column.name)} is missing more often in some groups".capitalize(),
            mark=Mark.BAR,
            sql=sql,
            x=Axis(field=factor.name, title=readable(factor.name), kind="category"),
            y=Axis(field="missing", title=f"records without {readable(column.name)}", kind="number", unit="%"),
        ),
        severity=Severity.INFO,
    )


def _all_or_none(telling: Telling, column: Column, factor: Factor, levels: list[float]) -> str | None:
    """Where a column is filled in some groups and in the others not at all, that is how the table is made."""
    filled = [
        group_label(factor, row[factor.name]) for row, level in zip(telling.rows, levels, strict=True) if level < 2
    ]
    if not 1 <= len(filled) <= 3:
        return None
    return sentence(
        f"{readable(column.name)} is only filled in where {readable(factor.name)} is {listed(filled, 'or')}"
    )
