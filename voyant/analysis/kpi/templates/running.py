"""Templates run: their rows, and what there is to say of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from voyant.analysis.insights.comparison import Claim, Comparison, Question
from voyant.analysis.insights.finder import state
from voyant.analysis.kpi.templates.binding import bind
from voyant.analysis.kpi.templates.catalogue import definition_of
from voyant.analysis.kpi.templates.definition import Bound, Definition
from voyant.analysis.kpi.templates.rendering import rendered
from voyant.analysis.rounding import rounded
from voyant.domain.answer import Answer
from voyant.domain.profile import Profile, Scalar
from voyant.domain.table import Dataset, Table
from voyant.domain.template import RenderedTemplate, TemplateCall, TemplateResult, TemplateResults
from voyant.errors import Code, InvalidInput, QueryRejected

if TYPE_CHECKING:
    import pyarrow

MOST_ROWS = 200
"""Of a result that stand in the artifact itself; its file has all."""
MOST_FILED = 1_000_000
"""Rows of a file."""


def run(
    table: Table, profile: Profile, calls: Sequence[TemplateCall], time_column: str | None = None
) -> Answer[TemplateResults]:
    """What each template comes to, in the order asked, and all rows of each by the name of its file.

    Raises:
        NotFound: There is no such template.
        InvalidInput: A parameter is missing, unknown, or cannot be what it is; or the engine refuses the statement,
            as where a sum is too large.
    """
    bound = _bound(table.dataset, profile, calls, time_column)
    names = _file_names([definition for definition, _ in bound])
    results: list[TemplateResult] = []
    rows: dict[str, pyarrow.Table | str] = {}
    for place, (name, (definition, given)) in enumerate(zip(names, bound, strict=True)):
        made = rendered(definition, given)
        rows[name] = _rows(table, made)
        results.append(_result(table, definition, given, made, rows[name], name, place))
    return Answer(result=TemplateResults(table=table.dataset.name, results=tuple(results)), rows=rows)


def comparisons(
    dataset: Dataset, profile: Profile, calls: Sequence[TemplateCall], time_column: str | None = None
) -> list[Comparison]:
    """What there is to say of the templates that were run, for those who rank it among other findings."""
    bound = _bound(dataset, profile, calls, time_column)
    claims = [_claim(definition, given, place) for place, (definition, given) in enumerate(bound)]
    return [Comparison(question=Question.ASKED, claim=claim) for claim in claims if claim is not None]


def _bound(
    dataset: Dataset, profile: Profile, calls: Sequence[TemplateCall], time_column: str | None
) -> list[tuple[Definition, Bound]]:
    definitions = [definition_of(call.name) for call in calls]
    return [
        (definition, bind(definition, call.parameters, dataset, profile, time_column))
        for definition, call in zip(definitions, calls, strict=True)
    ]


def _file_names(definitions: Sequence[Definition]) -> list[str]:
    """A name for each; one that is asked for again is numbered."""
    seen: Counter[str] = Counter()
    names = []
    for definition in definitions:
        seen[definition.name] += 1
        number = seen[definition.name]
        names.append(f"templates/{definition.name}" + (f"_{number}" if number > 1 else ""))
    return names


def _rows(table: Table, made: RenderedTemplate) -> pyarrow.Table:
    try:
        return _settled(table.arrow(f"{made.sql}\nLIMIT {MOST_FILED + 1}"))
    except QueryRejected as error:
        raise InvalidInput(
            f"The template {made.template} cannot be computed: {error.message}",
            code=Code.BAD_KPI,
            data={"template": made.template, "sql": made.sql[:500]},
        ) from error


def _settled(rows: pyarrow.Table) -> pyarrow.Table:
    """The rows with floats kept to ten digits: beyond them sums differ by the order in which they were added."""
    import pyarrow as pa

    columns = [
        pa.array([None if value is None else _kept(value) for value in column.to_pylist()], pa.float64())
        if pa.types.is_floating(column.type)
        else column
        for column in rows.columns
    ]
    return pa.table(columns, names=rows.column_names)


def _kept(value: float) -> float | None:
    return rounded(value) if math.isfinite(value) else None


def _result(
    table: Table,
    definition: Definition,
    bound: Bound,
    made: RenderedTemplate,
    rows: pyarrow.Table,
    file: str,
    place: int,
) -> TemplateResult:
    claim = _claim(definition, bound, place)
    findings = state(table, [Comparison(question=Question.ASKED, claim=claim)])[0] if claim is not None else []
    notes = made.notes
    # Of a series the last periods say most; of all else the statement puts the most telling first.
    first = max(0, rows.num_rows - MOST_ROWS) if "period" in rows.column_names else 0
    if rows.num_rows > MOST_FILED:
        notes = (*notes, f"There are more than {MOST_FILED:,} rows; the first {MOST_FILED:,} are kept.")
    return TemplateResult(
        template=made.template,
        title=made.title,
        parameters=made.parameters,
        found=made.found,
        columns=made.columns,
        rows=tuple(tuple(_scalar(value) for value in row.values()) for row in rows.slice(first, MOST_ROWS).to_pylist()),
        total_rows=rows.num_rows,
        # What the rows themselves are is told here, not in the findings of another step.
        findings=tuple(replace(finding, evidence=claim.evidence) for finding in findings if claim is not None),
        file=f"{file}.parquet",
        sql=made.sql,
        notes=notes,
    )


def _claim(definition: Definition, bound: Bound, place: int) -> Claim | None:
    claim = definition.claim(bound, definition.statement(bound))
    if claim is None:
        return None
    # Ranked among themselves as they were asked for.
    strength = claim.strength * (1 - place / 1000)
    return replace(claim, strength=strength, evidence=(f"templates.json#/results/{place}/rows",))


def _scalar(value: Any) -> Scalar:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 1e15 else float(value)
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float) else str(value)
