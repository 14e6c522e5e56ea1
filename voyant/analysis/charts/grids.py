"""Points and cells: how two things go together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from voyant.analysis.charts import formats, order, theme
from voyant.analysis.charts.frame import WIDTH, Row, Spec, cut_labels, number_axis, picture, time_axis, tooltip
from voyant.domain.finding import Axis, View

MOST_CELLS_WITH_FIGURES = 150
MOST_NAMED_POINTS = 30
CELL = 26
_WIDEST_CELL = 84


def draw_scatter(view: View, rows: Sequence[Row]) -> Spec:
    """Points, which bear their names where ``view.color`` names each of a few; where it is a number, the rows are
    counts of bins, drawn as cells of the bins' size."""
    if view.color and view.color.kind == "number" and view.x.kind == "number":
        return _binned(view, rows)
    read = formats.moment if view.x.kind == "time" else formats.number
    points: list[Row] = [{"x": read(row[view.x.field]), "y": formats.number(row[view.y.field])} for row in rows]
    for point, row in zip(points, rows, strict=True):
        if view.color:
            point["series"] = formats.label(row[view.color.field])
        if view.highlight is not None and view.color:
            point["stress"] = point["series"] == formats.label(view.highlight)
    points = [point for point in points if point["x"] is not None and point["y"] is not None]
    ys = [point["y"] for point in points]
    xs = [point["x"] for point in points]
    if view.x.kind == "time":
        spoken = formats.spoken_moments(xs)
        for point in points:
            point["when"] = spoken[point["x"]]
        x = time_axis("x", view.x, xs)
        told: list[tuple[str, str, str | None]] = [("when", view.x.title, None)]
    else:
        x = number_axis("x", view.x, xs)
        told = [("x", formats.titled(view.x.title, view.x.unit), formats.figure_format(xs))]
    told.append(("y", formats.titled(view.y.title, view.y.unit), formats.figure_format(ys)))
    encoding: Spec = {"x": x, "y": number_axis("y", view.y, ys, vertical=True)}
    if view.color:
        told.insert(0, ("series", view.color.title, None))
        if _are_named(points):
            return _named_points(view, points, encoding, told)
        encoding |= _point_colour(view, points)
    encoding["tooltip"] = tooltip(*told)
    opacity = 0.75 if len(points) < 150 else 0.5 if len(points) < 700 else 0.32
    mark = {"type": "point", "filled": True, "size": 34, "fillOpacity": opacity}
    return picture(view.title, view.caption, points, height=340, layers=[{"mark": mark, "encoding": encoding}])


def _are_named(points: Sequence[Row]) -> bool:
    names = [point["series"] for point in points]
    return len(set(names)) == len(names) <= MOST_NAMED_POINTS


def _named_points(view: View, points: list[Row], encoding: Spec, told: list[tuple[str, str, str | None]]) -> Spec:
    """Each point with its name beside it, which spares the reader the way to a legend."""
    stressed = {"condition": {"test": "datum.stress", "value": theme.LIGHT.stress}, "value": theme.LIGHT.accent}
    mark = {"type": "point", "filled": True, "size": 70, "fillOpacity": 0.9}
    text = {"type": "text", "align": "left", "dx": 8, "fontSize": 11}
    layers: list[Spec] = [
        {"mark": mark, "encoding": {"color": stressed, "tooltip": tooltip(*told)}},
        {"mark": text, "encoding": {"text": {"field": "series", "type": "nominal"}}},
    ]
    return picture(view.title, view.caption, points, height=340, layers=[{"layer": layers, "encoding": encoding}])


def draw_heatmap(view: View, rows: Sequence[Row]) -> Spec:
    """A cell for each pair of names, darker for more; with figures where they fit."""
    colour = view.color or Axis(field=view.y.field, title="", kind="number")
    cells: list[Row] = [
        {
            "x": formats.label(row[view.x.field]),
            "y": formats.label(row[view.y.field]),
            "value": formats.number(row[colour.field]),
        }
        for row in rows
    ]
    columns = order.of_names([cell["x"] for cell in cells], by_size=[cell["x"] for cell in cells])
    lines = order.of_names([cell["y"] for cell in cells], by_size=[cell["y"] for cell in cells])
    layer = {"layer": _cell_layers(view, colour, cells, columns), "encoding": _cell_axes(columns, lines)}
    height = max(len(lines) * CELL, 2 * CELL)
    width = min(WIDTH, 150 + _WIDEST_CELL * len(columns))
    return picture(view.title, view.caption, cells, height=height, layers=[layer], width=width)


def _cell_axes(columns: Sequence[str], lines: Sequence[str]) -> Spec:
    upright = all(len(name) <= max(4, 90 // max(len(columns), 1)) for name in columns)
    encoding: Spec = {
        "x": _names("x", columns) | {"scale": {"paddingInner": 0.03}},
        "y": _names("y", lines) | {"scale": {"paddingInner": 0.05}},
    }
    encoding["x"]["axis"] |= {
        "labelAngle": 0 if upright else -40,
        "orient": "top",
        "domain": False,
        "labelAlign": "center" if upright else "left",
        **cut_labels(columns, 22),
    }
    return encoding


def _cell_layers(view: View, colour: Axis, cells: Sequence[Row], columns: Sequence[str]) -> list[Spec]:
    """The cells, and their figures on top where there are few enough to read them."""
    values = [cell["value"] for cell in cells]
    scale, dark_from = _ramp(values)
    form = formats.figure_format(values)
    low, high = formats.extent(values)
    steps = "~s" if high - low >= 10_000 else f",.{0 if high - low > 14 else 1 if high - low > 1 else 2}f"
    told = tooltip(
        ("y", view.y.title, None), ("x", view.x.title, None), ("value", formats.titled(colour.title, colour.unit), form)
    )
    legend = {
        "title": formats.titled(colour.title, colour.unit) or None,
        "gradientLength": 280,
        "gradientThickness": 9,
        "orient": "bottom",
        "offset": 8,
        "format": steps,
    }
    filled = {"field": "value", "type": "quantitative", "scale": scale, "legend": legend}
    layers: list[Spec] = [{"mark": {"type": "rect"}, "encoding": {"color": filled, "tooltip": told}}]
    if len(cells) <= MOST_CELLS_WITH_FIGURES and len(columns) <= 14:
        ink = {"condition": {"test": dark_from, "value": theme.LIGHT.paper}, "value": theme.LIGHT.ink}
        text = {"field": "value", "type": "quantitative", "format": form}
        layers.append({"mark": {"type": "text", "fontSize": 10.5}, "encoding": {"text": text, "color": ink}})
    return layers


def _binned(view: View, rows: Sequence[Row]) -> Spec:
    assert view.color is not None  # noqa: S101 - the caller asked
    cells: list[Row] = [
        {
            "x": formats.number(row[view.x.field]),
            "y": formats.number(row[view.y.field]),
            "count": formats.number(row[view.color.field]),
        }
        for row in rows
    ]
    cells = [cell for cell in cells if cell["x"] is not None and cell["y"] is not None and cell["count"]]
    width, height = _step([cell["x"] for cell in cells]), _step([cell["y"] for cell in cells])
    for cell in cells:
        cell |= {"x2": formats.number(cell["x"] + width), "y2": formats.number(cell["y"] + height)}
    encoding = _bin_encoding(view, view.color, cells)
    return picture(view.title, view.caption, cells, height=340, layers=[{"mark": "rect", "encoding": encoding}])


def _bin_encoding(view: View, colour: Axis, cells: Sequence[Row]) -> Spec:
    xs = [cell[key] for cell in cells for key in ("x", "x2")]
    ys = [cell[key] for cell in cells for key in ("y", "y2")]
    told = tooltip(
        ("x", f"{view.x.title} from", formats.figure_format(xs)),
        ("x2", "to", formats.figure_format(xs)),
        ("y", f"{view.y.title} from", formats.figure_format(ys)),
        ("y2", "to", formats.figure_format(ys)),
        ("count", colour.title, ","),
    )
    filled: Spec = {
        "field": "count",
        "type": "quantitative",
        # Counts of bins spread over powers of ten: on a plain scale all but the fullest would be pale.
        "scale": {"type": "log", "range": [theme.LIGHT.ramp[1], theme.LIGHT.ramp[3], theme.LIGHT.ramp[6]]},
        "legend": {
            "title": colour.title,
            "gradientLength": 180,
            "gradientThickness": 9,
            "format": "~s",
            "tickCount": 4,
        },
    }
    return {
        "x": number_axis("x", view.x, xs),
        "x2": {"field": "x2"},
        "y": number_axis("y", view.y, ys, vertical=True),
        "y2": {"field": "y2"},
        "color": filled,
        "tooltip": told,
    }


def _step(starts: Sequence[float]) -> float:
    different = sorted(set(starts))
    return min((after - before for before, after in pairwise(different)), default=1.0)


def _point_colour(view: View, points: Sequence[Row]) -> Spec:
    assert view.color is not None  # noqa: S101 - the caller asked
    if view.highlight is not None:
        return {
            "color": {"condition": {"test": "datum.stress", "value": theme.LIGHT.stress}, "value": theme.LIGHT.muted}
        }
    shown = sorted({point["series"] for point in points})
    if len(shown) > len(theme.LIGHT.series):
        return {}
    scale = {"domain": shown, "range": list(theme.LIGHT.series[: len(shown)])}
    return {
        "color": {
            "field": "series",
            "type": "nominal",
            "scale": scale,
            "legend": {"title": view.color.title, "symbolType": "circle"},
        }
    }


def _names(field: str, ordered: Sequence[str]) -> Spec:
    return {
        "field": field,
        "type": "nominal",
        "sort": list(ordered),
        "axis": {"title": None, "domain": False, **cut_labels(ordered)},
    }


def _ramp(values: Sequence[float | int | None]) -> tuple[Spec, str]:
    """The scale of the cells' colour, and a test for those too dark for dark figures."""
    low, high = formats.extent(values)
    if low < 0 < high:
        bound = 1.0 if max(-low, high) <= 1 else max(-low, high)
        scale = {"type": "quantize", "domain": [-bound, bound], "range": list(theme.LIGHT.diverging)}
        return scale, f"abs(datum.value) > {bound * 3 / 7:.10g}"
    low = 0 if 0 <= low <= 0.5 * high else low
    high = high if high > low else low + 1
    scale = {"type": "quantize", "domain": [low, high], "range": list(theme.LIGHT.ramp)}
    return scale, f"datum.value > {low + (high - low) * 4 / 7:.10g}"
