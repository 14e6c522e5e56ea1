"""Recency, frequency and amount: entities scored 1 to 5 by quintiles, and the usual names of the combinations
(Hughes, Strategic Database Marketing, 1994).

Everything is counted as of the last date of the data, so that the same data give the same answer on any day.
"""

from __future__ import annotations

from dataclasses import dataclass

from voyant.analysis.insights.comparison import rounded
from voyant.analysis.segment.subjects import Subject
from voyant.domain.segmentation import Rfm, RfmSegment
from voyant.domain.table import ROW, Table
from voyant.lake.sql import identifier, literal

FEWEST_ENTITIES = 20


@dataclass(frozen=True, slots=True)
class Rule:
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
MEANINGS = {rule.name: rule.meaning for rule in RULES}


def scores(table: Table, subject: Subject) -> str:
    """The SELECT of each entity with a purchase: last purchase, purchases, amount, the scores and the name.

    A row above 0 is a purchase; rows below, such as returns, only take off the amount.
    """
    entity = subject.entity
    if entity is None or subject.amount is None:
        raise ValueError("only entities that spend can be scored")
    by = identifier(entity.name)
    key = f'min({identifier(ROW)}) AS "first_row"' if entity.personal else by
    name = '"first_row"' if entity.personal else by
    bought = f"CASE WHEN {subject.amount} > 0 THEN"
    distinct = f"DISTINCT {bought} {identifier(subject.order.name)} END" if subject.order else f"{bought} 1 END"
    rules = "".join(
        f"\n    WHEN recency BETWEEN {rule.recency[0]} AND {rule.recency[1]} "
        f"AND frequency BETWEEN {rule.frequency[0]} AND {rule.frequency[1]} THEN {literal(rule.name)}"
        for rule in RULES
    )
    return (
        f"SELECT *, CASE{rules} END AS rfm_segment\nFROM (\n"
        f"  SELECT {name}, last_purchase, days_since_last, purchases, amount,\n"
        f"    {_score('days_since_last DESC')} AS recency,\n    {_score('purchases')} AS frequency,\n"
        f"    {_score('amount')} AS monetary\n"
        f"  FROM (\n    SELECT *, date_diff('day', last_purchase, {subject.as_of}) AS days_since_last\n"
        f"    FROM (\n      SELECT {key}, max({bought} {subject.moment} END) AS last_purchase,\n"
        f"        count({distinct}) AS purchases, sum({subject.amount}) AS amount\n"
        f"      FROM {table.numbered if entity.personal else identifier(table.dataset.name)}\n"
        f"      WHERE {by} IS NOT NULL\n      GROUP BY {by}\n    ) AS sums\n"
        "    WHERE last_purchase IS NOT NULL AND purchases > 0\n  ) AS dated\n) AS scored"
    )


def _score(order: str) -> str:
    """1 plus five times the share of entities that do worse, cut."""
    return f"CAST(1 + 5 * (rank() OVER (ORDER BY {order}) - 1) // count(*) OVER () AS INTEGER)"


def rfm(table: Table, subject: Subject) -> Rfm | None:
    """The named segments of entities; None where no entity, time or amount is known, or too few have purchases."""
    entity, time = subject.entity, subject.time
    if entity is None or time is None or subject.amount is None or subject.last is None:
        return None
    rows = table.query(
        "SELECT rfm_segment AS name, count(*) AS n, sum(amount) AS amount, median(days_since_last) AS days,\n"
        "  median(purchases) AS purchases\n"
        f"FROM (\n{scores(table, subject)}\n) AS scored\nGROUP BY 1 ORDER BY n DESC, 1"
    )
    entities = sum(row["n"] for row in rows)
    if entities < FEWEST_ENTITIES:
        return None
    by = identifier(entity.name)
    [counted] = table.query(
        f"SELECT count(DISTINCT {by}) AS entities, coalesce(sum(CASE WHEN {subject.amount} < 0 THEN 1 ELSE 0 END), 0) "
        f"AS returns FROM {identifier(table.dataset.name)} WHERE {by} IS NOT NULL"
    )
    amounts = [float(row["amount"] or 0) for row in rows]
    total = sum(amounts) if min(amounts) >= 0 else 0.0
    texts = {rule.name: rule.text for rule in RULES}
    return Rfm(
        entity=entity.name,
        time_column=time.column.name,
        amount=subject.amount,
        order=subject.order.name if subject.order else None,
        as_of=subject.last.date().isoformat(),
        entities=entities,
        without_purchase=int(counted["entities"]) - entities,
        returns=int(counted["returns"]),
        segments=tuple(
            RfmSegment(
                name=row["name"],
                rule=texts[row["name"]],
                entities=row["n"],
                share=rounded(row["n"] / entities),
                amount=rounded(amount),
                amount_share=rounded(amount / total) if total > 0 else None,
                median_days=_number(row["days"]),
                median_purchases=_number(row["purchases"]),
            )
            for row, amount in zip(rows, amounts, strict=True)
        ),
    )


def _number(value: float | None) -> float | None:
    return None if value is None else rounded(float(value))
