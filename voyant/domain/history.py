"""How good a source was, and how much it changed, run by run."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class UsualRange(Struct, frozen=True, kw_only=True):
    """Where a score lay in earlier runs: median plus and minus some median absolute deviations.

    Attributes:
        runs: Earlier states of the table that it was found from.
    """

    median: float
    low: float
    high: float
    runs: int


class HistoryRun(Struct, frozen=True, kw_only=True):
    """One run of a source.

    Attributes:
        job: Its id; the job itself may have been pruned meanwhile.
        quality: Score of the table; None where it was not judged.
        parts: Score of each part of it.
        drift: Share of the columns that drifted; None where nothing was compared.
        reference: What it was compared with; None where nothing was.
        good: Whether later runs may be compared with this one.
        warnings: Which scores left the usual range of the runs before.
    """

    job: str
    kind: str
    table: str
    snapshot: str
    rows: int
    columns: int
    quality: float | None
    parts: dict[str, float | None]
    drift: float | None
    verdict: str | None
    reference: str | None
    good: bool
    finished_at: datetime
    warnings: tuple[str, ...] = ()
