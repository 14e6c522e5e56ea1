"""The in-process runner: what it does when steps fail, take too long or are stopped."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from voyant.artifacts.store import ArtifactStore
from voyant.domain.parameters import JobParameters
from voyant.domain.source import Source, SourceKind
from voyant.errors import Code, InternalError, InvalidInput, Unavailable, VoyantError
from voyant.lake.engine import Engine
from voyant.lake.lake import Lake
from voyant.workflows.context import JobContext, StepContext
from voyant.workflows.execution import Execution
from voyant.workflows.pipeline import Pipeline, Step, StepResult
from voyant.workflows.runner import Run, run_pipeline

PARAMETERS = JobParameters(source=Source(kind=SourceKind.FILE, location="x.csv", display_name="x.csv"))


class Notes:
    """An observer that remembers what it was told."""

    def __init__(self) -> None:
        self.finished: list[tuple[str, str, tuple[str, ...]]] = []

    def step_started(self, position: int, step: str) -> None:
        pass

    def step_finished(self, position: int, execution: Execution) -> None:
        names = tuple(artifact.name for artifact in execution.artifacts)
        self.finished.append((execution.step.name, execution.step.status, names))


@pytest.fixture
def context(tmp_path: Path) -> JobContext:
    return JobContext(
        tenant="t",
        job_id="job_1",
        source_id="src_1",
        lake=Lake(tmp_path / "lake", scratch=tmp_path / "scratch", memory_limit="200MB"),
        store=ArtifactStore.in_folder(tmp_path / "artifacts"),
        scratch=tmp_path / "scratch",
    )


def step(name: str, do: Callable[[StepContext], None], **options: object) -> Step:
    def run(context: StepContext, parameters: JobParameters) -> StepResult:
        do(context)
        return StepResult()

    return Step(name=name, run=run, **options)  # type: ignore[arg-type]


def write(name: str) -> Callable[[StepContext], None]:
    return lambda context: context.write_json(name, "profile", {"a": 1})


def fail_with(error: BaseException) -> Callable[[StepContext], None]:
    def do(context: StepContext) -> None:
        context.write_json("half.json", "profile", {})
        raise error

    return do


def run(context: JobContext, *steps: Step, notes: Notes | None = None, time_limit: float = 60) -> Run:
    return run_pipeline(Pipeline(name="p", steps=steps), context, PARAMETERS, notes or Notes(), time_limit=time_limit)


def test_a_failed_step_that_is_not_core_degrades_the_job(context: JobContext) -> None:
    notes = Notes()
    done = run(
        context,
        step("one", write("one.json"), is_core=True),
        step("two", fail_with(InvalidInput("no good", code=Code.NOT_ENOUGH_DATA))),
        step("three", write("three.json")),
        notes=notes,
    )

    assert [entry.step for entry in done.degraded] == ["two"]
    assert done.degraded[0].error["code"] == "VYNT-7002"
    assert notes.finished == [
        ("one", "completed", ("one.json",)),
        ("two", "failed", ()),
        ("three", "completed", ("three.json",)),
    ]
    assert sorted(context.artifacts) == ["one.json", "three.json"]


@pytest.mark.parametrize("code", [Code.UNKNOWN_COLUMN, Code.BAD_KPI])
def test_what_the_caller_asked_for_by_name_is_not_left_out(context: JobContext, code: Code) -> None:
    with pytest.raises(InvalidInput, match="no such column"):
        run(context, step("one", fail_with(InvalidInput("no such column", code=code))))


def test_a_failed_core_step_fails_the_job(context: JobContext) -> None:
    with pytest.raises(InvalidInput, match="no good"):
        run(context, step("one", fail_with(InvalidInput("no good")), is_core=True), step("two", write("two.json")))

    assert context.artifacts == {}


def test_a_fault_of_ours_has_a_code_too(context: JobContext) -> None:
    with pytest.raises(InternalError, match="KeyError"):
        run(context, step("one", fail_with(KeyError("x")), is_core=True))


def test_a_statement_that_the_engine_refuses_is_a_fault_of_ours(context: JobContext) -> None:
    def refused(_: StepContext) -> None:
        with Engine() as engine:
            engine.query("SELECT nothing FROM nowhere")

    with pytest.raises(InternalError, match="nowhere"):
        run(context, step("one", refused, is_core=True))


def test_only_what_may_pass_is_tried_again(context: JobContext) -> None:
    tried: list[str] = []

    def flaky(name: str, error: VoyantError) -> Callable[[StepContext], None]:
        def do(context: StepContext) -> None:
            tried.append(name)
            if tried.count(name) < 3:
                raise error

        return do

    done = run(
        context,
        step("away", flaky("away", Unavailable("down", system="s3")), attempts=3),
        step("bad", flaky("bad", InvalidInput("bad")), attempts=3),
    )

    assert tried == ["away", "away", "away", "bad"]
    assert [entry.step for entry in done.degraded] == ["bad"]


def test_a_query_that_takes_too_long_is_stopped(context: JobContext) -> None:
    def endless(step_context: StepContext) -> None:
        with step_context.job.engine() as engine:
            engine.query("SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b")

    with pytest.raises(InvalidInput) as caught:
        run(context, step("one", endless, is_core=True), time_limit=0.3)

    assert caught.value.code is Code.TIMEOUT


def test_steps_after_one_that_took_too_long_go_on(context: JobContext) -> None:
    def endless(step_context: StepContext) -> None:
        while True:
            step_context.progress(0.5)

    def three(step_context: StepContext) -> None:
        step_context.progress(0.5)
        step_context.write_json("three.json", "profile", {})

    done = run(context, step("two", endless), step("three", three), time_limit=0.1)
    assert [entry.step for entry in done.degraded] == ["two"]
    assert sorted(context.artifacts) == ["three.json"]


def test_a_step_sees_what_was_not_made(context: JobContext) -> None:
    seen: list[object] = []
    done = run(
        context,
        step("one", lambda step_context: seen.append(step_context.read_if_made("gone.json", dict))),
        step("two", lambda step_context: seen.append(step_context.read("gone.json", dict))),
    )

    assert seen == [None]
    assert done.degraded[0].error["code"] == "VYNT-2002"


def test_inputs_of_an_artifact_are_noted(context: JobContext) -> None:
    def two(step_context: StepContext) -> None:
        step_context.read("one.json", dict)
        step_context.write_json("two.json", "quality", {})

    run(context, step("one", write("one.json")), step("two", two))

    assert context.artifacts["two.json"].inputs == ("one.json",)
    assert context.artifacts["two.json"].step == "two"


@pytest.mark.parametrize("attempt", range(3))
def test_an_interrupt_ends_a_statement_at_once(context: JobContext, attempt: int) -> None:
    def endless(step_context: StepContext) -> None:
        with step_context.job.engine() as engine:
            engine.query("SELECT sum(hash(range)) AS s FROM range(1000000000000)")

    timer = threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGINT])
    timer.start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(context, step("one", endless))

    assert time.monotonic() - started < 10


def test_modules_of_later_steps_are_imported_beside_the_first(
    context: JobContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "heavy_module.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))

    def wait_for_it(context: StepContext) -> None:
        deadline = time.monotonic() + 30
        while "heavy_module" not in sys.modules:
            assert time.monotonic() < deadline, "it was not imported"
            time.sleep(0.01)

    later = step("later", write("b.json"), modules=("no_such_module", "heavy_module"))
    done = run(context, step("first", wait_for_it, is_core=True), later)

    assert done.degraded == ()
