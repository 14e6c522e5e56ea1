"""Pictures from specifications: SVG and PNG, the same bytes in every process."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from concurrent.futures import Future
from functools import cache
from html import escape
from typing import Any

from voyant.analysis.charts import theme
from voyant.analysis.charts.frame import WIDTH, Spec
from voyant.analysis.charts.workers import drawers, painters
from voyant.analysis.processes import Worker
from voyant.errors import InternalError

_MARGIN = 20
_TITLE_LINE, _SUBTITLE_LINE = 20, 15
_DEFINED = re.compile(r'\bid="((?:clip|gradient_)\d+)"')
_PLACED = re.compile(r'<g class="plot" data-size="([\d.]+) ([\d.]+)"[^>]*>')
_TAG = re.compile(r"<[^>]*>")
_LONG_DECIMAL = re.compile(r"-?\d+\.\d{3,}")
_DISC = re.compile(
    r'<path transform="translate\(([-\d.]+),([-\d.]+)\)" d="M([\d.]+),0A\3,\3,0,1,1,-\3,0A\3,\3,0,1,1,\3,0"'
)
_UNSEEN = re.compile(r'<path [^>]*?(?<=\s)opacity="0"[^>]*?/>')
_FIRST: Spec = {"data": {"values": [{"x": 1}]}, "mark": "bar", "encoding": {"x": {"field": "x"}}}
_MOST_KEPT = 48
_kept: dict[bytes, bytes] = {}


def warm_up() -> None:
    """Starts the renderer, which takes half a second beside the caller's own work.

    A first picture with text starts its engine and reads the fonts, before anyone waits for it.
    """
    _first_picture(os.getpid())


@cache
def _first_picture(_process: int) -> Future[tuple[str, bytes]]:
    return begin(_FIRST)


def render(spec: Spec) -> tuple[str, bytes]:
    """The picture as SVG and as PNG, on light paper, with its title and caption.

    Raises:
        InternalError: The renderer can't draw it.
    """
    return begin(spec).result()


def begin(spec: Spec) -> Future[tuple[str, bytes]]:
    """The same, drawn while the caller goes on."""
    return painters().begin(_painted, drawers().begin(_drawn, spec))


def render_all(specs: Sequence[Spec]) -> list[tuple[str, bytes]]:
    """The same for each specification."""
    return [begun.result() for begun in [begin(spec) for spec in specs]]


def compile_all(specs: Sequence[Spec]) -> list[dict[str, Any]]:
    """The Vega specifications of the marks and axes, for a browser that has only Vega."""
    return drawers().map(_compiled, specs)


def plot_of(svg: str) -> str:
    """The marks and axes alone of a picture that ``render`` made: the report sets titles as text."""
    found = _PLACED.search(svg)
    if not found:
        return ""
    inner = svg[found.end() : svg.rindex("</g></svg>")]
    return f'<svg viewBox="0 0 {found[1]} {found[2]}" width="{found[1]}" height="{found[2]}">{inner}</svg>'


def _drawn(worker: Worker, spec: Spec) -> str:
    plot = _plain(worker.ask("draw", _vega(worker, spec)).decode())
    return _framed(plot, spec.get("title", {}))


def _painted(worker: Worker, drawn: Future[str]) -> tuple[str, bytes]:
    svg = drawn.result()
    return svg, worker.ask("rasterize", svg.encode())


def _compiled(worker: Worker, spec: Spec) -> dict[str, Any]:
    compiled: dict[str, Any] = json.loads(_vega(worker, spec))
    return compiled


def _vega(worker: Worker, spec: Spec) -> bytes:
    """The Vega specification; the latest are kept, since a report needs those of the pictures drawn before it."""
    bare = _bare(spec)
    compiled = _kept.get(bare)
    if compiled is None:
        compiled = worker.ask("compile", bare)
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        _kept[bare] = compiled
    return compiled


def _bare(spec: Spec) -> bytes:
    """The marks and axes alone; sorted, so that a specification read back from its artifact is the same."""
    kept = {key: value for key, value in spec.items() if key not in {"title", "usermeta"}}
    return json.dumps({**kept, "background": "transparent"}, sort_keys=True).encode()


def _plain(svg: str) -> str:
    """The SVG with ids that count from 0, without what can't be seen, and in fewer bytes: points as circles, places to
    a hundredth of a unit."""
    for place, name in enumerate(dict.fromkeys(_DEFINED.findall(svg))):
        svg = re.sub(rf'(id="|url\(#){name}(?=["\)])', rf"\g<1>v{place}", svg)
    svg = _TAG.sub(lambda tag: _LONG_DECIMAL.sub(_shortened, tag.group()), _UNSEEN.sub("", svg))
    return _DISC.sub(r'<circle cx="\1" cy="\2" r="\3"', svg)


def _shortened(decimal: re.Match[str]) -> str:
    return f"{float(decimal.group()):.2f}".rstrip("0").rstrip(".")


def _framed(plot: str, title: dict[str, Any]) -> str:
    """The plot under its title: set here, since the report needs the plot alone and sets the title as text.

    The plot becomes a group. As an SVG within the SVG it would be clipped, which takes the rasterizer ten times longer.
    """
    size = re.match(r'<svg [^>]*width="([\d.]+)" height="([\d.]+)"[^>]*>', plot)
    if size is None:
        raise InternalError("The chart renderer answered with something other than SVG.", data={"start": plot[:80]})
    lines, top = _heading(title)
    width, height = float(size[1]), float(size[2])
    full_width, full_height = max(width, WIDTH) + 2 * _MARGIN, top + height + _MARGIN
    inner = plot[size.end() : plot.rindex("</svg>")]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" '
        f'width="{full_width:g}" height="{full_height:g}" viewBox="0 0 {full_width:g} {full_height:g}" '
        f'font-family="{theme.FONT}" role="img" aria-label="{escape(" ".join(title.get("text", ())))}">'
        f'<rect width="{full_width:g}" height="{full_height:g}" fill="{theme.LIGHT.paper}"/>{"".join(lines)}'
        f'<g class="plot" data-size="{width:g} {height:g}" transform="translate({_MARGIN},{top:g})">{inner}</g></svg>\n'
    )


def _heading(title: dict[str, Any]) -> tuple[list[str], float]:
    """The lines of the title and the caption, and where the plot begins below them."""
    lines: list[str] = []
    top = float(_MARGIN)
    for part, size, leading, look in (
        ("text", 15.0, _TITLE_LINE, f'font-weight="bold" fill="{theme.LIGHT.ink}"'),
        ("subtitle", 11.5, _SUBTITLE_LINE, f'fill="{theme.LIGHT.soft}"'),
    ):
        for text in title.get(part, ()):
            lines.append(f'<text x="{_MARGIN}" y="{top + size:g}" font-size="{size:g}" {look}>{escape(text)}</text>')
            top += leading
    return lines, top + (12 if lines else 0)
