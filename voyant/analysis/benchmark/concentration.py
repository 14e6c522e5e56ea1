"""How few brands have how much of the market, over every brand there is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voyant.analysis.benchmark.counting import Counts, Market
from voyant.analysis.benchmark.metrics import Metric
from voyant.analysis.benchmark.standings import has_shares
from voyant.analysis.rounding import rounded
from voyant.domain.benchmark import Concentration

OVERALL, BEFORE, AFTER = "all rows", "before", "after"


def concentrations(market: Market, counts: Counts, metric: Metric | None) -> list[tuple[int | None, Concentration]]:
    """Of the market over all rows and in both spans, which have no place, and in each period, by its place."""
    if metric is None or not has_shares(metric, counts):
        return []
    made: list[tuple[int | None, Concentration]] = []
    made += [(None, _concentrated(OVERALL, row)) for row in _counted(market, metric, "1")]
    periods = market.periods
    if periods is None:
        return made
    places = {key: place for place, key in enumerate(periods.keys)}
    by_period = _counted(market, metric, "_period")
    for name, indices in zip((BEFORE, AFTER), periods.spans, strict=True):
        if indices:
            first, last = (periods.literal(periods.keys[indices[end]]) for end in (0, -1))
            within = f"CASE WHEN _period BETWEEN {first} AND {last} THEN 1 END"
            made += [(None, _concentrated(name, row)) for row in _counted(market, metric, within)]
    for row in by_period:
        place = places.get(periods.key(row["span"]))
        if place is not None:
            made.append((place, _concentrated(periods.label(place), row)))
    return made


def _concentrated(span: str, row: Mapping[str, float | int | None]) -> Concentration:
    total, least = float(row["total"] or 0), float(row["least"] or 0)
    sharing = total > 0 and least >= 0
    return Concentration(
        span=span,
        total=rounded(total),
        brands=int(row["brands"] or 0),
        hhi=rounded(min(1.0, float(row["squares"] or 0) / total**2)) if sharing else None,
        cr4=rounded(min(1.0, float(row["four"] or 0) / total)) if sharing else None,
    )


def _counted(market: Market, metric: Metric, spans: str) -> list[dict[str, Any]]:
    """Total, brands, HHI and CR4 of each span, over every brand there is, listed or not.

    Args:
        spans: The SQL of the span that a row belongs to.
    """
    statement = (
        f"WITH _rows AS (\n{market.rows}\n), _sums AS (\n"
        f"SELECT {spans} AS span, _brand, {metric.figure.numerator} AS amount FROM _rows GROUP BY 1, 2\n"
        "), _ranked AS (\nSELECT span, CAST(amount AS DOUBLE) AS amount,\n"
        "  row_number() OVER (PARTITION BY span ORDER BY amount DESC NULLS LAST, _brand) AS place FROM _sums\n)\n"
        "SELECT span, sum(amount) AS total, count(*) AS brands, min(amount) AS least,\n"
        "  sum(amount * amount) AS squares, sum(CASE WHEN place <= 4 THEN amount END) AS four\n"
        "FROM _ranked WHERE span IS NOT NULL GROUP BY 1 ORDER BY 1"
    )
    return market.query(statement)
