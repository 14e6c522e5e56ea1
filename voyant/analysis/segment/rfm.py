"""Recency, frequency and amount: entities scored 1 to 5 by quintiles, and the usual names of the combinations.

Everything is counted as of the last date of the data, so that the same data give the same answer on any day.
"""

from __future__ import annotations

from voyant.analysis.rfm import RULES, score, segment_name
from voyant.analysis.rounding import rounded
from voyant.analysis.segment.subjects import Subject
from voyant.domain.segmentation import Rfm, RfmSegment
from voyant.domain.table import ROW, Table
from voyant.lake.sql import identifier

FEWEST_ENTITIES = 20


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
    named = segment_name("recency", "frequency").replace("\n", "\n    ")
    return (
        f"SELECT *, {named} AS rfm_segment\nFROM (\n"
        f"  SELECT {name}, last_purchase, days_since_last, purchases, amount,\n"
        f"    {score('days_since_last DESC')} AS recency,\n    {score('purchases')} AS frequency,\n"
        f"    {score('amount')} AS monetary\n"
        f"  FROM (\n    SELECT *, date_diff('day', last_purchase, {subject.as_of}) AS days_since_last\n"
        f"    FROM (\n      SELECT {key}, max({bought} {subject.moment} END) AS last_purchase,\n"
        f"        count({distinct}) AS purchases, sum({subject.amount}) AS amount\n"
        f"      FROM {table.numbered if entity.personal else identifier(table.dataset.name)}\n"
        f"      WHERE {by} IS NOT NULL\n      GROUP BY {by}\n    ) AS sums\n"
        "    WHERE last_purchase IS NOT NULL AND purchases > 0\n  ) AS dated\n) AS scored"
    )


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
