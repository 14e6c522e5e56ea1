"""Brands side by side, as the page shows them."""

from __future__ import annotations

from typing import Any

from voyant.analysis import wording
from voyant.domain.benchmark import Benchmark, BrandMetric, SegmentStanding, Standing
from voyant.report import figures
from voyant.report.contents import Contents

_MOST_BRANDS = 15
_VERDICTS = {"strength": "strong", "weakness": "weak", "no difference": "no difference"}


def benchmark(contents: Contents) -> dict[str, Any] | None:
    """The brands with their figures, and the one in focus in each segment."""
    found = contents.answers.get("benchmark")
    if not isinstance(found, Benchmark):
        return None
    listed = [brand for brand in _by_rank(found) if brand is not None]
    shown = [brand for place, brand in enumerate(listed) if place < _MOST_BRANDS or brand == found.brand]
    return {
        "brand": found.brand,
        "metrics": [_heading(metric) for metric in found.metrics],
        "shares_of": found.market or "",
        "spans": _spans(found),
        "brands": [_brand(found, brand) for brand in shown],
        "left_out": f"{len(listed) - len(shown):,}" if len(listed) > len(shown) else "",
        "segments": [_segment(found, one) for one in found.segments if one.value is not None],
    }


def _by_rank(found: Benchmark) -> list[str | None]:
    """The brands in the order of the first metric."""
    first = [one for one in found.standings if found.metrics and one.metric == found.metrics[0].name]
    return [one.brand for one in sorted(first, key=lambda one: (one.rank or len(first) + 1, one.brand or ""))]


def _spans(found: Benchmark) -> str:
    if found.before is None or found.after is None:
        return ""
    before, after = (f"{span.first} to {span.last}" for span in (found.before, found.after))
    return f"Shares and growth: {after} against {before}."


def _heading(metric: BrandMetric) -> str:
    unit = f" ({metric.unit})" if metric.unit else ""
    return f"{wording.readable(metric.name)}{unit}"


def _brand(found: Benchmark, brand: str) -> dict[str, Any]:
    held = {one.metric: one for one in found.standings if one.brand == brand}
    market = held.get(found.market or "")
    return {
        "name": brand,
        "own": brand == found.brand,
        "share": _percent(market.share if market else None),
        "before": _percent(market.share_before if market else None),
        "after": _percent(market.share_after if market else None),
        "growth": _percent(market.growth if market else None),
        "values": [figures.cell(_short(held.get(metric.name))) for metric in found.metrics],
        "index": next((figures.cell(round(one.price_index)) for one in held.values() if one.price_index), ""),
    }


def _short(standing: Standing | None) -> float | None:
    return None if standing is None or standing.value is None else float(f"{standing.value:.5g}")


def _percent(share: float | None) -> str:
    return "–" if share is None else wording.percent(100 * share)


def _figure(value: float | None) -> str:
    return figures.cell(None if value is None else float(f"{value:.4g}"))


def _segment(found: Benchmark, one: SegmentStanding) -> dict[str, Any]:
    metric = next(metric for metric in found.metrics if metric.name == one.metric)
    show = _percent if metric.has_shares else _figure
    tested = one.tested
    interval = f"{show(tested.low)} to {show(tested.high)}" if tested is not None else "not tested"
    return {
        "name": f"{wording.readable(one.column)}: {figures.cell(one.segment)}",
        "metric": f"share of {wording.readable(one.metric)}" if metric.has_shares else wording.readable(one.metric),
        "value": show(one.value),
        "other": show(one.other),
        "interval": interval,
        "verdict": _VERDICTS.get(one.verdict or "", "not sure" if tested is not None else ""),
    }
