"""What was measured: kept in ``results.json`` case by case, written out in ``results.md`` and in the README."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.cases import SECTIONS
from benchmarks.measuring import Figure, machine
from voyant import __version__

RESULTS = Path(__file__).parent / "results.json"
PAGE = RESULTS.with_suffix(".md")
Results = Mapping[str, Mapping[str, Any]]
"""By case: the ``machine`` it ran on, the ``version`` of Voyant, and its ``figures``."""


def results() -> Results:
    """All that is kept."""
    kept: Results = json.loads(RESULTS.read_text("utf-8"))
    return kept


def keep(case: str, figures: list[Figure]) -> None:
    """Puts the figures of a case in the place of those it had."""
    measured = {"machine": machine(), "version": __version__, "figures": [asdict(figure) for figure in figures]}
    kept = {**results(), case: measured}
    RESULTS.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")
    PAGE.write_text(page(kept), "utf-8")


def page(kept: Results) -> str:
    """All figures in sections, and beneath each section what some of its figures are made of."""
    parts = ["# Benchmarks", "`make bench` measures all of it, `python -m benchmarks CASE` one case."]
    for title, figures in sections(kept).items():
        parts += [f"## {title}", table(figures)]
        parts.append("\n".join(f"- {figure.what}: {figure.detail}." for figure in figures if figure.detail))
    parts.append(made_on(kept))
    return "\n\n".join(filter(None, parts)) + "\n"


def sections(kept: Results) -> dict[str, list[Figure]]:
    """The figures of each section that has any."""
    found = {
        title: [Figure(**figure) for name in cases if name in kept for figure in kept[name]["figures"]]
        for title, cases in SECTIONS.items()
    }
    return {title: figures for title, figures in found.items() if figures}


def table(figures: list[Figure]) -> str:
    """The figures as a table of Markdown."""
    return "\n".join(["| what | measured | at most | |", "| --- | --- | --- | --- |", *map(row, figures)])


def row(figure: Figure) -> str:
    """The figure as a row of that table."""
    return f"| {figure.what} | {figure.measured} | {figure.bar:g} | {'met' if figure.is_met else 'missed'} |"


def made_on(kept: Results) -> str:
    """What all of it was measured on."""
    machines = sorted({f"Voyant {each['version']} on {each['machine']}" for each in kept.values()})
    return f"Measured with {'; '.join(machines)}."
