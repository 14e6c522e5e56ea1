"""Key figures as sentences."""

from __future__ import annotations

from voyant.analysis.wording import figure, moved, quantity, readable, rests_on, sentence, shown
from voyant.domain.kpi import Change, Kpi, KpiKind, Kpis

MOST_FIGURES = 5
_CLEAR_CONCENTRATION = 0.25


def key_figures(kpis: Kpis | None) -> tuple[str, ...]:
    """One sentence for each of the first few figures that have a value."""
    told = [figure_sentence(kpi) for kpi in (kpis.kpis if kpis else ()) if kpi.value is not None]
    return tuple(told[:MOST_FIGURES])


def figure_sentence(kpi: Kpi) -> str:
    """The value, its change, and what most of the change is owed to."""
    text = figure(kpi.name, kpi.value, kpi.unit, kpi.period)
    changes = [_change(change, kpi.unit) for change in (kpi.change, kpi.year_change) if change is not None]
    if changes:
        text += f", {' and '.join(changes)}"
    cause = _cause(kpi)
    return sentence(text + (f"; {cause}" if cause else ""))


def _change(change: Change, unit: str | None) -> str:
    text = moved(change.absolute, change.relative, unit, change.base_period)
    return text if change.rests_on is None else f"{text} ({rests_on(change.rests_on, unit)})"


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
    return f"most of it from {value} ({readable(breakdown.dimension)}), {quantity(part.effect, unit)}"
