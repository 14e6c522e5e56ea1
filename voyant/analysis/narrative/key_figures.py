"""Key figures as sentences."""

from __future__ import annotations

import re

from voyant.analysis.wording import percent, quantity, sentence, shown
from voyant.domain.kpi import Change, Kpi, KpiKind, Kpis

MOST_FIGURES = 5
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_CLEAR_CONCENTRATION = 0.25


def key_figures(kpis: Kpis | None) -> tuple[str, ...]:
    """One sentence for each of the first few figures that have a value."""
    told = [figure_sentence(kpi) for kpi in (kpis.kpis if kpis else ()) if kpi.value is not None]
    return tuple(told[:MOST_FIGURES])


def figure_sentence(kpi: Kpi) -> str:
    """The value, its change, and what most of the change is owed to."""
    name = kpi.name.replace("_", " ")
    if kpi.value is None:
        return sentence(f"{name}: no value")
    text = f"{name}{f' in {period_name(kpi.period)}' if kpi.period else ''}: {quantity(kpi.value, kpi.unit)}"
    changes = [
        f"{_moved(change, kpi)} {period_name(change.base_period)}"
        for change in (kpi.change, kpi.year_change)
        if change is not None
    ]
    if changes:
        text += f", {' and '.join(changes)}"
    cause = _cause(kpi)
    return sentence(text + (f"; {cause}" if cause else ""))


def _moved(change: Change, kpi: Kpi) -> str:
    if change.absolute == 0:
        return "unchanged from"
    direction = "up" if change.absolute > 0 else "down"
    if kpi.kind is KpiKind.RATE:
        return f"{direction} {quantity(abs(change.absolute), None)} points on"
    if change.relative is None or abs(change.relative) > 10:
        return f"{direction} {quantity(abs(change.absolute), kpi.unit)} on"
    return f"{direction} {percent(round(100 * abs(change.relative), 1))} on"


def _cause(kpi: Kpi) -> str | None:
    """The value that moved furthest beyond its share, where one stands out."""
    if kpi.change is None or not kpi.change.breakdowns or kpi.change.absolute == 0:
        return None
    breakdown = kpi.change.breakdowns[0]
    along = [part for part in breakdown.parts if part.effect * kpi.change.absolute > 0]
    if breakdown.concentration < _CLEAR_CONCENTRATION or not along:
        return None
    part = max(along, key=lambda part: (abs(part.effect), part.value or ""))
    value = shown(part.value) if part.value is not None else "no value"
    unit = "points" if kpi.kind is KpiKind.RATE else kpi.unit
    return f"most of it from {value} ({breakdown.dimension.replace('_', ' ')}), {quantity(part.effect, unit)}"


def period_name(label: str) -> str:
    """A period's label in words.

    >>> period_name("2013-12"), period_name("2013-12-24"), period_name("2013-Q4"), period_name("2013-W52")
    ('December 2013', '24 December 2013', 'Q4 2013', 'week 52 of 2013')
    """
    if match := re.fullmatch(r"(\d{4})-(\d\d)", label):
        return f"{_MONTHS[int(match[2]) - 1]} {match[1]}"
    if match := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d))?", label):
        hour = f", {match[4]}:00" if match[4] else ""
        return f"{int(match[3])} {_MONTHS[int(match[2]) - 1]} {match[1]}{hour}"
    if match := re.fullmatch(r"(\d{4})-Q(\d)", label):
        return f"Q{match[2]} {match[1]}"
    if match := re.fullmatch(r"(\d{4})-W(\d\d)", label):
        return f"week {int(match[2])} of {match[1]}"
    return label
