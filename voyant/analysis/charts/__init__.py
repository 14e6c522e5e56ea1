"""Pictures of a table: which are worth drawing, and how they are drawn."""

from voyant.analysis.charts.rendering import compiled, plot, render, warm_up
from voyant.analysis.charts.selection import draw

__all__ = ["compiled", "draw", "plot", "render", "warm_up"]
