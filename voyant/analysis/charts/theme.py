"""Colours and type of every picture, in a light and a dark edition.

Series take the palette of Okabe and Ito (2008), which stays distinct under the common forms of colour blindness,
without its yellow, which is too pale on paper. Ramps have one hue and steps of equal lightness, so that they also
read in grey.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
"""The renderer carries Liberation Sans, so pictures have the same glyphs on every machine; where a browser draws, the
other names have the same widths."""


class Theme(Struct, frozen=True, kw_only=True):
    """One edition: every colour that a picture or the report may use.

    Attributes:
        accent: The main series; ``stress`` what a picture wants seen, ``muted`` the rest beside it.
        ramp: From little to much; ``diverging`` from -1 to 1.
    """

    paper: str
    ink: str
    soft: str
    faint: str
    hairline: str
    accent: str
    stress: str
    muted: str
    series: tuple[str, ...]
    ramp: tuple[str, ...]
    diverging: tuple[str, ...]


LIGHT = Theme(
    paper="#ffffff",
    ink="#1c1f22",
    soft="#575d63",
    faint="#8b9197",
    hairline="#e6e4df",
    accent="#0072b2",
    stress="#d55e00",
    muted="#bcc5cd",
    series=("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"),
    ramp=("#eaf1f7", "#c9deee", "#9fc5e1", "#6fa8d2", "#418abf", "#1c6ba6", "#074d82"),
    diverging=("#a84300", "#dd7b34", "#f2bb92", "#f3f1ee", "#a6cbe5", "#4a90c4", "#08548c"),
)

DARK = Theme(
    paper="#17191c",
    ink="#eceae6",
    soft="#b0b4b8",
    faint="#82878c",
    hairline="#303439",
    accent="#5cb2e8",
    stress="#f5893d",
    muted="#4d555d",
    series=("#5cb2e8", "#f5893d", "#38c49a", "#e09cc2", "#f2b93b", "#9bd4f5"),
    ramp=("#1f2a34", "#22405a", "#275a82", "#3176a8", "#4a95ca", "#7ab7e3", "#b9dcf6"),
    diverging=("#ff9d57", "#cf7330", "#7d4a26", "#262a2e", "#254f70", "#3f86b8", "#86c6f2"),
)


def dark_twins() -> dict[str, str]:
    """Each light colour with the dark one that takes its place."""
    twins: dict[str, str] = {}
    for name in Theme.__struct_fields__:
        light, dark = getattr(LIGHT, name), getattr(DARK, name)
        pairs = [(light, dark)] if isinstance(light, str) else zip(light, dark, strict=True)
        twins.update(pairs)
    return twins


def config(theme: Theme = LIGHT) -> dict[str, Any]:
    """The Vega-Lite configuration: everything that all pictures share."""
    return {
        "background": theme.paper,
        # The page describes a picture once and gives its data as a table; a label on each mark would only be noise.
        "aria": False,
        "font": FONT,
        "padding": {"left": 1, "right": 1, "top": 1, "bottom": 5},
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "frame": "group",
            "color": theme.ink,
            "fontSize": 15,
            "fontWeight": "bold",
            "subtitleColor": theme.soft,
            "subtitleFontSize": 11.5,
            "subtitlePadding": 5,
            "lineHeight": 19,
            "offset": 14,
        },
        "axis": {
            "labelColor": theme.soft,
            "labelFontSize": 11,
            "labelPadding": 6,
            "titleColor": theme.soft,
            "titleFontSize": 11,
            "titleFontWeight": "normal",
            "titlePadding": 10,
            "titleLimit": 440,
            "gridColor": theme.hairline,
            "domainColor": theme.faint,
            "tickColor": theme.faint,
            "ticks": False,
            "labelLimit": 0,
        },
        "axisX": {"grid": False, "labelFlush": False},
        "axisY": {"domain": False},
        "legend": {
            "labelColor": theme.soft,
            "labelFontSize": 11,
            "labelLimit": 0,
            "titleColor": theme.soft,
            "titleFontSize": 11,
            "titleFontWeight": "normal",
            "orient": "top",
            "direction": "horizontal",
            "offset": 28,
            "titleOrient": "left",
            "titleLimit": 340,
            "titlePadding": 10,
            "columnPadding": 16,
            "symbolStrokeWidth": 3,
        },
        "range": {"category": list(theme.series), "ramp": list(theme.ramp), "heatmap": list(theme.ramp)},
        "line": {"color": theme.accent, "strokeWidth": 2, "strokeJoin": "round", "strokeCap": "round"},
        "bar": {"color": theme.accent},
        "rect": {"color": theme.accent},
        "point": {"color": theme.accent},
        "area": {"color": theme.accent},
        "rule": {"color": theme.faint},
        "tick": {"color": theme.accent},
        "text": {"color": theme.soft, "fontSize": 11},
    }
