"""Segments: what is asked for, and which groups there are."""

from __future__ import annotations

from msgspec import Struct


class SegmentRequest(Struct, frozen=True, kw_only=True):
    """What is to be grouped; what is left out is chosen from the roles of the columns.

    Attributes:
        columns: That make rows, or entities, alike; all that fit where empty.
        entity: A column that names what is grouped, such as a customer, where it has several rows. Where neither it nor
            ``columns`` are given, customers are looked for; else rows are grouped.
        clusters: How many; chosen and justified where None.
        amount: Spent in a row: a column, or an expression such as ``quantity * unit_price``. With an entity and a time,
            entities are described by recency, frequency and amount.
        order: A column that names a purchase, where a purchase has several rows; found by its name where None.
    """

    columns: tuple[str, ...] = ()
    entity: str | None = None
    clusters: int | None = None
    amount: str | None = None
    order: str | None = None


class SegmentColumn(Struct, frozen=True, kw_only=True):
    """What makes rows or entities alike.

    Attributes:
        name: In ``segment.parquet``; ``words`` are its name for readers.
        kind: ``number`` or ``category``.
        source: The SQL that gives it.
        preparation: What was done to it before distances were measured.
        missing: Rows or entities of the sample without a value; they count as average.
    """

    name: str
    words: str
    kind: str
    source: str
    unit: str | None
    preparation: str
    missing: int


class Candidate(Struct, frozen=True, kw_only=True):
    """A number of segments that was tried.

    Attributes:
        clusters: The number.
        separated: A valley lies between every two of them, and each comes back in resamples: a stability of 0.75.
        dip: The smallest dip (Hartigan and Hartigan 1985), over all pairs, of what lies between two segments; near 0
            where they are two halves of one crowd.
        p_value: Of no valley between the closest two, times the numbers tried.
        stability: The least stable segment's mean Jaccard similarity over resamples (Hennig 2007), 0 to 1: members in
            common, of those in either.
        silhouette: Mean width (Rousseeuw 1987), -1 to 1.
        gap: Gap statistic (Tibshirani, Walther and Hastie 2001) against a uniform box along the principal axes.
        gap_error: Its simulation error.
        bic: Of spherical normal distributions of one width (Pelleg and Moore 2000); larger is better.
        smallest: Share of the smallest segment.
    """

    clusters: int
    separated: bool
    dip: float
    p_value: float
    stability: float
    silhouette: float
    gap: float
    gap_error: float
    bic: float
    smallest: float


class Trait(Struct, frozen=True, kw_only=True):
    """What sets a segment apart.

    Attributes:
        column: As in ``segment.parquet``; ``words`` are its name for readers.
        category: The value whose share is told; None for numbers.
        statistic: ``median`` of a skewed number, ``average`` of another, ``share`` of a category in percent.
        value: In the segment; ``others``: in all others.
        effect: Cohen's d on the prepared scale for numbers, Cohen's h for shares: above 0 where the segment has more.
    """

    column: str
    words: str
    category: str | None
    statistic: str
    unit: str | None
    value: float | None
    others: float | None
    effect: float


class Segment(Struct, frozen=True, kw_only=True):
    """One group.

    Attributes:
        number: 1 is the largest.
        name: From its strongest traits.
        stability: Mean Jaccard similarity over resamples: from 0.75 on stable, below 0.6 not to be trusted.
        traits: Strongest first.
    """

    number: int
    name: str
    size: int
    share: float
    stability: float
    traits: tuple[Trait, ...]


class RfmSegment(Struct, frozen=True, kw_only=True):
    """Entities of like recency and frequency.

    Attributes:
        name: The usual name, such as ``champions``; ``rule`` says which scores belong to it.
        amount: What they spent, returns taken off; ``amount_share`` of all.
        median_days: Since their last purchase, as of the last date of the data; ``median_purchases``: how many.
    """

    name: str
    rule: str
    entities: int
    share: float
    amount: float
    amount_share: float | None
    median_days: float | None
    median_purchases: float | None


class Rfm(Struct, frozen=True, kw_only=True):
    """Recency, frequency and amount of entities, each scored 1 to 5 by quintiles.

    The score is 1 plus five times the share of entities that do worse, cut to a whole number: who does equally well has
    the same score.

    Attributes:
        amount: The SQL of what a row spends. A row above 0 is a purchase; one below takes off, such as a return.
        order: The column whose values are counted as purchases; rows are, where None.
        as_of: The last date of the data, from which recency is counted.
        entities: Scored; ``without_purchase`` were left out.
        returns: Rows whose amount is below 0.
        segments: Largest first.
    """

    entity: str
    time_column: str
    amount: str
    order: str | None
    as_of: str
    entities: int
    without_purchase: int
    returns: int
    segments: tuple[RfmSegment, ...]


class Segmentation(Struct, frozen=True, kw_only=True):
    """The groups of a table's rows or entities, or that there are none.

    Attributes:
        entity: The column that names what is grouped; None for rows.
        units: Rows or entities.
        columns: What makes them alike; ``left_out`` are others, each with the reason.
        clusters: How many segments there are; None where none stand apart.
        asked: The number was given by the caller.
        separated: A valley lies between every two segments. Where not, segments cut up a continuum.
        reason: Why this number, in a sentence.
        candidates: The numbers that were tried.
        segments: Largest first; empty where there are none.
        rfm: None where no entity, time or amount is known.
        sample: Units that the segments were formed on; all units were then assigned to the nearest.
    """

    table: str
    entity: str | None
    units: int
    columns: tuple[SegmentColumn, ...]
    left_out: tuple[str, ...]
    clusters: int | None
    asked: bool
    separated: bool
    reason: str
    candidates: tuple[Candidate, ...]
    segments: tuple[Segment, ...]
    rfm: Rfm | None
    sample: int
    notes: tuple[str, ...]
