"""What a caller asks of a job."""

from __future__ import annotations

from dataclasses import dataclass

from voyant.domain.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredKpi:
    """A figure that the caller names: an aggregate expression over the table, or a SELECT."""

    name: str
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalyzeParameters:
    """What ``analyze`` is asked for.

    Attributes:
        table: Of a source with several; None for the largest.
        time_column: That periods are formed by; None to find it.
    """

    source: Source
    table: str | None = None
    kpis: tuple[DeclaredKpi, ...] = ()
    time_column: str | None = None
