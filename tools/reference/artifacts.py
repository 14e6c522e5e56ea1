"""The page of artifacts: every file of a job and the fields of those in JSON."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from msgspec import Struct

from tools.reference.markdown import code, prose, table
from voyant.domain.anomaly import Anomalies
from voyant.domain.benchmark import Benchmark
from voyant.domain.contract import ContractChecks
from voyant.domain.drift import Drift
from voyant.domain.forecast import Forecast
from voyant.domain.insights import Insights
from voyant.domain.kpi import Kpis
from voyant.domain.manifest import Manifest
from voyant.domain.narrative import Narrative
from voyant.domain.normalization import Normalization
from voyant.domain.preset import Plan
from voyant.domain.profile import Profile
from voyant.domain.quality import Quality
from voyant.domain.regression import Regression
from voyant.domain.segmentation import Segmentation
from voyant.domain.template import TemplateResults

FILES = [
    ("`normalize.json`", "What each column is, and every change made on the way in"),
    ("`rejects.parquet`", "Cells that did not fit their column's type: row, column, raw text, reason"),
    ("`brands/TABLE/`", "The same of the source of another brand that was read with the job, by its table"),
    ("`contract.yaml` `contract.json`", "The data contract that was used, and how each of its clauses was kept"),
    (
        "`quarantined_rows.parquet`",
        "Rows that break a contract and are kept out of the table, with the clauses of each",
    ),
    ("`profile.json`", "Statistics of every column and of every pair of columns"),
    ("`quality.json`", "The quality score, its parts, and every check behind them"),
    (
        "`failing_rows.parquet`",
        "All rows that fail a declared rule, and examples of other checks: [columns](../guide/rules.md)",
    ),
    ("`drift.json`", "How the table differs from what it was compared with; only where there was something"),
    (
        "`preset.json`",
        "Of a preset: which column stands for what and why, what is missing, and what was asked of the steps; "
        "`TABLE_NAME.parquet` and `TABLE_NAME.profile.json` of each table that it derives",
    ),
    ("`kpis.json`", "Key figures by period, their changes, and what each change consists of"),
    (
        "`forecast.json` `forecast.parquet` `forecast_….parquet`",
        "What is expected: [files](../guide/forecast.md#what-is-written)",
    ),
    (
        "`templates.json` `templates/NAME.parquet`",
        "What [KPI templates](templates.md) came to, and all rows of each; only where some were asked for",
    ),
    ("`segment.json`", "The segments of rows or customers, or that there are none: [how](../guide/segments.md)"),
    ("`segment.parquet` `segment_NAME.parquet`", "The segment of each, and the rows behind what is said of them"),
    (
        "`benchmark.json` `benchmark.parquet` `benchmark_….parquet`",
        "A brand among its competitors, and the figures of all brands: [tables](../guide/benchmark.md#the-figures)",
    ),
    (
        "`regression.json` `regression.parquet` `regression_….parquet`",
        "What was learned of a column from the others, each prediction, and the rows behind what is said: "
        "[columns](../guide/regression.md)",
    ),
    ("`anomaly.json`", "What is odd: detectors, bounds, patterns and the oddest rows, with what makes them odd"),
    (
        "`anomaly.parquet` `anomaly_reasons.parquet`",
        "Rows with their score, and the reasons of the odd ones: [columns](../guide/anomalies.md)",
    ),
    ("`insights.json`", "Every finding by rank, the evidence behind it, and what was asked in vain"),
    ("`charts/NAME.vl.json` `.svg` `.png`", "Charts, as a Vega-Lite specification with its own data and as pictures"),
    ("`narrative.json` `narrative.md`", "The memo: headline, key findings, quality, what to look at next"),
    ("`report.html`", "All of it on one page that opens without a network"),
    ("`manifest.json`", "Inputs, steps, versions and the SHA-256 of every file above"),
]
DOCUMENTS: dict[str, type] = {
    "normalize.json": Normalization,
    "contract.json": ContractChecks,
    "profile.json": Profile,
    "quality.json": Quality,
    "drift.json": Drift,
    "preset.json": Plan,
    "kpis.json": Kpis,
    "forecast.json": Forecast,
    "templates.json": TemplateResults,
    "segment.json": Segmentation,
    "benchmark.json": Benchmark,
    "regression.json": Regression,
    "anomaly.json": Anomalies,
    "insights.json": Insights,
    "narrative.json": Narrative,
    "manifest.json": Manifest,
}


def page() -> str:
    """The files, then the fields of each document and of the objects in it."""
    parts = [
        "# Artifacts",
        "A job writes these files. The same input gives the same bytes: times and ids stand in `manifest.json` only. "
        "JSON files have their fields in the order shown; a number that cannot be had is `null`.",
        table(["File", "What it holds"], FILES),
    ]
    shown: set[type] = set()
    for name, kind in DOCUMENTS.items():
        parts.append(f"## {name}")
        for nested in _objects(kind):
            if nested not in shown:
                shown.add(nested)
                parts += _object(nested, is_document=nested is kind)
    return "\n\n".join(parts)


def _objects(kind: type) -> Iterator[type]:
    """The class and every struct and enumeration in it, each once, outermost first."""
    queue, seen = [kind], {kind}
    while queue:
        current = queue.pop(0)
        yield current
        if issubclass(current, Struct):
            for hint in typing.get_type_hints(current).values():
                for nested in _classes(hint):
                    if nested not in seen:
                        seen.add(nested)
                        queue.append(nested)


def _classes(hint: Any) -> Iterator[type]:
    if isinstance(hint, type) and issubclass(hint, Struct | Enum):
        yield hint
    for argument in typing.get_args(hint):
        yield from _classes(argument)


def _object(kind: Any, *, is_document: bool) -> list[str]:
    summary, fields = _documentation(kind)
    title = [] if is_document else [f"### {kind.__name__}"]
    if issubclass(kind, Enum):
        return [*title, summary, "One of " + ", ".join(code(str(member.value)) for member in kind) + "."]
    hints = typing.get_type_hints(kind)
    rows = [[code(name), _spelled(hints[name]), fields.get(name, "")] for name in kind.__struct_fields__]
    return [*title, summary, table(["Field", "Type", "What it is"], rows)]


def _documentation(kind: type) -> tuple[str, dict[str, str]]:
    """A docstring's text, and what it says of each attribute."""
    text, _, attributes = (inspect.getdoc(kind) or "").partition("\nAttributes:\n")
    found = re.finditer(r"^ {4}(\w+): (.*(?:\n {5,}.*)*)", attributes, re.MULTILINE)
    fields = {match[1]: prose(match[2]) for match in found}
    return prose(text.strip()), fields


def _spelled(hint: Any) -> str:
    """A type in the words of JSON."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        return "list of " + _spelled(arguments[0])
    if origin in {dict, Mapping}:
        return "object of " + _spelled(arguments[1])
    if arguments:
        return " or ".join(_spelled(argument) for argument in arguments)
    names = {bool: "boolean", int: "integer", float: "number", str: "text", type(None): "null", Any: "any"}
    if hint in names:
        return names[hint]
    return f"[{hint.__name__}](#{hint.__name__.lower()})"
