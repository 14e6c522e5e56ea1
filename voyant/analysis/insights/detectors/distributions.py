"""Values that dominate a column, and values that account for much of the total of a measure."""

from __future__ import annotations

import numpy as np

from voyant.analysis.insights import statistics
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Search, Telling, saturating
from voyant.analysis.insights.detectors.evenness import even, is_even
from voyant.analysis.insights.frame import Factor, Frame, Measure
from voyant.analysis.insights.labels import group_label, named, says_nothing, speaks_for_itself
from voyant.analysis.insights.outcomes import is_money
from voyant.analysis.insights.relations import Relations
from voyant.analysis.wording import is_additive, readable, sentence, total_name
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.lake.sql import identifier

_SMALLEST_LEAD = 1.5
"""Times the fair share: below it no value dominates."""
_SMALLEST_EXCESS = 0.05
"""Of a value's share of a total above its share of the records; money is told of without."""
_NEARLY_ALL = 0.97
_SMALLEST_STEP = 1.4
"""Times the next value."""


def look(frame: Frame, relations: Relations) -> Search:
    search = Search()
    if frame.counted:
        search.comparisons += [_counts(frame, factor) for factor in frame.factors]
        evenly = [factor for factor in frame.factors if is_even(factor)]
        if evenly:
            claim = even(frame, evenly)
            search.comparisons.append(Comparison(question=Question.DISTRIBUTION, n=frame.rows, claim=claim))
    for measure in frame.measures:
        if is_additive(measure.column) and float(np.nanmin(measure.values)) >= 0:
            found = [
                _total(frame, factor, measure)
                for factor in frame.factors
                if not relations.bind(factor.name, measure.name) and 3 <= len(factor.values) <= 30
            ]
            search.comparisons += [comparison for comparison in found if comparison is not None]
    return search


def _counts(frame: Frame, factor: Factor) -> Comparison:
    counts = factor.counts
    k, n = len(counts), int(counts.sum())
    result = statistics.uniformity(counts)
    lead = float(counts[0]) * k / n
    ahead = float(counts[0]) >= _SMALLEST_STEP * float(counts[1]) or float(counts[0]) / n >= 0.5
    dominant = (
        not factor.others
        and not says_nothing(factor.values[0])
        and lead >= _SMALLEST_LEAD
        and ahead
        and (k > 2 or counts[0] / n >= 0.8)
    )
    return Comparison(
        question=Question.DISTRIBUTION,
        test="chi-square against equal frequencies",
        effect_name="Cohen's w",
        effect=result.effect,
        p=result.p,
        n=n,
        claim=_dominant(frame, factor, lead) if dominant else None,
    )


def frequencies(frame: Frame, factor: Factor) -> str:
    """Each value with its records and their share, most frequent first."""
    column = identifier(factor.name)
    return (
        f"SELECT {column}, count(*) AS records, 100.0 * count(*) / sum(count(*)) OVER () AS share\n"
        f"FROM {frame.source}\nWHERE {column} IS NOT NULL\n"
        f"GROUP BY {column}\nORDER BY records DESC, {column}\nLIMIT 60"
    )


def _dominant(frame: Frame, factor: Factor, lead: float) -> Claim:
    top_share = float(factor.counts[0]) / float(factor.counts.sum())

    def tell(telling: Telling) -> str:
        label = group_label(factor, telling.rows[0][factor.name])
        if len(telling.rows) == 2:
            return sentence(
                f"{readable(factor.name)} is {label} for {telling.percent('share')} of the records "
                f"({telling.count('records')})"
            )
        next_label = group_label(factor, telling.rows[1][factor.name])
        if not speaks_for_itself(factor) and top_share < _NEARLY_ALL:
            return sentence(
                f"the most frequent {readable(factor.name)} by far is {label}: {telling.count('records')} records, "
                f"{telling.percent('share')} of all, against {telling.percent('share', 1)} for {next_label}, the next"
            )
        return sentence(
            f"{label} is the most frequent {readable(factor.name)} by far: {telling.count('records')} records, "
            f"{telling.percent('share')} of all, against {telling.percent('share', 1)} for {next_label}, the next"
            if top_share < _NEARLY_ALL
            else f"nearly all records have {readable(factor.name)} {label}: {telling.percent('share')}"
        )

    return Claim(
        kind="dominance",
        columns=(factor.name,),
        focus=((factor.name, factor.values[0]),),
        sql=frequencies(frame, factor),
        tell=tell,
        strength=(0.3 + 0.5 * saturating(lead - 1, 1.5) * min(1.0, top_share / 0.4)) * (0.6 if top_share > 0.9 else 1),
        title=f"records by {readable(factor.name)}",
        severity=Severity.NOTICE,
        view=count_view(frame, factor, f"Most records have one {readable(factor.name)}"),
    )


def count_view(frame: Frame, factor: Factor, title: str) -> View:
    return View(
        name=f"records_by_{factor.name}",
        title=sentence(title)[:-1],
        mark=Mark.BAR,
        sql=frequencies(frame, factor),
        x=Axis(field=factor.name, title=readable(factor.name), kind="category"),
        y=Axis(field="records", title="records", kind="number"),
        highlight=factor.values[0],
    )


def _total(frame: Frame, factor: Factor, measure: Measure) -> Comparison | None:
    held = (factor.codes >= 0) & measure.known
    sums = np.bincount(factor.codes[held], weights=measure.values[held], minlength=len(factor.values))
    total = float(sums.sum())
    top = float(sums.max())
    lead = top / total * len(factor.values) if total > 0 else 0.0
    if lead < _SMALLEST_LEAD:
        return None
    rows = np.bincount(factor.codes[held], minlength=len(factor.values))
    beyond = abs(top / total - float(rows[int(np.argmax(sums))]) / float(rows.sum()))
    if beyond < _SMALLEST_EXCESS and not is_money(measure.column):
        return None
    column, group = identifier(measure.name), identifier(factor.name)
    sql = (
        f"SELECT {group}, sum({column}) AS total, 100.0 * sum({column}) / sum(sum({column})) OVER () AS share,\n"
        f"  100.0 * count(*) / sum(count(*)) OVER () AS share_of_records\n"
        f"FROM {frame.source}\nWHERE {group} IS NOT NULL AND {column} IS NOT NULL\n"
        f"GROUP BY {group}\nORDER BY total DESC, {group}\nLIMIT 60"
    )

    def tell(telling: Telling) -> str:
        return sentence(
            f"{named(factor, telling.rows[0][factor.name])} accounts for {telling.percent('share')} of "
            f"{total_name(measure.column)} ({telling.quantity('total', measure.column.unit)}) with "
            f"{telling.percent('share_of_records')} of the records; "
            f"{group_label(factor, telling.rows[1][factor.name])} follows with {telling.percent('share', 1)}"
        )

    view = View(
        name=f"total_{measure.name}_by_{factor.name}",
        title=sentence(f"{total_name(measure.column)} by {readable(factor.name)}")[:-1],
        mark=Mark.BAR,
        sql=sql,
        x=Axis(field=factor.name, title=readable(factor.name), kind="category"),
        y=Axis(field="total", title=total_name(measure.column), kind="number", unit=measure.column.unit),
        highlight=factor.values[int(np.argmax(sums))],
    )
    return Comparison(
        question=Question.DISTRIBUTION,
        n=int(held.sum()),
        claim=Claim(
            kind="contribution",
            columns=(measure.name, factor.name),
            focus=((factor.name, factor.values[int(np.argmax(sums))]),),
            sql=sql,
            tell=tell,
            strength=0.2 + 0.15 * saturating(lead - 1, 1.5) + 0.35 * saturating(beyond, 0.15),
            title=f"{total_name(measure.column)} by {readable(factor.name)}",
            severity=Severity.NOTICE,
            view=view,
        ),
    )
