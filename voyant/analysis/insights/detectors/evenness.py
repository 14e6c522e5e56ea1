"""Columns whose values are about equally frequent, all in one statement."""

from __future__ import annotations

import math

from voyant.analysis.insights.comparison import Claim, Telling
from voyant.analysis.insights.frame import Factor, Frame
from voyant.analysis.wording import listed, readable, sentence
from voyant.lake.sql import identifier, literal

MOST_TOLD = 5
_LARGEST_UNEVENNESS = 0.2
"""Of the fair share, by which the most and the least frequent value may lie off it where chance does as much."""
_ALWAYS_EVEN = 0.1
"""The same, whatever chance would do."""
_ROWS_FOR_EVENNESS = 25


def is_even(factor: Factor) -> bool:
    """Whether there are enough rows for each value to tell, and all values are about equally frequent."""
    k, n = len(factor.values), int(factor.counts.sum())
    if k < 3 or factor.others or n < _ROWS_FOR_EVENNESS * k:
        return False
    fair = n / k
    off = max(_ALWAYS_EVEN, min(_LARGEST_UNEVENNESS, 2 / math.sqrt(fair)))
    return float(factor.counts[0] - factor.counts[-1]) <= 2 * off * fair


def even(frame: Frame, factors: list[Factor]) -> Claim:
    """That records are spread evenly over each of these."""
    told = factors[:MOST_TOLD]
    parts = [
        f"SELECT {literal(factor.name)} AS dimension, min(records) AS fewest, max(records) AS most\nFROM (\n"
        f"  SELECT count(*) AS records FROM {frame.source}\n"
        f"  WHERE {identifier(factor.name)} IS NOT NULL GROUP BY {identifier(factor.name)}\n) AS by_{place}"
        for place, factor in enumerate(told, start=1)
    ]

    def tell(telling: Telling) -> str:
        rows = {row["dimension"]: place for place, row in enumerate(telling.rows)}
        spread = []
        for factor in told:
            row = rows[factor.name]
            fewest, most = telling.count("fewest", row), telling.count("most", row)
            spread.append(f"{readable(factor.name)} ({fewest if fewest == most else f'{fewest} to {most}'} of each)")
        return sentence(f"records are spread evenly over {listed(spread)}")

    return Claim(
        kind="even_distribution",
        columns=tuple(factor.name for factor in told),
        sql="\nUNION ALL\n".join(parts),
        tell=tell,
        strength=0.36,
        title="fewest and most records of a value",
    )
