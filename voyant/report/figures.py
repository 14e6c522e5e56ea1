"""Numbers, dates and small drawings as they stand on the page."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from html import escape
from typing import Any

from voyant.analysis import wording
from voyant.domain.table import ColumnType

_LONGEST_VALUE = 160
_PERCENT = re.compile(r"(?<=\d) %")


def cell(value: Any) -> str:
    """A value of a table, as text: numbers with separators, nothing hidden, long text cut."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:,}".replace("-", "−")
    if isinstance(value, float):
        return precise(value)
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


def precise(value: float) -> str:
    """A number to six significant digits, in full where it is whole.

    >>> precise(123559.69), precise(12.50), precise(-0.25)
    ('123,560', '12.5', '−0.25')
    """
    if not math.isfinite(value):
        return "–"
    if value == round(value) and abs(value) < 1e15:
        return f"{round(value):,}".replace("-", "−")
    size = abs(value)
    if not 1e-4 <= size < 1e15:
        return f"{value:.4g}".replace("-", "−")
    digits = max(0, 5 - math.floor(math.log10(size)))
    text = f"{value:,.{digits}f}".replace("-", "−")
    return text.rstrip("0").rstrip(".") if digits else text  # the last zeros of a whole number are no decimals


def bound(value: Any, kind: ColumnType) -> str:
    """A value of a column, dates without an empty time of day."""
    if kind.is_temporal and isinstance(value, str):
        return value.replace("T00:00:00", "").replace("T", " ")
    return cell(value)


def unbroken(text: str) -> str:
    """The text with every percent sign held to its number, so that no line ends between them."""
    return _PERCENT.sub("\u00a0%", text)


def share(part: float, whole: float) -> str:
    """A share in percent; never 0 % or 100 % unless exact."""
    return wording.percent(100 * part / whole) if whole else "–"


def score(value: float | None) -> str:
    """A score of 0 to 1, which reads 1.00 only where nothing is wrong."""
    if value is None:
        return "–"
    if value == 1 or value < 0.995:
        return f"{value:.2f}"
    return f"{min(value, 0.9999):.{3 if value < 0.9995 else 4}f}"


def sparkline(values: Sequence[float | None], *, open_end: bool = False) -> str:
    """A line without axes for at most some hundreds of values; its last whole point is marked.

    The text of a picture's neighbours says the numbers, so that screen readers skip it.
    """
    width, height, edge = 168.0, 40.0, 4.0
    known = [value for value in values if value is not None]
    if len(known) < 3:
        return ""
    low, high = min(known), max(known)
    spread = (high - low) or 1.0

    def at(place: int, value: float) -> str:
        x = edge + (width - 2 * edge) * place / max(len(values) - 1, 1)
        y = height - edge - (height - 2 * edge) * (value - low) / spread
        return f"{x:.1f},{y:.1f}"

    runs: list[list[str]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(at(place, value))
    dashed = ""
    if open_end and len(runs[-1]) > 1:
        dashed = f'<polyline class="open" points="{" ".join(runs[-1][-2:])}"/>'
        runs[-1] = runs[-1][:-1]
    lines = "".join(f'<polyline points="{" ".join(run)}"/>' for run in runs if len(run) > 1)
    last = next((run[-1] for run in reversed(runs) if run), "0,0").split(",")
    dot = f'<circle cx="{last[0]}" cy="{last[1]}" r="2.6"/>'
    return _drawing("spark", width, height, f"{lines}{dashed}{dot}")


def columns(counts: Sequence[int], *, label: str) -> str:
    """A small histogram."""
    if not counts or not max(counts):
        return ""
    width, height = 120.0, 28.0
    step = width / len(counts)
    bars = []
    for place, count in enumerate(counts):
        tall = max(height * count / max(counts), 1.0 if count else 0.0)
        bars.append(
            f'<rect x="{place * step:.2f}" y="{height - tall:.2f}" width="{max(step - 0.8, 0.6):.2f}" '
            f'height="{tall:.2f}"/>'
        )
    return _drawing("mini", width, height, "".join(bars), label)


def shares(parts: Sequence[float], *, label: str) -> str:
    """Bars of the most frequent values, longest on top."""
    if not parts:
        return ""
    width, height = 120.0, 28.0
    rows = parts[:5]
    step = height / len(rows)
    bars = "".join(
        f'<rect x="0" y="{place * step:.2f}" width="{max(width * part, 1):.2f}" height="{max(step - 1.4, 1):.2f}"/>'
        for place, part in enumerate(rows)
    )
    return _drawing("mini", width, height, bars, label)


def _drawing(name: str, width: float, height: float, inner: str, label: str = "") -> str:
    spoken = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return (
        f'<svg class="{name}" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" '
        f'preserveAspectRatio="none" {spoken}>{inner}</svg>'
    )
