"""Pictures from specifications: SVG and PNG, the same bytes in every process."""

from __future__ import annotations

import re
import threading
from html import escape
from typing import Any

from voyant.analysis.charts import theme
from voyant.analysis.charts.frame import WIDTH, Spec

VEGA_LITE = "6.4"
SCALE = 1.5
"""Pixels of the PNG per unit: sharp in a document; the time to make one grows with its area."""

_MARGIN = 20
_TITLE_LINE, _SUBTITLE_LINE = 20, 15
_DEFINED = re.compile(r'\bid="((?:clip|gradient_)\d+)"')
_UNSEEN = re.compile(r'<path [^>]*?(?<=\s)opacity="0"[^>]*?/>')


def warm_up() -> threading.Thread:
    """Starts the renderer's engine, which takes about half a second, beside the caller's own work."""
    thread = threading.Thread(target=_start, name="charts-warm-up", daemon=True)
    thread.start()
    return thread


def render(spec: Spec) -> tuple[str, bytes]:
    """The picture as SVG and as PNG, on light paper, with its title and caption."""
    import vl_convert

    svg = _framed(plot(spec), spec["title"])
    return svg, bytes(vl_convert.svg_to_png(svg, scale=SCALE))


def plot(spec: Spec) -> str:
    """The marks and axes alone, as SVG; their ids count from 0 whatever was drawn before."""
    import vl_convert

    return _plain(str(vl_convert.vega_to_svg(compiled(spec))))


def compiled(spec: Spec) -> dict[str, Any]:
    """The Vega specification of the marks and axes, for a browser that has only Vega."""
    import vl_convert

    bare = {key: value for key, value in spec.items() if key != "title"}
    return dict(vl_convert.vegalite_to_vega(bare, vl_version=VEGA_LITE))


def _start() -> None:
    import vl_convert

    vl_convert.vega_to_svg({"width": 1, "height": 1})


def _plain(svg: str) -> str:
    for place, name in enumerate(dict.fromkeys(_DEFINED.findall(svg))):
        svg = re.sub(rf'(id="|url\(#){name}(?=["\)])', rf"\g<1>v{place}", svg)
    return _UNSEEN.sub("", svg)


def _framed(inner: str, title: dict[str, Any]) -> str:
    """The plot under its title: set here, since the report needs the plot alone and sets the title as text."""
    size = re.search(r'width="([\d.]+)" height="([\d.]+)"', inner)
    width, height = (float(size.group(1)), float(size.group(2))) if size else (float(WIDTH), 300.0)
    colours = theme.LIGHT
    y, lines = float(_MARGIN), []
    for text in title["text"]:
        y += 15
        lines.append(
            f'<text x="{_MARGIN}" y="{y:g}" font-size="15" font-weight="bold" fill="{colours.ink}">'
            f"{escape(text)}</text>"
        )
        y += _TITLE_LINE - 15
    for text in title.get("subtitle", ()):
        y += 12
        lines.append(f'<text x="{_MARGIN}" y="{y:g}" font-size="11.5" fill="{colours.soft}">{escape(text)}</text>')
        y += _SUBTITLE_LINE - 12
    y += 12
    full_width, full_height = max(width, WIDTH) + 2 * _MARGIN, y + height + _MARGIN
    placed = inner.replace("<svg ", f'<svg x="{_MARGIN}" y="{y:g}" ', 1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" '
        f'width="{full_width:g}" height="{full_height:g}" viewBox="0 0 {full_width:g} {full_height:g}" '
        f'font-family="{theme.FONT}" role="img" aria-label="{escape(" ".join(title["text"]))}">'
        f'<rect width="100%" height="100%" fill="{colours.paper}"/>{"".join(lines)}{placed}</svg>\n'
    )
