"""Anomalies: what is asked for, and what is odd."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voyant.domain.kpi import Grain


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AnomalyRequest:
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
