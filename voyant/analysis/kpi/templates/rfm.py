"""Scores of customers by recency, frequency and money, as direct marketing has used them (A. M. Hughes, Strategic
Database Marketing, 1994): five equal groups on each, five the best.

Customers who are alike get the same score, the lowest that any of them would get, so that no score hangs on a name.
"""

from __future__ import annotations

GROUPS = 5

SEGMENTS = (
    ("champions", (5, 5), (4, 5)),
    ("loyal", (3, 4), (4, 5)),
    ("potential loyalists", (4, 5), (2, 3)),
    ("new", (5, 5), (1, 1)),
    ("promising", (4, 4), (1, 1)),
    ("need attention", (3, 3), (3, 3)),
    ("about to sleep", (3, 3), (1, 2)),
    ("cannot lose", (1, 2), (5, 5)),
    ("at risk", (1, 2), (3, 4)),
    ("hibernating", (1, 2), (1, 2)),
)
"""The common names of groups, with the scores of recency and of frequency that make them; each pair makes one."""


def score(value: str) -> str:
    """1 plus five times the share of customers of a smaller value, cut: 5 for the largest."""
    return f"1 + CAST(floor({GROUPS}e0 * (rank() OVER (ORDER BY {value}) - 1) / count(*) OVER ()) AS INTEGER)"


def segment_of(recency: str, frequency: str) -> str:
    """The name of the group that two scores make."""
    cases = "\n".join(
        f"  WHEN {recency} BETWEEN {r[0]} AND {r[1]} AND {frequency} BETWEEN {f[0]} AND {f[1]} THEN '{name}'"
        for name, r, f in SEGMENTS
    )
    return f"CASE\n{cases}\nEND"
