"""What the workflow and its activities say to each other, and what the activities need of those who run jobs.

The engine's own converter writes and reads dataclasses, but no structs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOrder:
    """One step of a pipeline, as much of it as a workflow needs to know."""

    name: str
    timeout_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineOrder:
    """What a workflow is started with.

    Attributes:
        heartbeat_seconds: How long the worker at a step may be silent before the step is given to another.
    """

    job_id: str
    steps: tuple[StepOrder, ...]
    heartbeat_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCall:
    """The step of a job that is to be run."""

    job_id: str
    position: int
    name: str


class Verdict(StrEnum):
    """What follows from how a step went."""

    GO_ON = "go_on"
    FAIL = "fail"  # the job is no answer without the step
    CANCEL = "cancel"
    STOP = "stop"  # the job has ended already: nothing is left to do


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOutcome:
    """How a step went; what it made stands in rows and artifacts."""

    verdict: Verdict
    error: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepProgress:
    """How far the step is, as heartbeats tell it."""

    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCall:
    """The job that is to be completed or called off."""

    job_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FailCall:
    """The job that failed, and with what."""

    job_id: str
    error: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneCall:
    """What of ended jobs is to go."""

    older_than_days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What went, or would go."""

    jobs: int
    bytes: int


class DurableJobs(Protocol):
    """Runs parts of jobs; each call may be repeated, in another process too, and then changes nothing more.

    Errors that a repetition may not meet are those whose ``retry_allowed`` says so.
    """

    def run_step(self, call: StepCall) -> StepOutcome: ...

    def progress(self, call: StepCall) -> StepProgress: ...

    def interrupt(self, call: StepCall) -> None:
        """Makes ``run_step`` return soon, from another thread."""

    def complete(self, call: JobCall) -> None: ...

    def fail(self, call: FailCall) -> None: ...

    def cancel(self, call: JobCall) -> None: ...

    def prunable(self, call: PruneCall) -> Pruned: ...

    def prune(self, call: PruneCall) -> Pruned: ...
