"""What a pipeline is: data that any runner can execute."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from voyant.domain.manifest import ManifestInput

if TYPE_CHECKING:
    from voyant.domain.parameters import JobParameters
    from voyant.workflows.context import StepContext


class StepResult(Struct, frozen=True, kw_only=True):
    """What a step hands on besides the artifacts it wrote.

    Attributes:
        pinned: The table that all later steps read; set by the step that takes the source in.
        reference: What that table was compared with; set by the step that compares.
    """

    pinned: ManifestInput | None = None
    reference: tuple[ManifestInput, ...] = ()


ANSWER = "answer"
"""In the data of an error: the step without whose answer the job is none, where only this job makes it so."""

StepFunction = Callable[["StepContext", "JobParameters"], StepResult]


class Step(Struct, frozen=True, kw_only=True):
    """One step of a pipeline. It may run again after a failure, and then writes the same bytes.

    Attributes:
        is_core: Its failure fails the job; the failure of any other is reported in the result.
        prepare: Begins, without waiting for it, what the step will need; called before the first step runs.
        modules: That the step will need: libraries that take long to import, and our own packages.
        attempts: How often it is tried when the error says that a retry can help.
        libraries: Distributions whose versions the manifest states.
    """

    name: str
    run: StepFunction
    is_core: bool = False
    prepare: Callable[[], object] | None = None
    attempts: int = 1
    timeout_seconds: float | None = None
    modules: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()


class Pipeline(Struct, frozen=True, kw_only=True):
    """A job kind: its steps in order."""

    name: str
    steps: tuple[Step, ...]

    def after(self, name: str) -> Pipeline:
        """The part of the pipeline that follows that step."""
        names = [step.name for step in self.steps]
        return replace(self, steps=self.steps[names.index(name) + 1 :])
