"""The result of a job: what every face returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from voyant.domain.job import Degradation, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultDataset:
    """The table that was analysed; ``snapshot`` pins its rows."""

    source: str
    table: str
    rows: int
    columns: int
    snapshot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultFinding:
    """One sentence with its numbers, where they stand, and the SQL that recomputes them; None where left out to fit."""

    id: str
    kind: str
    severity: str
    text: str
    evidence: tuple[str, ...]
    sql: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultQuality:
    """The quality score, 0 to 1, its parts, and how many checks passed and failed."""

    score: float
    parts: dict[str, float | None]
    passed: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultKpi:
    """A key figure; ``base`` is its value in the period before, ``change`` relative to it where that says something."""

    name: str
    value: float | None
    unit: str | None
    period: str | None
    change: float | None
    base: float | None
    base_period: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultArtifact:
    name: str
    type: str
    media_type: str
    bytes: int
    sha256: str
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestReference:
    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NextCall:
    """A call that would follow naturally."""

    tool: str
    arguments: dict[str, Any]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a job found, fit for a reader with little room.

    Attributes:
        omitted: How many of what were left out to fit, and under ``how`` the way to get them.
        warnings: What the reader should know before trusting the rest.
    """

    job_id: str
    kind: str
    status: Status
    degraded: tuple[Degradation, ...]
    dataset: ResultDataset
    headline: str
    findings: tuple[ResultFinding, ...]
    quality: ResultQuality | None
    kpis: tuple[ResultKpi, ...]
    artifacts: tuple[ResultArtifact, ...]
    manifest: ManifestReference | None
    omitted: dict[str, Any]
    next: tuple[NextCall, ...]
    warnings: tuple[str, ...]
