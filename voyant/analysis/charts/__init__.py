"""Pictures of a table: which are worth drawing, and how they are drawn."""

from voyant.analysis.charts.rendering import begin, compile_all, plot_of, render, render_all, warm_up
from voyant.analysis.charts.selection import draw

__all__ = ["begin", "compile_all", "draw", "plot_of", "render", "render_all", "warm_up"]
