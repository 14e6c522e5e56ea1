"""The page of findings: what one holds, the kinds there are, and how each is told from chance."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from tools.reference.markdown import code, prose, table
from voyant.analysis import anomaly, benchmark, forecast, regression, segment
from voyant.analysis.insights import detectors, statistics
from voyant.analysis.insights.comparison import Question
from voyant.domain.finding import Severity

_PACKAGES = (detectors, forecast, regression, anomaly, segment, benchmark)
"""Their modules make the claims that become findings."""


def page() -> str:
    """Every kind by what looks for it, and the methods behind them."""
    kinds = [[", ".join(map(code, found)), prose(summary)] for summary, found in _detectors()]
    return "\n\n".join(
        [
            "# Findings",
            "A finding is one sentence with its numbers, its evidence and the SQL that recomputes it. Its fields are "
            "those of [Finding](artifacts.md#finding); its severity is one of "
            + ", ".join(code(severity.value) for severity in Severity)
            + ".",
            "## Kinds",
            "What a [KPI template](templates.md) comes to is of the kind that is called as the template is. "
            "A kind that begins with `no_` says that something one may expect is not there, although there were enough "
            "data to show it.",
            table(["Kind", "What is looked for"], kinds),
            "## Questions",
            "Every comparison belongs to a question. All comparisons of a run are corrected together, also those that "
            "found nothing; `insights.json` counts them by question.",
            "\n".join(f"- {question.value}" for question in Question),
            "## Methods",
            table(["Function", "What it computes"], _methods(statistics)),
        ]
    )


def _detectors() -> Iterator[tuple[str, list[str]]]:
    """What each module looks for, or says of an answer, and the kinds of claim that it makes."""
    for package in _PACKAGES:
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(found.name)
            if kinds := sorted(set(_kinds(module))):
                yield inspect.getdoc(module) or "", kinds


def _kinds(module: ModuleType) -> Iterator[str]:
    # Read from the text: a claim is made only where the data hold it, and a page must list every kind.
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Claim":
            for keyword in node.keywords:
                if keyword.arg == "kind":
                    yield from _texts(keyword.value)


def _texts(expression: ast.expr) -> Iterator[str]:
    for part in ast.walk(expression):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value


def _methods(module: ModuleType) -> Iterator[list[str]]:
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__ and not name.startswith("_"):
            documentation = (inspect.getdoc(function) or "").split("\n\nArgs:")[0].split("\n\n>>>")[0]
            yield [code(name), prose(documentation)]
