"""Measures that do not differ between the groups of some columns, all in one statement."""

from __future__ import annotations

from voyant.analysis.insights.comparison import Claim, Telling
from voyant.analysis.insights.frame import Factor, Frame, Measure
from voyant.analysis.wording import average_name, listed, readable, sentence
from voyant.lake.sql import identifier, literal

FEWEST_IN_GROUP = 5
MOST_TOLD = 4


def no_difference(frame: Frame, measure: Measure, factors: list[Factor]) -> Claim:
    """That the mean of a measure is about the same in all groups of each of these."""
    told = factors[:MOST_TOLD]
    column, unit = identifier(measure.name), measure.column.unit
    parts = [
        f"SELECT {literal(factor.name)} AS dimension, min(typical) AS lowest, max(typical) AS highest\nFROM (\n"
        f"  SELECT avg({column}) AS typical FROM {frame.source}\n"
        f"  WHERE {identifier(factor.name)} IS NOT NULL AND {column} IS NOT NULL\n"
        f"  GROUP BY {identifier(factor.name)} HAVING count(*) >= {FEWEST_IN_GROUP}\n) AS by_{place}"
        for place, factor in enumerate(told, start=1)
    ]

    def tell(telling: Telling) -> str:
        rows = {row["dimension"]: place for place, row in enumerate(telling.rows)}
        spread = [
            f"{readable(factor.name)} ({telling.quantity('lowest', unit, rows[factor.name])} to "
            f"{telling.quantity('highest', unit, rows[factor.name])})"
            for factor in told
        ]
        return sentence(f"{average_name(measure.column)} does not differ by {listed(spread, 'or')}")

    return Claim(
        kind="no_difference",
        columns=(measure.name, *(factor.name for factor in told)),
        sql="\nUNION ALL\n".join(parts),
        tell=tell,
        strength=0.34 if measure.column.formula is not None else 0.27,
        title=f"lowest and highest {average_name(measure.column)} of a group",
    )
