"""What all pictures have around their marks: size, title, data, the field definitions of their axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from voyant.analysis.charts import formats, theme
from voyant.domain.finding import Axis

Row = dict[str, Any]
Spec = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
WIDTH = 720
TITLE_CHARACTERS = 84
"""Of the title's type that fit the width."""
LABEL_CHARACTERS = 38


def picture(title: str, caption: str, rows: Sequence[Row], *, height: int, layers: list[Spec], **extra: Any) -> Spec:
    """A whole specification: the marks in their layers over the rows, titled, in the light theme.

    The width is that of the whole picture, axes included, so that pictures stand flush under one another.
    """
    heading: Spec = {"text": formats.wrapped(title, TITLE_CHARACTERS)}
    if caption:
        heading["subtitle"] = formats.wrapped(caption, TITLE_CHARACTERS + 22)
    return {
        "$schema": SCHEMA,
        "title": heading,
        "width": WIDTH,
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": theme.config(),
        "data": {"values": list(rows)},
        **(layers[0] if len(layers) == 1 else {"layer": layers}),
        **extra,
    }


def number_axis(
    field: str, axis: Axis, values: Sequence[float | int | None], *, zero: bool = False, vertical: bool = False
) -> Spec:
    """The encoding of a measured axis; ``zero`` where lengths are compared."""
    shown: Spec = {"title": formats.titled(axis.title, axis.unit), "tickCount": 5, **formats.axis_format(values)}
    if vertical:
        # Beside the axis a title would stand on its head or eat the width; above it, it reads as a heading.
        shown |= {"titleAngle": 0, "titleAlign": "left", "titleBaseline": "bottom", "titleX": 0, "titleY": -10}
    else:
        shown |= {"grid": True}
    whole = all(value is None or isinstance(value, int) for value in values)
    if whole and formats.extent(values)[1] - formats.extent(values)[0] <= 10:
        shown["tickMinStep"] = 1
    return {"field": field, "type": "quantitative", "scale": {"zero": zero, "nice": True}, "axis": shown}


def time_axis(field: str, axis: Axis, moments: Sequence[str | None]) -> Spec:
    """The encoding of a time axis, in UTC wherever it is drawn."""
    return {
        "field": field,
        "type": "temporal",
        "scale": {"type": "utc"},
        "axis": {"title": None, "format": formats.time_format(moments), "tickCount": 8, "labelOverlap": "greedy"},
        "title": axis.title,
    }


def category_axis(field: str, axis: Axis, order: Sequence[str], **shown: Any) -> Spec:
    """The encoding of an axis of names, in the order given."""
    described = {"title": axis.title, **shown, **cut_labels(order)}
    return {"field": field, "type": "nominal", "sort": list(order), "axis": described}


def cut_labels(names: Sequence[str], longest: int = LABEL_CHARACTERS) -> Spec:
    """The axis property that cuts long names, where there are any.

    An expression over lengths: the renderer's own limit in pixels would measure each text several times, which takes
    longer than all the rest. The data keep the whole names, so that two that begin alike stay apart.
    """
    if all(len(name) <= longest for name in names):
        return {}
    return {"labelExpr": f"length(datum.label) > {longest} ? slice(datum.label, 0, {longest - 1}) + '…' : datum.label"}


def tooltip(*fields: tuple[str, str, str | None]) -> list[Spec]:
    """What is said of a mark under the pointer: field, title, and the format of a number or None for text."""
    return [
        {"field": field, "title": title, "type": "nominal"}
        if form is None
        else {"field": field, "title": title, "type": "quantitative", "format": form}
        for field, title, form in fields
    ]
