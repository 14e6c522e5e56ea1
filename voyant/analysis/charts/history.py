"""The history of a source as a picture: its quality, and how much of it drifted, run by run."""

from __future__ import annotations

from collections.abc import Iterable

from voyant.analysis.charts.frame import Row, Spec
from voyant.analysis.charts.lines import draw_line
from voyant.domain.finding import Axis, Mark, View
from voyant.domain.history import HistoryRun


def draw_history(name: str, runs: Iterable[HistoryRun]) -> Spec:
    """A Vega-Lite specification: a line for the quality, and one for the share of columns that drifted.

    Args:
        name: Of the source, as readers know it.
        runs: In any order.
    """
    rows: list[Row] = [
        {"run": run.finished_at, "score": score, "what": what}
        for run in sorted(runs, key=lambda run: (run.finished_at, run.job))
        for what, score in (("quality", run.quality), ("columns that drifted", run.drift))
        if score is not None
    ]
    view = View(
        name="history",
        title=f"Quality and drift of {name}",
        mark=Mark.LINE,
        sql="",
        x=Axis(field="run", title="run", kind="time"),
        y=Axis(field="score", title="score, and share of columns", kind="number"),
        color=Axis(field="what", title="", kind="category"),
        caption=f"{len({row['run'] for row in rows}):,} runs, at the time each completed (UTC).",
    )
    return draw_line(view, rows)
