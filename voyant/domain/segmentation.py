"""Segments: what is asked for, and which groups there are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRequest:
    """What is to be grouped; what is left out is chosen from the roles of the columns.

    Attributes:
        columns: That make rows, or entities, alike; all that fit where empty.
        entity: A column that names what is grouped, such as a customer, where it has several rows; rows where None.
        clusters: How many; chosen and justified where None.
        amount: Spent in a row. With an entity and a time, entities are described by recency, frequency and amount.
    """

    columns: tuple[str, ...] = ()
    entity: str | None = None
    clusters: int | None = None
    amount: str | None = None
