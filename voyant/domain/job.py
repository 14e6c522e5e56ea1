"""Jobs: one run of a pipeline over one source."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct


class Status(StrEnum):
    """Where a job is; it only moves forward."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in FINAL

    @property
    def predecessors(self) -> frozenset[Status]:
        """The states that a job may come from into this one."""
        if self is Status.COMPLETED:
            return frozenset({Status.RUNNING})
        return frozenset({Status.QUEUED}) if self is Status.RUNNING else frozenset({Status.QUEUED, Status.RUNNING})


FINAL = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED})


class Runner(StrEnum):
    """What runs a job."""

    PROCESS = "process"  # the process that was asked for it
    DURABLE = "durable"  # a workflow, which outlives any process


class StepStatus(StrEnum):
    """How a step went; one that its pipeline can do without may fail."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class Degradation(Struct, frozen=True, kw_only=True):
    """A step that failed although its job did not."""

    step: str
    error: dict[str, Any]


class JobSummary(Struct, frozen=True, kw_only=True):
    """A job as lists and status pages show it.

    Attributes:
        queue_position: How many jobs will start before it, plus one; None unless it is queued, and in lists.
    """

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
    started_at: datetime | None
    finished_at: datetime | None
    queue_position: int | None = None


class EventKind(StrEnum):
    """What happened to a job; the states of a job are events of the same names."""

    QUEUED = "queued"
    RUNNING = "running"
    STEP_STARTED = "step_started"
    STEP_FINISHED = "step_finished"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobEvent(Struct, frozen=True, kw_only=True):
    """One thing that happened to a job; ids grow, so that a reader can go on from the last it has seen."""

    id: int
    job_id: str
    kind: EventKind
    data: dict[str, Any]
    created_at: datetime
