"""Groupings whose make-up stays the same over time, all in one statement."""

from __future__ import annotations

from voyant.analysis.insights.clauses import since, until
from voyant.analysis.insights.comparison import Claim, Comparison, Question, Telling
from voyant.analysis.insights.detectors.trends import ends, ends_columns
from voyant.analysis.insights.frame import Clock, Factor, Frame
from voyant.analysis.wording import listed, readable, sentence
from voyant.lake.sql import identifier, literal

MOST_TOLD = 4
_MOST_VALUES = 12
_LARGEST_CHANGE = 10.0
"""Points of a value's share from the early to the late quarter: a larger one is not called the same."""
_LEAST_P = 0.05


def is_steady(factor: Factor, compared: list[Comparison]) -> bool:
    """Whether the trend of each value's share was tested, and none came near to being one."""
    tested = [comparison.p for comparison in compared if comparison.p is not None]
    if len(tested) < min(2, len(factor.values) - 1) or not tested or factor.others:
        return False
    return len(factor.values) <= _MOST_VALUES and min(tested) * len(tested) > _LEAST_P


def steady(frame: Frame, clock: Clock, factors: list[Factor]) -> Comparison:
    """That no share of any of these groupings moves."""
    return Comparison(question=Question.DEPARTURE, n=frame.rows, claim=_claim(frame, clock, factors))


def _claim(frame: Frame, clock: Clock, factors: list[Factor]) -> Claim:
    after_early, late = ends(clock)

    def part(condition: str) -> str:
        rows = f"sum(CASE WHEN {condition} THEN 1 ELSE 0 END)"
        return f"100.0 * {rows} / nullif(sum({rows}) OVER (), 0)"

    parts = [
        f"SELECT {literal(factor.name)} AS dimension, max(abs(late - early)) AS largest_change,\n"
        "  max(early_until) AS early_until, min(late_since) AS late_since\n"
        f"FROM (\n  SELECT {part(until(clock, after_early))} AS early,\n"
        f"  {part(since(clock, late))} AS late,\n{ends_columns(clock)}\n"
        f"  FROM {frame.source}\n  WHERE {identifier(factor.name)} IS NOT NULL AND {clock.within()}\n"
        f"  GROUP BY {identifier(factor.name)}\n) AS by_{place}"
        for place, factor in enumerate(factors, start=1)
    ]
    names = {factor.name for factor in factors}

    def tell(telling: Telling) -> str | None:
        held = [
            row
            for row in range(len(telling.rows))
            if telling.rows[row]["dimension"] in names and telling.value("largest_change", row) <= _LARGEST_CHANGE
        ]
        if not held:
            return None
        order = {factor.name: place for place, factor in enumerate(factors)}
        held = sorted(held, key=lambda row: order[telling.rows[row]["dimension"]])[:MOST_TOLD]
        told = [
            f"{readable(telling.rows[row]['dimension'])} ({telling.quantity('largest_change', row=row)} points)"
            for row in held
        ]
        return sentence(
            f"the mix stays the same over time; the largest change of a share, from the time until "
            f"{telling.moment('early_until', clock.grain, held[0])} to the time since "
            f"{telling.moment('late_since', clock.grain, held[0])}, by {listed(told)}"
        )

    return Claim(
        kind="no_mix_trend",
        columns=(*(factor.name for factor in factors), clock.column.name),
        sql="\nUNION ALL\n".join(parts),
        tell=tell,
        strength=0.33,
        title="largest change of a share from early to late",
    )
