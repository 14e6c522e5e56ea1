"""Jobs: one run of a pipeline over one source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """Where a job is; it only moves forward."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in {Status.COMPLETED, Status.FAILED, Status.CANCELLED}


class StepStatus(StrEnum):
    """How a step went; one that its pipeline can do without may fail."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Degradation:
    """A step that failed although its job did not."""

    step: str
    error: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSummary:
    """A job as lists and status pages show it."""

    id: str
    kind: str
    status: Status
    progress: int
    stage: str
    parameters: dict[str, Any]
    source: str | None
    degraded: tuple[Degradation, ...]
    error: dict[str, Any] | None
    created_at: datetime
    finished_at: datetime | None
