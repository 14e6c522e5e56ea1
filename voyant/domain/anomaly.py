"""Anomalies: what is asked for, and what is odd."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from voyant.domain.kpi import Grain
from voyant.domain.series_anomaly import SeriesAnomalies


class AnomalyMethod(StrEnum):
    """How odd rows are found."""

    AUTO = "auto"  # several detectors, combined by rank
    IQR = "iqr"  # Tukey's fences, per column
    Z_SCORE = "z_score"  # distance from the mean in standard deviations, per column
    MAD = "mad"  # distance from the median in median absolute deviations, per column
    ISOLATION_FOREST = "isolation_forest"


class AnomalyScope(StrEnum):
    """Where it is looked."""

    ROWS = "rows"
    SERIES = "series"
    BOTH = "both"  # series only where there is time


class AnomalyRequest(Struct, frozen=True, kw_only=True):
    """Where odd things are looked for; what is left out is chosen from the roles of the columns.

    Attributes:
        columns: That make rows odd; all that fit where empty.
        value: Of the series: a column, or an aggregate such as ``sum(amount)``.
        by: Columns whose combinations are series of their own.
        grain: Length of a period of the series; the natural one where None, or none where times are regular already.
    """

    scope: AnomalyScope = AnomalyScope.BOTH
    method: AnomalyMethod = AnomalyMethod.AUTO
    columns: tuple[str, ...] = ()
    value: str | None = None
    by: tuple[str, ...] = ()
    grain: Grain | None = None


class Oddity(StrEnum):
    """Why a row is odd."""

    VALUE = "value"  # farther out than the other values of its column lead one to expect
    WITHIN = "within"  # farther out than the other values of its group
    TOGETHER = "together"  # its numbers do not go together as those of other rows do
    APART = "apart"  # no other row is near
    COMBINATION = "combination"  # two values that hardly ever meet, although each is frequent
    RARE = "rare"  # a value that hardly occurs, where all others are frequent
    FENCE = "fence"  # beyond the bounds of a named method


class Detector(Struct, frozen=True, kw_only=True):
    """One way of telling how odd a row is, and what speaks for it on this table.

    Attributes:
        used: Whether it takes part in the score.
        stability: Rank correlation of its scores when it learns from one half of the rows and from the other.
        agreement: Rank correlation of its scores with the mean of the other detectors'.
        reason: Why it takes part, or not.
    """

    name: str
    used: bool
    stability: float | None
    agreement: float | None
    reason: str


class Pattern(Struct, frozen=True, kw_only=True):
    """One thing that makes rows odd, and how many.

    Attributes:
        columns: What it is about, the odd one first.
        bound: Of numbers: rows beyond it are odd, in the column's unit; of times in seconds since 1970.
        above: Whether they lie above the bound.
        values: Of a combination or a rare value: what meets; of a group: its value. Empty where they are personal data.
        rows: Odd for this reason, of all rows.
    """

    kind: Oddity
    columns: tuple[str, ...]
    rows: int
    text: str
    bound: float | None = None
    above: bool | None = None
    values: tuple[str, ...] = ()


class OddRow(Struct, frozen=True, kw_only=True):
    """A row, and what makes it odd in words.

    Attributes:
        row: Its number in the pinned snapshot, from 1.
        score: 0 to 1: one less the geometric mean of the shares of rows that the detectors find odder.
    """

    row: int
    score: float
    reasons: tuple[str, ...]


class RowAnomalies(Struct, frozen=True, kw_only=True):
    """The odd rows of a table.

    Attributes:
        columns: That were looked at.
        sample: Rows that detectors and bounds were made from; all rows were held against them.
        detectors: Empty for methods that look at each column by itself.
        level: The chance that any row of clean data is called odd; None for methods that promise nothing of the kind.
        flagged: Rows that are odd.
        kept: Rows in ``anomaly.parquet``: all of a small table, else the odd ones and those with the highest scores.
        patterns: What makes rows odd, most rows first.
        top: The oddest rows, at most 50.
        left_out: Columns and checks that took no part, and why.
    """

    method: AnomalyMethod
    rows: int
    columns: tuple[str, ...]
    sample: int
    detectors: tuple[Detector, ...]
    level: float | None
    flagged: int
    kept: int
    patterns: tuple[Pattern, ...]
    top: tuple[OddRow, ...]
    left_out: tuple[str, ...]


class Anomalies(Struct, frozen=True, kw_only=True):
    """What is odd in a table.

    Attributes:
        rows: None where rows were not asked for, or there were too few.
        series: None where series were not asked for, or the table gives none.
        notes: What limits the answer.
    """

    table: str
    rows: RowAnomalies | None
    series: SeriesAnomalies | None = None
    notes: tuple[str, ...] = ()
