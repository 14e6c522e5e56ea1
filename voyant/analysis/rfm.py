"""Scores of customers by recency, frequency and money, as direct marketing has used them (A. M. Hughes, Strategic
Database Marketing, 1994): five equal groups on each, five the best, and the usual names of the combinations.

Customers who are alike get the same score, the lowest that any of them would get, so that no score hangs on a name.
"""

from __future__ import annotations

from msgspec import Struct

from voyant.lake.sql import literal


class Rule(Struct, frozen=True):
    """The scores, from least to most, that belong to a name; ``meaning`` says what such entities do."""

    name: str
    meaning: str
    recency: tuple[int, int]
    frequency: tuple[int, int]

    @property
    def text(self) -> str:
        return f"recency {_span(self.recency)}, frequency {_span(self.frequency)}"


def _span(scores: tuple[int, int]) -> str:
    low, high = scores
    return str(low) if low == high else f"{low} to {high}"


RULES = (
    Rule("champions", "bought lately and often", (5, 5), (4, 5)),
    Rule("loyal", "buy often", (3, 4), (4, 5)),
    Rule("potential loyalists", "bought lately, and more than once", (4, 5), (2, 3)),
    Rule("new", "bought lately for the first time", (5, 5), (1, 1)),
    Rule("promising", "bought not long ago, seldom so far", (4, 4), (1, 1)),
    Rule("need attention", "are average in both", (3, 3), (3, 3)),
    Rule("about to sleep", "bought seldom, and not lately", (3, 3), (1, 2)),
    Rule("cannot lose", "bought most often, but not for long", (1, 2), (5, 5)),
    Rule("at risk", "used to buy often, but not for long", (1, 2), (3, 4)),
    Rule("hibernating", "bought seldom, and long ago", (1, 2), (1, 2)),
)
"""Every pair of scores belongs to exactly one."""


def score(order: str) -> str:
    """1 plus five times the share of those who do worse, cut."""
    # Of doubles, since engines disagree on quotients of integers.
    return f"1 + CAST(floor(5e0 * (rank() OVER (ORDER BY {order}) - 1) / count(*) OVER ()) AS INTEGER)"


def segment_name(recency: str, frequency: str) -> str:
    """The name that two scores make, as SQL."""
    cases = "".join(
        f"\n  WHEN {recency} BETWEEN {rule.recency[0]} AND {rule.recency[1]} "
        f"AND {frequency} BETWEEN {rule.frequency[0]} AND {rule.frequency[1]} THEN {literal(rule.name)}"
        for rule in RULES
    )
    return f"CASE{cases}\nEND"
