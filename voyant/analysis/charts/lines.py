"""Lines over time or over numbers: one series, several, or one stressed among the others."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from voyant.analysis.charts import formats, theme
from voyant.analysis.charts.frame import Row, Spec, number_axis, picture, time_axis, tooltip
from voyant.domain.finding import View

MOST_SERIES = 6
HEIGHT = 260


def draw_line(view: View, rows: Sequence[Row]) -> Spec:
    """A line for each value of ``view.color``.

    A row may have ``complete``: where it is false, the period is not over, or began before the data, and its value
    can't be compared: the line to it is dashed and its end is hollow.
    """
    points = _points(view, rows)
    points, left_out = _few_series(points, view)
    caption = " ".join(part for part in (view.caption, left_out, _note_on_dashes(points)) if part)
    values = [point[key] for point in points for key in ("y", "low", "high") if key in point]
    low, high = formats.extent(values)
    y = number_axis("y", view.y, values, zero=0 <= low <= 0.6 * high, vertical=True)
    encoding: Spec = {"x": _x_axis(view, points), "y": y}
    layers = [_band(view)] if view.low and view.high else []
    layers += _strokes(view, points)
    if len(points) <= 60 and not view.color:
        layers.append(_dots(points))
    layers.append(_hover(view, points))
    return picture(view.title, caption, points, height=HEIGHT, layers=[{"layer": layers, "encoding": encoding}])


def _points(view: View, rows: Sequence[Row]) -> list[Row]:
    position = {"time": formats.moment, "number": formats.number}.get(view.x.kind, formats.label)
    points: list[Row] = []
    for row in rows:
        point: Row = {"x": position(row[view.x.field]), "y": formats.number(row[view.y.field])}
        if view.color:
            point["series"] = formats.label(row[view.color.field])
        if view.low and view.high:
            point |= {"low": formats.number(row[view.low]), "high": formats.number(row[view.high])}
        if not row.get("complete", True):
            point["open"] = True
        if point["x"] is not None:
            points.append(point)
    if view.x.kind != "category":
        points.sort(key=lambda point: (point.get("series", ""), point["x"]))
    if view.x.kind == "time":
        spoken = formats.spoken_moments(point["x"] for point in points)
        for point in points:
            point["when"] = spoken[point["x"]]
    return points


def _few_series(points: list[Row], view: View) -> tuple[list[Row], str]:
    """Without a stressed series only the largest stay: a reader can't tell more colours apart."""
    if not view.color or view.highlight is not None:
        return points, ""
    sizes: dict[str, float] = {}
    for point in points:
        sizes[point["series"]] = sizes.get(point["series"], 0.0) + abs(point["y"] or 0)
    kept = sorted(sizes, key=lambda name: (-sizes[name], name))[:MOST_SERIES]
    left_out = len(sizes) - len(kept)
    return (
        [point for point in points if point["series"] in kept],
        f"The {MOST_SERIES} largest of {len(sizes)} are shown." if left_out else "",
    )


def _note_on_dashes(points: Sequence[Row]) -> str:
    return "Dashed: the period is incomplete." if any("open" in point for point in points) else ""


def _x_axis(view: View, points: Sequence[Row]) -> Spec:
    if view.x.kind == "time":
        return time_axis("x", view.x, [point["x"] for point in points])
    if view.x.kind == "number":
        return number_axis("x", view.x, [point["x"] for point in points])
    order = list(dict.fromkeys(point["x"] for point in points))
    axis = {"title": view.x.title, "labelAngle": 0, "labelOverlap": "greedy"}
    return {"field": "x", "type": "ordinal", "sort": order, "axis": axis}


def _colour(view: View, points: Sequence[Row]) -> Spec:
    if not view.color:
        return {}
    if view.highlight is not None:
        return {"detail": {"field": "series"}, **_stressed(view, theme.LIGHT.muted)}
    order = list(dict.fromkeys(point["series"] for point in points))
    legend = {"title": None if len(order) < 2 else view.color.title, "symbolType": "stroke"}
    scale = {"domain": order, "range": list(theme.LIGHT.series[: len(order)])}
    return {"color": {"field": "series", "type": "nominal", "scale": scale, "legend": legend}}


def _stressed(view: View, rest: str) -> Spec:
    chosen = {"field": "series", "equal": formats.label(view.highlight)}
    return {
        "color": {"condition": {"test": chosen, "value": theme.LIGHT.stress}, "value": rest},
        "strokeWidth": {"condition": {"test": chosen, "value": 2.5}, "value": 1.2},
    }


def _strokes(view: View, points: Sequence[Row]) -> list[Spec]:
    colour = _colour(view, points)
    whole = {"transform": [{"filter": "!datum.open"}], "mark": {"type": "line"}, "encoding": colour}
    if not any("open" in point for point in points):
        return [{"mark": {"type": "line"}, "encoding": colour}]
    for series in _by_series(points):
        for before, after in pairwise(series):
            if "open" in before or "open" in after:
                before["edge"] = after["edge"] = True
    dashed = {
        "transform": [{"filter": "datum.edge"}],
        "mark": {"type": "line", "strokeDash": [3, 4], "strokeWidth": 1.6},
        "encoding": colour,
    }
    return [whole, dashed]


def _by_series(points: Sequence[Row]) -> list[list[Row]]:
    series: dict[str, list[Row]] = {}
    for point in points:
        series.setdefault(point.get("series", ""), []).append(point)
    return list(series.values())


def _dots(points: Sequence[Row]) -> Spec:
    mark: dict[str, Any] = {"type": "point", "size": 26, "filled": True, "opacity": 1}
    if not any("open" in point for point in points):
        return {"mark": mark}
    fill = {"condition": {"test": "datum.open", "value": theme.LIGHT.paper}, "value": theme.LIGHT.accent}
    return {"mark": {**mark, "stroke": theme.LIGHT.accent, "strokeWidth": 1.4}, "encoding": {"fill": fill}}


def _band(view: View) -> Spec:
    colour = {"color": {"field": "series", "type": "nominal"}} if view.color and view.highlight is None else {}
    return {
        "mark": {"type": "area", "opacity": 0.16},
        "encoding": {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}, **colour},
    }


def _hover(view: View, points: Sequence[Row]) -> Spec:
    """Unseen targets, wide enough for a finger, that say what stands at each point."""
    form = formats.figure_format(point["y"] for point in points)
    where = ("when", view.x.title, None) if view.x.kind == "time" else ("x", view.x.title, _x_form(view, points))
    told = [where, ("y", formats.titled(view.y.title, view.y.unit), form)]
    if view.color:
        told.insert(0, ("series", view.color.title, None))
    return {
        "mark": {"type": "point", "size": 160, "opacity": 0, "filled": True},
        "encoding": {"tooltip": tooltip(*told)},
    }


def _x_form(view: View, points: Sequence[Row]) -> str | None:
    return formats.figure_format(point["x"] for point in points) if view.x.kind == "number" else None
