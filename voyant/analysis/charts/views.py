"""From a view and its rows to a specification."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from voyant.analysis.charts import formats
from voyant.analysis.charts.bars import draw_bar, draw_box, draw_histogram
from voyant.analysis.charts.frame import Row, Spec
from voyant.analysis.charts.grids import draw_heatmap, draw_scatter
from voyant.analysis.charts.lines import draw_line
from voyant.domain.finding import Axis, Mark, View

_DRAWN: Mapping[Mark, Callable[[View, Sequence[Row]], Spec]] = {
    Mark.LINE: draw_line,
    Mark.BAR: draw_bar,
    Mark.HISTOGRAM: draw_histogram,
    Mark.SCATTER: draw_scatter,
    Mark.BOX: draw_box,
    Mark.HEATMAP: draw_heatmap,
}


def specify(view: View, rows: Sequence[Row]) -> Spec:
    """The Vega-Lite specification of the view over the rows of its statement."""
    return _DRAWN[view.mark](_written(view), rows)


def _written(view: View) -> View:
    """The view with titles that can be written: they come from columns, which may be named by anyone."""
    return replace(
        view,
        title=formats.one_line(view.title),
        caption=formats.one_line(view.caption),
        x=_titled(view.x),
        y=_titled(view.y),
        color=_titled(view.color) if view.color else None,
    )


def _titled(axis: Axis) -> Axis:
    return replace(axis, title=formats.one_line(axis.title), unit=formats.one_line(axis.unit) if axis.unit else None)
