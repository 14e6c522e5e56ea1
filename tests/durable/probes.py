"""Pipelines for tests, whose steps do as the job's parameters tell: a key figure's name is a step, its SQL the act."""

from __future__ import annotations

import time
from pathlib import Path

from voyant.domain.parameters import JobParameters
from voyant.errors import InvalidInput, Unavailable
from voyant.workflows.context import StepContext
from voyant.workflows.pipeline import Pipeline, Step, StepResult
from voyant.workflows.pipelines import NORMALIZE, PIPELINES

ENDLESS = "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b"


def probe(context: StepContext, parameters: JobParameters) -> StepResult:
    """Does what the parameters say under the step's name, then writes an artifact."""
    acts = {kpi.name: kpi.sql for kpi in parameters.kpis}
    act, _, argument = acts.get(context.step, "").partition(" ")
    if act:
        ACTS[act](context, Path(argument))
    context.write_json(f"{context.step}.json", "profile", {"step": context.step})
    return StepResult()


def _wait(context: StepContext, gate: Path) -> None:
    """Until the gate is opened; tells that it waits."""
    _count(gate)
    while not gate.with_suffix(".open").exists():
        context.progress(0.5)
        time.sleep(0.02)


def _compute(context: StepContext, gate: Path) -> None:
    """In one statement of the engine, for ever."""
    _count(gate)
    with context.job.engine() as engine:
        engine.query(ENDLESS)


def _fail(context: StepContext, gate: Path) -> None:
    _count(gate)
    raise InvalidInput("never again")


def _fail_twice(context: StepContext, gate: Path) -> None:
    if _count(gate) < 3:
        raise Unavailable("not yet", system="the other side")


def _count(gate: Path) -> int:
    """How often an attempt got here, this one included."""
    with gate.open("a") as file:
        file.write("x")
    return len(gate.read_text())


ACTS = {"wait": _wait, "compute": _compute, "fail": _fail, "fail_twice": _fail_twice}


def register() -> None:
    """Adds the pipelines of tests to those there are."""
    one = Step(name="one", run=probe, is_core=True, attempts=5)
    two = Step(name="two", run=probe, attempts=5)
    PIPELINES["probe"] = Pipeline(name="probe", steps=(NORMALIZE, one, two))
