"""Jobs through a worker: the same as in process, cancelled anywhere, repeated where that helps."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.durable.jobs import (
    acting,
    made,
    steps_begun,
    wait_for_attempts,
    wait_for_completion,
    wait_for_end,
)
from tests.services.deliveries import deliver
from voyant.analysis.presets import preset_from
from voyant.domain.caller import Caller
from voyant.domain.job import EventKind, Runner, Status
from voyant.domain.parameters import JobParameters
from voyant.domain.preset import PresetRun
from voyant.services.analysis import analyze, parameters_of
from voyant.services.artifacts import list_artifacts
from voyant.services.execution import run_here
from voyant.services.jobs import events_after
from voyant.services.sources import source_from
from voyant.services.submission import cancel, submit

pytestmark = pytest.mark.usefixtures("worker")


def test_a_worker_makes_the_same_bytes_as_this_process(caller: Caller, parameters: JobParameters) -> None:
    job_id = submit(caller, "analyze", parameters).job.id
    here = analyze(caller, parameters.source)
    wait_for_completion(caller, job_id)

    assert made(caller, job_id) == made(caller, here)
    kinds = [event.kind for event in events_after(caller, job_id)]
    assert kinds == [event.kind for event in events_after(caller, here)]


def test_a_worker_runs_a_preset_that_it_does_not_know(caller: Caller, tmp_path: Path) -> None:
    table = {
        "name": "shops",
        "description": "a row for each",
        "sql": "SELECT {shop} AS shop, sum({sold}) AS sold, count(*) AS days FROM {table} GROUP BY 1 ORDER BY 1",
    }
    columns = [{"name": "shop", "type": "text", "role": "identifier"}] + [
        {"name": name, "type": "integer", "role": "measure"} for name in ("sold", "days")
    ]
    parameters = [{"name": name, "kind": "column", "description": name, "words": [name]} for name in ("shop", "sold")]
    shops = preset_from(
        {"name": "trial.shops", "title": "Shops", "description": "Shops.", "parameters": parameters}
        | {
            "tables": [table | {"columns": columns}],
            "steps": {"kpis": {"all": "sum({sold})"}, "segment": {"of": "shops"}},
        }
    )
    path = tmp_path / "shops.csv"
    path.write_text("shop,day,sold\n" + "".join(f"S{n % 40},2024-01-{1 + n % 28:02},{n % 7}\n" for n in range(800)))
    asked = parameters_of(source_from(caller, str(path)), preset=PresetRun(preset=shops))
    job_id = submit(caller, "trial.shops", asked).job.id
    here = submit(caller, "trial.shops", asked, runner=Runner.PROCESS).job.id
    run_here(here)
    wait_for_completion(caller, job_id)

    assert "shops_shops.parquet" in made(caller, here)
    assert made(caller, job_id) == made(caller, here)


def test_a_worker_compares_with_what_this_process_compares_with(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "deliveries.csv"
    analyze(caller, source_from(caller, str(deliver(path))))
    source = source_from(caller, str(deliver(path, factor=4)))
    jobs = [submit(caller, "drift", parameters_of(source)).job.id for _ in range(2)]
    here = analyze(caller, source, kind="drift")
    for job_id in jobs:
        wait_for_completion(caller, job_id)

    assert "drift.json" in made(caller, here)
    assert made(caller, jobs[0]) == made(caller, jobs[1]) == made(caller, here)


def test_a_long_statement_is_cancelled(caller: Caller, parameters: JobParameters, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    job_id = submit(caller, "probe", acting(parameters, one=f"compute {gate}")).job.id
    wait_for_attempts(gate)
    time.sleep(0.5)  # the engine is at it

    cancel(caller, job_id)
    assert wait_for_end(caller, job_id, seconds=10).status is Status.CANCELLED


def test_what_may_pass_is_tried_again(caller: Caller, parameters: JobParameters, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    job_id = submit(caller, "probe", acting(parameters, one=f"fail_twice {gate}")).job.id

    wait_for_completion(caller, job_id)
    assert steps_begun(caller, job_id) == ["normalize", "one", "one", "one", "two"]
    ended = [event.data["step"] for event in events_after(caller, job_id) if event.kind is EventKind.STEP_FINISHED]
    assert ended == ["normalize", "one", "two"]


def test_what_stays_wrong_is_tried_once(caller: Caller, parameters: JobParameters, tmp_path: Path) -> None:
    core = submit(caller, "probe", acting(parameters, one=f"fail {tmp_path / 'core'}")).job.id
    other = submit(caller, "probe", acting(parameters, two=f"fail {tmp_path / 'other'}")).job.id

    failed = wait_for_end(caller, core)
    assert (failed.status, failed.error and failed.error["message"]) == (Status.FAILED, "never again")
    assert list_artifacts(caller, core) == []
    degraded = wait_for_end(caller, other)
    assert degraded.status is Status.COMPLETED
    assert [entry.step for entry in degraded.degraded] == ["two"]
    assert [(tmp_path / name).read_text() for name in ("core", "other")] == ["x", "x"]
