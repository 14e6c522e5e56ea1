"""Bars, histograms and box plots: lengths and spreads, compared by name or by range."""

from __future__ import annotations

from collections.abc import Sequence

from voyant.analysis.charts import formats, order, theme
from voyant.analysis.charts.frame import Row, Spec, category_axis, number_axis, picture, time_axis, tooltip
from voyant.domain.finding import Axis, View

MOST_BARS = 15
BAR_STEP = 24
_SMALLEST = 4
_FEWEST_UPRIGHT, _MOST_UPRIGHT = 6, 40


def draw_bar(view: View, rows: Sequence[Row]) -> Spec:
    """Horizontal bars, longest first; upright ones where the names have an order of their own, such as hours."""
    names, figures = (view.y, view.x) if view.y.kind == "category" else (view.x, view.y)
    bars = [_bar(view, row, names, figures) for row in rows]
    if not view.color:
        _tell_apart(bars)
    scale = order.natural([bar["name"] for bar in bars])
    if scale and not view.color and _FEWEST_UPRIGHT <= len(scale) <= _MOST_UPRIGHT and max(map(len, scale)) <= 9:
        return _upright(view, bars, scale, names, figures)
    bars, left_out = _ends(bars)
    ordered = order.of_names([bar["name"] for bar in bars], by_size=_by_size(bars))
    values = [bar["value"] for bar in bars]
    encoding: Spec = {
        "y": category_axis("name", names, ordered) | {"scale": {"paddingInner": 0.28}},
        "x": number_axis("value", figures, values, zero=True),
    }
    encoding["y"]["axis"]["title"] = None
    encoding["x"]["axis"] |= {"orient": "top", "titleAnchor": "start", "domain": False}
    encoding["x"]["axis"]["title"] = f"{formats.titled(figures.title, figures.unit)} by {names.title}"
    told = _told(view, names, figures, values)
    layers: list[Spec] = [{"mark": {"type": "bar"}, "encoding": {**_bar_colour(view, bars), "tooltip": told}}]
    if formats.extent(values)[0] < 0:
        layers.append({"mark": {"type": "rule"}, "encoding": {"x": {"datum": 0}, "y": None}})
    elif not view.color:
        # Figures at the bars' ends spare the reader the way to an axis.
        high = formats.extent(values)[1]
        encoding["x"]["scale"] = {"domain": [0, formats.number(high * 1.12) or 1], "nice": False}
        encoding["x"]["axis"] |= {"grid": False, "labels": False}
        layers.append(_figures(values))
    groups = len({bar["series"] for bar in bars}) if view.color else 1
    height = max(len(ordered) * (BAR_STEP if groups == 1 else 12 * groups + 8), 2 * BAR_STEP)
    caption = " ".join(part for part in (view.caption, left_out) if part)
    return picture(view.title, caption, bars, height=height, layers=[{"layer": layers, "encoding": encoding}])


def draw_histogram(view: View, rows: Sequence[Row]) -> Spec:
    """How many values lie in each range, from ``view.x`` to ``view.x2``."""
    read = formats.moment if view.x.kind == "time" else formats.number
    bins: list[Row] = [
        {
            "from": read(row[view.x.field]),
            "to": read(row[view.x2 or view.x.field]),
            "count": formats.number(row[view.y.field]),
        }
        for row in rows
    ]
    bins = [bin_ for bin_ in bins if bin_["from"] is not None and bin_["to"] is not None]
    edges = [bin_[key] for bin_ in bins for key in ("from", "to")]
    if view.x.kind == "time":
        x = time_axis("from", view.x, edges)
        spoken = formats.spoken_moments(edges)
    else:
        x = number_axis("from", view.x, edges) | {"bin": "binned"}
        x["axis"]["grid"] = False
        x["scale"]["nice"] = False
        spoken = {edge: f"{edge:,.6g}" for edge in edges}
    for bin_ in bins:
        bin_["range"] = f"{spoken[bin_['from']]} to {spoken[bin_['to']]}"
    counts = [bin_["count"] for bin_ in bins]
    encoding: Spec = {
        "x": x,
        "x2": {"field": "to"},
        "y": number_axis("count", view.y, counts, zero=True, vertical=True),
        "tooltip": tooltip(("range", view.x.title, None), ("count", view.y.title, ",")),
    }
    mark = {"type": "bar", "binSpacing": 1}
    return picture(view.title, view.caption, bins, height=220, layers=[{"mark": mark, "encoding": encoding}])


def draw_box(view: View, rows: Sequence[Row]) -> Spec:
    """For each name the median, the box around it and, where the rows have them, whiskers.

    Rows hold ``view.low`` and ``view.high``, and may hold ``q1`` and ``q3``; without these the box reaches from low
    to high.
    """
    names, figures = (view.x, view.y) if view.x.kind == "category" else (view.y, view.x)
    boxes, left_out = _boxes(view, names, figures, rows[:MOST_BARS]), len(rows) - MOST_BARS
    ordered = order.of_names(
        [box["name"] for box in boxes],
        by_size=[box["name"] for box in sorted(boxes, key=lambda box: (-(box["median"] or 0), box["name"]))],
    )
    y = category_axis("name", names, ordered)
    y["axis"]["title"] = None
    caption = " ".join(
        part for part in (view.caption, f"{left_out} more are not shown." if left_out > 0 else "") if part
    )
    height = max(len(ordered) * BAR_STEP, 2 * BAR_STEP)
    layer = {"layer": _box_layers(view, names, figures, boxes), "encoding": {"y": y}}
    return picture(view.title, caption, boxes, height=height, layers=[layer])


def _boxes(view: View, names: Axis, figures: Axis, rows: Sequence[Row]) -> list[Row]:
    low, high = view.low or "low", view.high or "high"
    boxes: list[Row] = [
        {
            "name": formats.label(row[names.field]),
            "median": formats.number(row[figures.field]),
            "low": formats.number(row[low]),
            "high": formats.number(row[high]),
            "q1": formats.number(row.get("q1", row[low])),
            "q3": formats.number(row.get("q3", row[high])),
        }
        for row in rows
    ]
    for box in boxes:
        box["stress"] = view.highlight is not None and box["name"] == formats.label(view.highlight)
    return boxes


def _box_layers(view: View, names: Axis, figures: Axis, boxes: Sequence[Row]) -> list[Spec]:
    """Whiskers, then boxes, then medians, each on top of those before."""
    values = [box[key] for box in boxes for key in ("low", "q1", "median", "q3", "high")]
    form = formats.figure_format(values)
    told = tooltip(
        ("name", names.title, None),
        ("high", "high", form),
        ("q3", "upper quartile", form),
        ("median", "median", form),
        ("q1", "lower quartile", form),
        ("low", "low", form),
    )
    fill = {
        "condition": {"test": "datum.stress", "value": theme.LIGHT.stress},
        "value": theme.LIGHT.muted if view.highlight is not None else theme.LIGHT.ramp[2],
    }
    return [
        {"mark": {"type": "rule"}, "encoding": {"x": number_axis("low", figures, values), "x2": {"field": "high"}}},
        {
            "mark": {"type": "bar", "size": 13},
            "encoding": {
                "x": {"field": "q1", "type": "quantitative"},
                "x2": {"field": "q3"},
                "color": fill,
                "tooltip": told,
            },
        },
        {
            "mark": {"type": "tick", "size": 13, "thickness": 2, "color": theme.LIGHT.ink},
            "encoding": {"x": {"field": "median", "type": "quantitative"}, "tooltip": told},
        },
    ]


def _upright(view: View, bars: list[Row], scale: Sequence[str], names: Axis, figures: Axis) -> Spec:
    values = [bar["value"] for bar in bars]
    encoding: Spec = {
        "x": category_axis("name", names, scale, labelAngle=0, labelOverlap="greedy")
        | {"scale": {"paddingInner": 0.2}},
        "y": number_axis("value", figures, values, zero=True, vertical=True),
        "tooltip": _told(view, names, figures, values),
        **_bar_colour(view, bars),
    }
    return picture(view.title, view.caption, bars, height=240, layers=[{"mark": "bar", "encoding": encoding}])


def _told(view: View, names: Axis, figures: Axis, values: Sequence[float | int | None]) -> list[Spec]:
    told = [("name", names.title, None), ("value", formats.titled(figures.title, figures.unit), _form(values))]
    if view.color:
        told.insert(1, ("series", view.color.title, None))
    return tooltip(*told)


def _bar(view: View, row: Row, names: Axis, figures: Axis) -> Row:
    bar: Row = {"name": formats.label(row[names.field]), "value": formats.number(row[figures.field])}
    if view.color:
        bar["series"] = formats.label(row[view.color.field])
    if view.highlight is not None and formats.label(view.highlight) in (bar["name"], bar.get("series")):
        bar["stress"] = True
    return bar


def _tell_apart(bars: list[Row]) -> None:
    """Gives namesakes, such as two records of one day, bars of their own: spaces at a name's end are not seen."""
    seen: dict[str, int] = {}
    for bar in bars:
        before = seen.get(bar["name"], 0)
        seen[bar["name"]] = before + 1
        bar["name"] += " " * before


def _ends(bars: list[Row]) -> tuple[list[Row], str]:
    """Where there are too many names, the largest, the smallest, and those that are stressed."""
    names = _by_size(bars)
    if len(names) <= MOST_BARS:
        return bars, ""
    kept = {*names[: MOST_BARS - _SMALLEST], *names[-_SMALLEST:]}
    kept |= {bar["name"] for bar in bars if bar.get("stress")}
    told = f"The {MOST_BARS - _SMALLEST} largest and {_SMALLEST} smallest of {len(names)} are shown."
    return [bar for bar in bars if bar["name"] in kept], told


def _by_size(bars: Sequence[Row]) -> list[str]:
    sizes: dict[str, float] = {}
    for bar in bars:
        sizes[bar["name"]] = sizes.get(bar["name"], 0.0) + (bar["value"] or 0)
    return sorted(sizes, key=lambda name: (-sizes[name], name))


def _bar_colour(view: View, bars: Sequence[Row]) -> Spec:
    stressed = any("stress" in bar for bar in bars)
    if view.color:
        shown = list(dict.fromkeys(bar["series"] for bar in bars))
        palette = list(theme.LIGHT.series)
        scale = {"domain": shown, "range": [palette[place % len(palette)] for place in range(len(shown))]}
        return {
            "yOffset": {"field": "series", "sort": shown},
            "color": {"field": "series", "type": "nominal", "scale": scale, "legend": {"title": view.color.title}},
        }
    rest = theme.LIGHT.muted if stressed else theme.LIGHT.accent
    return {"color": {"condition": {"test": "datum.stress", "value": theme.LIGHT.stress}, "value": rest}}


def _figures(values: Sequence[float | int | None]) -> Spec:
    largest = max((value for value in values if value is not None), default=0)
    text: Spec = {"field": "value", "type": "quantitative", "format": _form(values)}
    if largest >= 1_000_000:
        text = {"field": "value", "type": "quantitative", "format": ".3~s"}
    return {"mark": {"type": "text", "align": "left", "dx": 5}, "encoding": {"text": text}}


def _form(values: Sequence[float | int | None]) -> str:
    return formats.figure_format(values)
