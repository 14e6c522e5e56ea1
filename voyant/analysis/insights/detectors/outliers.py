"""Values far from all others, and the rows they stand in."""

from __future__ import annotations

import numpy as np

from voyant.analysis.insights.comparison import Claim, Comparison, Question, Search, Telling, saturating
from voyant.analysis.insights.frame import Frame, Measure
from voyant.analysis.insights.relations import Relations
from voyant.analysis.insights.statistics import Floats
from voyant.analysis.wording import called, readable, sentence, shown
from voyant.domain.finding import Axis, Mark, Severity, View
from voyant.domain.table import Column, ColumnType, Role
from voyant.lake.sql import identifier

_FEWEST_VALUES = 30
_FAR = 5.0
"""Robust standard deviations; on the log scale where the values are skewed."""
_LARGEST_SHARE = 0.01


def look(frame: Frame, _: Relations) -> Search:
    search = Search()
    for measure in frame.measures:
        if len(measure.ordered) < _FEWEST_VALUES or len(measure.levels) < 20:
            continue
        found = _far(measure.ordered)
        claim = _outlying(frame, measure, *found) if found else None
        if claim is not None:
            search.comparisons.append(Comparison(question=Question.OUTLIERS, n=len(measure.ordered), claim=claim))
    return search


def _far(values: Floats) -> tuple[bool, float, float] | None:
    """Whether high (else low) values lie far off, from which bound, and how far the farthest does."""
    logged = bool((values > 0).all()) and _is_skewed(values)
    scale = np.log(values) if logged else values
    middle = float(np.median(scale))
    low, high = (float(value) for value in np.quantile(scale, [0.25, 0.75]))
    best = None
    for upper in (True, False):
        spread = (high - middle if upper else middle - low) / 0.6745
        if spread <= 0:
            continue
        distance = (scale - middle) / spread if upper else (middle - scale) / spread
        outside = distance > _FAR
        if not outside.any() or outside.mean() > _LARGEST_SHARE:
            continue
        # A long tail is no outlier: between it and the rest there has to be a gap.
        inside = distance[~outside]
        if float(distance[outside].min()) < float(inside.max()) + 0.5:
            cut = _gap(np.sort(distance[distance > 3.0]))
            if cut is None:
                continue
            outside = distance >= cut
        farthest = float(distance.max())
        bound = float(values[outside].min() if upper else values[outside].max())
        if best is None or farthest > best[2]:
            best = (upper, bound, farthest)
    return best


def _gap(tail: Floats) -> float | None:
    """Where a tail breaks off: the first step that is wider than everything before it together."""
    for index in range(1, len(tail)):
        if tail[index] > _FAR and tail[index] - tail[index - 1] > max(1.5, 0.3 * tail[index - 1]):
            return float(tail[index])
    return None


def _is_skewed(values: Floats) -> bool:
    low, middle, high = np.quantile(values, [0.1, 0.5, 0.9])
    return bool(high - middle > 2 * max(middle - low, 1e-12))


def _outlying(frame: Frame, measure: Measure, upper: bool, bound: float, distance: float) -> Claim:
    column, unit = identifier(measure.name), measure.column.unit
    identity = _identity(frame, measure)
    shown_columns = [column, *(identifier(other.name) for other in identity)]
    beyond = f"{column} {'>=' if upper else '<='} {bound!r}"
    order = f"{column} {'DESC' if upper else 'ASC'}, {', '.join(shown_columns[1:])}".rstrip(", ")
    sql = (
        f"SELECT {', '.join(shown_columns)}, count(*) OVER () AS records,\n"
        f"  (SELECT median({column}) FROM {frame.source}) AS usual\n"
        f"FROM {frame.source}\nWHERE {beyond}\nORDER BY {order}\nLIMIT 20"
    )

    def tell(telling: Telling) -> str | None:
        row = telling.rows[0]
        where = ", ".join(
            f"{readable(other.name)} {shown(row[other.name])}" for other in identity if row[other.name] is not None
        )
        where = f" ({where})" if where else ""
        end = "largest" if upper else "smallest"
        far = "above" if upper else "below"
        extreme = telling.quantity(measure.name, unit)
        usual = telling.quantity("usual", unit)
        if len(telling.rows) == 1:
            return sentence(
                f"one record has {called(measure.column)} {extreme}{where}, far {far} all others; the median is {usual}"
            )
        return sentence(
            f"{telling.count('records')} records have {called(measure.column)} far {far} all others: the {end} is "
            f"{extreme}{where}, the median {usual}"
        )

    return Claim(
        kind="outliers",
        columns=(measure.name,),
        sql=sql,
        tell=tell,
        strength=0.25 + 0.45 * saturating(distance - _FAR, 45),
        title=f"{called(measure.column)} far from all others",
        severity=Severity.NOTICE,
        view=View(
            name=f"outliers_of_{measure.name}",
            title=f"Highest {called(measure.column)}" if upper else f"Lowest {called(measure.column)}",
            mark=Mark.BAR,
            sql=sql,
            x=Axis(field=identity[0].name if identity else measure.name, title="record", kind="category"),
            y=Axis(field=measure.name, title=called(measure.column), kind="number", unit=unit),
        )
        if identity
        else None,
    )


def _identity(frame: Frame, measure: Measure) -> list[Column]:
    """What names a row: its identifier, else its time, else its first texts."""
    columns = [
        column
        for column in frame.table.dataset.columns
        if column.personal is None and column.name != measure.name and column.formula is None
    ]
    described = frame.described
    unique = [c for c in columns if c.role is Role.IDENTIFIER and described[c.name].unique]
    if unique:
        return unique[:1]
    named = [c for c in columns if described[c.name].unique and c.type is ColumnType.TEXT]
    if named:
        return named[:1]
    times = [frame.clock.column] if frame.clock else []
    groups = [c for c in columns if c.role in {Role.DIMENSION, Role.GEOGRAPHY} and c.type is ColumnType.TEXT]
    return [*times, *groups[: 2 - len(times)]]
