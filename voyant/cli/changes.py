"""What changed, and what it is compared with, as people read it in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from voyant.cli.session import console
from voyant.cli.summary import print_page

if TYPE_CHECKING:
    from voyant.domain.baseline import Baseline
    from voyant.domain.history import HistoryRun
    from voyant.domain.page import Page

BARS = "▁▂▃▄▅▆▇█"
WIDE = 110
"""Characters of a terminal with room for what runs were compared with."""


def print_baselines(page: Page[Baseline]) -> None:
    """A line for each baseline."""
    table = Table(box=None, pad_edge=False)
    for title in ("name", "table", "rows", "source", "made", "id"):
        table.add_column(title, justify="right" if title == "rows" else "left", no_wrap=title == "id")
    for kept in page.items:
        made = f"{kept.created_at:%Y-%m-%d}"
        table.add_row(kept.name, escape(kept.table), f"{kept.rows:,}", escape(kept.source), made, kept.id)
    print_page(table, page)


def print_baseline(baseline: Baseline) -> None:
    """What is known of one baseline."""
    out = console()
    out.print(f"{baseline.name}  {baseline.id}", style="bold")
    out.print(f"  table     {baseline.table}@{baseline.snapshot}", markup=False)
    out.print(f"  rows      {baseline.rows:,} with {baseline.columns:,} columns", markup=False)
    out.print(f"  source    {baseline.source}", markup=False)
    out.print(f"  read by   {baseline.job or 'a job that is not known'}", markup=False)
    out.print(f"  pinned    {baseline.created_at:%Y-%m-%d %H:%M} UTC", markup=False)


def print_history(page: Page[HistoryRun]) -> None:
    """A line for each run, then how the scores went, oldest first, and what left its usual range."""
    titles = ["completed", "rows", "quality", "drift", "job"]
    if len({run.table for run in page.items}) > 1:
        titles.append("table")
    if console().width >= WIDE:
        titles.append("compared with")
    table = Table(box=None, pad_edge=False)
    for title in titles:
        numeric = title in {"rows", "quality", "drift"}
        table.add_column(title, justify="right" if numeric else "left", no_wrap=title not in {"table", "compared with"})
    for run in page.items:
        cells = {
            "completed": f"{run.finished_at:%Y-%m-%d %H:%M}",
            "rows": f"{run.rows:,}",
            "quality": _score(run.quality),
            "drift": _score(run.drift),
            "job": run.job,
            "table": escape(run.table),
            "compared with": escape(run.reference or ""),
        }
        table.add_row(*(cells[title] for title in titles))
    print_page(table, page)
    out = console()
    for name, scores in (
        ("quality", [run.quality for run in page.items]),
        ("drift", [run.drift for run in page.items]),
    ):
        if len([score for score in scores if score is not None]) > 1:
            out.print(f"{name:<8} {sparkline(scores[::-1])}", markup=False)
    for run in page.items:
        for warning in run.warnings:
            out.print(Text(f"! {run.job}: {warning}", style="yellow"))


def sparkline(scores: Sequence[float | None]) -> str:
    """Scores from 0 to 1 as bars, a space where there is none.

    >>> sparkline([0, 0.5, None, 1])
    '▁▅ █'
    """
    top = len(BARS) - 1
    return "".join(" " if score is None else BARS[round(min(max(score, 0), 1) * top + 1e-9)] for score in scores)


def _score(score: float | None) -> str:
    return "" if score is None else f"{score:.3f}"
