"""KPI templates as the page shows them: the sentence, some rows, how it counts, the SQL."""

from __future__ import annotations

from typing import Any

from voyant.analysis import wording
from voyant.domain.profile import Scalar
from voyant.domain.template import OutputColumn, TemplateResult
from voyant.report import figures
from voyant.report.contents import Contents

_MOST_ROWS = 24


def asked(contents: Contents) -> list[dict[str, Any]]:
    """Each template, in the order asked."""
    results = contents.templates.results if contents.templates else ()
    return [_template(place, result) for place, result in enumerate(results)]


def _cell(value: Scalar, column: OutputColumn) -> str:
    is_share = column.unit == "%" and isinstance(value, int | float)
    return wording.percent(float(value)) if is_share and value is not None else figures.cell(value)


def _template(place: int, result: TemplateResult) -> dict[str, Any]:
    is_series = any(column.name == "period" for column in result.columns)
    rows = result.rows[-_MOST_ROWS:] if is_series else result.rows[:_MOST_ROWS]
    return {
        "id": f"template-{place}",
        "title": result.title,
        "text": " ".join(finding.text for finding in result.findings),
        "columns": [
            {
                "name": column.name if column.unit in {None, "%", "days"} else f"{column.name} ({column.unit})",
                "about": column.description,
                "number": column.type in {"number", "integer"},
            }
            for column in result.columns
        ],
        "rows": [
            [
                {"text": _cell(value, column), "number": column.type in {"number", "integer"}}
                for column, value in zip(result.columns, row, strict=True)
            ]
            for row in rows
        ],
        "more": f"{len(rows):,} of {result.total_rows:,} rows" if result.total_rows > len(rows) else "",
        "file": result.file,
        "found": [f"{name} is {result.parameters[name]}: {why}" for name, why in result.found.items()],
        "notes": result.notes,
        "sql": result.sql,
        "pointer": f"#/results/{place}",
    }
