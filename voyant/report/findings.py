"""The findings of a run as the page shows them, each with its picture, its test and its evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any

from voyant.domain.chart import Chart
from voyant.domain.finding import Finding, Severity, Test
from voyant.domain.insights import Analysis, Insights
from voyant.report import figures
from voyant.report.contents import Contents
from voyant.report.links import Evidence

_ROWS_OF_EVIDENCE = 12
_ANALYSIS = re.compile(r"insights\.json#/analyses/(\d+)")
_OTHERS = 60
_SHOWN_SEVERITIES = {Severity.WARNING: "Warning", Severity.CRITICAL: "Critical"}


def shown(contents: Contents, evidence: Evidence, anchors: frozenset[str], figure_of: dict[str, Any]) -> Any:
    """The key findings; ``figure_of`` has the figure of each chart by the chart's name."""
    placed: dict[str, str] = {}
    return [
        _finding(contents, finding, evidence, anchors, _figure(finding, contents.charts, placed, figure_of))
        for finding in contents.findings
    ]


def others(contents: Contents) -> dict[str, Any]:
    """The findings of lower rank, as bare sentences, and how many more there are."""
    key = {finding.id for finding in contents.findings}
    rest = [finding for finding in (contents.insights.findings if contents.insights else ()) if finding.id not in key]
    return {
        "texts": [sentence(finding) for finding in rest[:_OTHERS]],
        "count": f"{len(rest):,}",
        "omitted": f"{len(rest) - _OTHERS:,}" if len(rest) > _OTHERS else "",
    }


def sentence(finding: Finding) -> str:
    """The finding's text as HTML, with the numbers it states set apart."""
    text = escape(figures.unbroken(finding.text))
    stated = {escape(figures.unbroken(number.stated)) for number in finding.numbers if number.stated.strip()}
    if not stated:
        return text
    # Longest first, so that "12 %" does not split "12 % of 40"; whole figures only, so that "1" stays out of "12".
    pattern = "|".join(re.escape(part) for part in sorted(stated, key=lambda part: (-len(part), part)))
    # Not within a longer number, a date or a time of day; a percent sign goes with its number.
    alone = rf"(?<!\d)(?<!\d[.,:−-])(?:{pattern})(?!\d|[.,:-]\d)(?:\s%)?"
    return re.sub(alone, lambda found: f"<b>{found.group()}</b>", text)


def test_line(test: Test) -> str:
    """The statistical test in one line, as a reader checks it."""
    return (
        f"{test.name}: {test.effect_name} {figures.precise(float(f'{test.effect:.3g}'))}, "
        f"p {_probability(test.p_value)}, q {_probability(test.q_value)} after correction, n = {test.n:,}"
    )


def _finding(
    contents: Contents, finding: Finding, evidence: Evidence, anchors: frozenset[str], figure: dict[str, Any]
) -> dict[str, Any]:
    return {
        "id": finding.id,
        "kind": finding.kind.replace("_", " "),
        "severity": _SHOWN_SEVERITIES.get(finding.severity, ""),
        "level": finding.severity.value,
        "html": sentence(finding),
        "caveat": figures.unbroken(finding.caveat or ""),
        "sql": finding.sql,
        "test": test_line(finding.test) if finding.test else "",
        "tables": _tables(finding, contents.insights),
        "sources": [evidence.source(reference, anchors=anchors) for reference in finding.evidence],
        **figure,
    }


def _figure(
    finding: Finding, charts: Sequence[Chart], placed: dict[str, str], figure_of: dict[str, Any]
) -> dict[str, Any]:
    """The finding's picture, or the finding that has shown it already."""
    for chart in charts:
        if finding.id in chart.findings:
            if chart.name in placed:
                return {"figure": None, "see": placed[chart.name], "see_figure": figure_of[chart.name]["id"]}
            placed[chart.name] = finding.id
            return {"figure": figure_of[chart.name], "see": ""}
    return {"figure": None, "see": ""}


def _tables(finding: Finding, insights: Insights | None) -> list[dict[str, Any]]:
    tables = []
    for reference in finding.evidence:
        found = _ANALYSIS.match(reference)
        if found and insights and int(found.group(1)) < len(insights.analyses):
            tables.append(_table(insights.analyses[int(found.group(1))]))
    return tables


def _table(analysis: Analysis) -> dict[str, Any]:
    rows = analysis.rows[:_ROWS_OF_EVIDENCE]
    numeric = [
        all(isinstance(row[place], int | float | None) for row in rows) for place in range(len(analysis.columns))
    ]
    left_out = len(analysis.rows) - len(rows)
    return {
        "title": analysis.title,
        "head": [{"text": name, "number": number} for name, number in zip(analysis.columns, numeric, strict=True)],
        "rows": [
            [{"text": figures.cell(value), "number": number} for value, number in zip(row, numeric, strict=True)]
            for row in rows
        ],
        "more": f"{left_out:,} more rows stand in insights.json." if left_out else "",
    }


def _probability(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"
