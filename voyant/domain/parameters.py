"""What a caller asks of a job."""

from __future__ import annotations

from dataclasses import dataclass

from voyant.domain.kpi import DeclaredKpi
from voyant.domain.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class JobParameters:
    """What a job is asked for.

    Attributes:
        time_column: That periods are formed by; None to find it.
    """

    source: Source
    kpis: tuple[DeclaredKpi, ...] = ()
    time_column: str | None = None
