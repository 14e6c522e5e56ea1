"""How a forecast was made and checked, as the page shows it."""

from __future__ import annotations

from typing import Any

from voyant.analysis import wording
from voyant.domain.forecast import Coverage, Forecast, MethodShare, SeriesForecast
from voyant.report.contents import Contents

_MOST_METHODS = 14


def forecast(contents: Contents) -> dict[str, Any] | None:
    """The methods by their errors, the intervals by what they held, and the series; None where nothing was forecast."""
    found: Forecast | None = contents.answers.get("forecast")
    if found is None:
        return None
    return {
        "value": found.value,
        "many": found.series_total > 1,
        "methods": [_method(method) for method in sorted(found.methods, key=_by_error)[:_MOST_METHODS]],
        "coverage": [_coverage(held) for held in found.coverage],
        "series": [_series(found, series) for series in found.series],
        "series_left_out": wording.count(found.series_total - len(found.series))
        if found.series_total > len(found.series)
        else "",
        "notes": found.notes,
    }


def _by_error(method: MethodShare) -> tuple[float, str]:
    return (method.mase if method.mase is not None else float("inf"), method.method)


def _method(method: MethodShare) -> dict[str, str]:
    return {
        "name": method.method.replace("_", " "),
        "mase": "–" if method.mase is None else f"{method.mase:.2f}",
        "smape": "–" if method.smape is None else f"{method.smape:.1f}",
        "chosen": wording.count(method.chosen) if method.chosen else "",
    }


def _coverage(held: Coverage) -> dict[str, str]:
    return {
        "level": wording.percent(held.level),
        "share": "–" if held.share is None else wording.percent(held.share),
        "values": wording.count(held.values),
    }


def _series(found: Forecast, series: SeriesForecast) -> dict[str, Any]:
    last = series.points[-1]
    widest = last.intervals[-1] if last.intervals else None
    bounds = [wording.quantity(end, found.unit) for end in (widest.low, widest.high)] if widest else []
    seasons = [f"{season.length}" + (f" ({season.name})" if season.name else "") for season in series.seasons]
    return {
        "label": series.label or found.value,
        "method": series.method.replace("_", " "),
        "seasons": ", ".join(seasons) or "none",
        "naive": "–" if series.against_naive is None else wording.percent(100 * series.against_naive),
        "period": last.period,
        "value": wording.quantity(last.value, found.unit),
        "bounds": " to ".join(bounds) or "–",
    }
