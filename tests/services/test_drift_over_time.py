"""The same source again and again: each run is compared with the last good one, or with what the caller names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.durable.jobs import made
from tests.services.deliveries import deliver
from voyant.domain.caller import Caller
from voyant.domain.drift import Drift
from voyant.domain.job import Runner, Status
from voyant.domain.manifest import MANIFEST_NAME, Manifest, ManifestInput
from voyant.domain.serialization import from_json
from voyant.errors import Code, InvalidInput, NotFound, VoyantError
from voyant.services.analysis import analyze, parameters_of
from voyant.services.artifacts import list_artifacts, read_artifact
from voyant.services.baselines import pin
from voyant.services.durable import JobsOfWorker
from voyant.services.execution import run_here
from voyant.services.jobs import list_jobs, show_job
from voyant.services.references import with_baseline
from voyant.services.results import read_result
from voyant.services.sources import list_sources, source_from
from voyant.services.sql import tables
from voyant.services.submission import submit
from voyant.services.verification import replay, verify
from voyant.services.wiring import lake
from voyant.store.models import Job, Score
from voyant.workflows.pipelines import PIPELINES
from voyant.workflows.protocol import JobCall, StepCall, Verdict

Run = Callable[..., str]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.csv"


@pytest.fixture
def checked(caller: Caller, path: Path) -> Run:
    """Delivers the source and checks its quality, which is the least that makes a run a good one."""

    def check(**delivery: int) -> str:
        deliver(path, **delivery)  # type: ignore[arg-type]
        return analyze(caller, source_from(caller, str(path)), kind="quality")

    return check


def compared(caller: Caller, path: Path, baseline: str = "last") -> str:
    return analyze(caller, source_from(caller, str(path)), kind="drift", baseline=baseline)


def read(caller: Caller, job_id: str, name: str) -> bytes:
    return b"".join(read_artifact(caller, job_id, name))


def inputs(caller: Caller, job_id: str) -> tuple[ManifestInput, ...]:
    return from_json(read(caller, job_id, MANIFEST_NAME), Manifest).inputs


def snapshot(caller: Caller, job_id: str) -> str:
    return inputs(caller, job_id)[0].snapshot


def test_a_source_that_changes_is_compared_with_its_last_good_run(caller: Caller, path: Path) -> None:
    jobs = [analyze(caller, source_from(caller, str(deliver(path, factor=factor)))) for factor in (1, 1, 4)]

    first, again, changed = (read_result(caller, job_id) for job_id in jobs)
    assert (first.drift, again.drift) == (None, None)
    assert made(caller, jobs[0]) == made(caller, jobs[1])
    assert changed.drift is not None
    assert (changed.drift.holds, changed.drift.reference) == (False, "the last good run")
    assert [column.column for column in changed.drift.columns] == ["amount"]
    assert changed.drift.columns[0].summary
    assert any(warning.startswith(str(Code.DRIFT)) and "amount" in warning for warning in changed.warnings)
    assert [entry.snapshot for entry in inputs(caller, jobs[2])[1:]] == [snapshot(caller, jobs[0])]

    repeated = analyze(caller, source_from(caller, str(path)))
    assert made(caller, repeated) == made(caller, jobs[2])
    assert verify(caller, repeated).holds
    assert replay(caller, repeated).holds


@pytest.mark.parametrize("text", ["last", "window:3"])
def test_what_never_changed_is_compared_with_itself_where_asked_for(
    caller: Caller, path: Path, checked: Run, text: str
) -> None:
    checked()
    drift = read_result(caller, compared(caller, path, text)).drift
    assert drift is not None
    assert (drift.verdict, drift.holds, drift.columns) == ("stable", True, ())


def test_what_has_drifted_is_what_the_next_run_is_compared_with(caller: Caller, path: Path, checked: Run) -> None:
    checked()
    analyze(caller, source_from(caller, str(deliver(path, factor=4))))
    then = analyze(caller, source_from(caller, str(deliver(path, factor=4, rows=239))))

    drift = from_json(read(caller, then, "drift.json"), Drift)
    assert drift.holds


def test_a_run_is_compared_with_what_was_good_before_it_was_asked_for(caller: Caller, path: Path, checked: Run) -> None:
    first = checked()
    waiting = submit(caller, "drift", parameters_of(source_from(caller, str(path))), runner=Runner.PROCESS).job.id
    checked(factor=2)
    deliver(path, factor=3)

    run_here(waiting)
    assert [entry.snapshot for entry in inputs(caller, waiting)[1:]] == [snapshot(caller, first)]


def test_what_was_not_judged_or_failed_a_critical_rule_is_no_good_run(caller: Caller, path: Path, checked: Run) -> None:
    first = checked()
    bad = checked(factor=2)
    Score.objects.filter(job=bad).update(good=False)
    analyze(caller, source_from(caller, str(deliver(path, factor=3))), kind="profile")
    deliver(path, factor=4)

    assert [entry.snapshot for entry in inputs(caller, compared(caller, path))[1:]] == [snapshot(caller, first)]


def test_anything_that_is_kept_can_be_compared_with(caller: Caller, path: Path, checked: Run) -> None:
    first, second = checked(), checked(factor=2)
    january = pin(caller, "january", first)
    deliver(path, factor=3)
    states = {number: snapshot(caller, job_id) for number, job_id in ((1, first), (2, second))}
    expected = {
        "january": ("january", [states[1]]),
        january.id: ("january", [states[1]]),
        "last": ("the last good run", [states[2]]),
        "window:2": ("the last 2 good states", [states[2], states[1]]),
        "window:5": ("the last 2 good states of 5 asked for", [states[2], states[1]]),
        first: ("an earlier run of orders", [states[1]]),
        f"orders@{states[1]}": ("an earlier state of orders", [states[1]]),
    }
    for text, (label, snapshots) in expected.items():
        job_id = compared(caller, path, text)
        drift = from_json(read(caller, job_id, "drift.json"), Drift)
        assert (drift.reference.label, drift.affected) == (label, ("amount",)), text
        assert drift.reference.rows == 240 * len(snapshots)
        assert [(entry.snapshot, entry.reference) for entry in inputs(caller, job_id)[1:]] == [
            (state, label) for state in snapshots
        ]
        assert replay(caller, job_id).holds, text


def test_a_table_stands_for_its_state_when_the_job_was_asked_for(caller: Caller, path: Path, checked: Run) -> None:
    before = snapshot(caller, checked())
    deliver(path, factor=3)
    assert [entry.snapshot for entry in inputs(caller, compared(caller, path, "orders"))[1:]] == [before]


def test_a_window_holds_states_of_the_same_columns(caller: Caller, path: Path, checked: Run) -> None:
    checked(factor=1)
    path.write_text("day,amount\n" + "".join(f"2024-01-{1 + n % 28:02},{n}.5\n" for n in range(90)))
    narrow = snapshot(caller, analyze(caller, source_from(caller, str(path)), kind="quality"))
    deliver(path, factor=3)
    assert [entry.snapshot for entry in inputs(caller, compared(caller, path, "window:2"))[1:]] == [narrow]


def test_a_file_is_read_to_compare_with_and_not_kept(caller: Caller, path: Path, checked: Run, tmp_path: Path) -> None:
    checked()
    other = deliver(tmp_path / "february.csv", factor=5)
    job_id = compared(caller, path, str(other))

    (_, reference) = inputs(caller, job_id)
    assert (reference.reference, reference.snapshot, reference.rows) == ("february.csv", "", 240)
    assert str(tmp_path) not in read(caller, job_id, "drift.json").decode()
    assert [table.name for table in tables(caller).items] == ["orders"]
    assert [source.name for source in list_sources(caller).items] == [str(path)]
    assert replay(caller, job_id).holds

    deliver(other, factor=6)
    again = replay(caller, job_id)
    assert [comparison.name for comparison in again.comparisons if not comparison.same] == ["drift.json"]


@pytest.mark.parametrize("text", ["january", "bsl_1", "job_1", "orders@12", "nowhere@12", "window:0", "/no/such.csv"])
def test_what_is_not_there_is_refused_at_once(caller: Caller, path: Path, checked: Run, text: str) -> None:
    checked()
    with pytest.raises(NotFound) as refused:
        compared(caller, path, text)
    assert refused.value.code is Code.NO_BASELINE
    assert len(list_jobs(caller).items) == 1


def test_a_source_without_a_good_run_has_no_last_one(caller: Caller, path: Path) -> None:
    with pytest.raises(NotFound) as refused:
        compared(caller, deliver(path))
    assert refused.value.code is Code.NO_BASELINE
    assert list_jobs(caller).items == ()
    assert list_sources(caller).items == ()


def test_kinds_that_compare_nothing_take_no_baseline(caller: Caller, path: Path, checked: Run) -> None:
    checked()
    parameters = with_baseline(caller, "profile", parameters_of(source_from(caller, str(path))), "last")
    with pytest.raises(InvalidInput, match="compares nothing"):
        submit(caller, "profile", parameters)


def test_credentials_are_not_taken_with_a_reference(caller: Caller, path: Path, checked: Run) -> None:
    checked()
    with pytest.raises(VoyantError) as refused:
        compared(caller, path, "postgresql://ann:s3cret@db.example/shop")
    assert "s3cret" not in str(refused.value.as_dict())


def test_a_reference_that_vanishes_degrades_the_job(caller: Caller, path: Path, checked: Run) -> None:
    first = snapshot(caller, checked())
    checked(factor=2)
    parameters = with_baseline(caller, "analyze", parameters_of(source_from(caller, str(path))), f"orders@{first}")
    job_id = submit(caller, "analyze", parameters, runner=Runner.PROCESS).job.id
    lake().expire(caller.tenant, {"orders": [int(first)]})

    run_here(job_id, parameters)
    job = show_job(caller, job_id)
    assert job.status is Status.COMPLETED
    assert [(entry.step, entry.error["code"]) for entry in job.degraded] == [("drift", str(Code.NO_BASELINE))]
    assert first in job.degraded[0].error["message"]
    assert read_result(caller, job_id).drift is None


def test_steps_may_run_in_turn_in_two_workers_and_again(caller: Caller, path: Path, checked: Run) -> None:
    """A worker is lost after its comparison, before anything was written down of it; good runs have come since."""
    checked()
    deliver(path, factor=3)
    here = compared(caller, path)
    job_id = submit(caller, "drift", parameters_of(source_from(caller, str(path)))).job.id
    steps = [
        StepCall(job_id=job_id, position=position, name=step.name)
        for position, step in enumerate(PIPELINES["drift"].steps)
    ]
    for call in steps:
        assert JobsOfWorker().run_step(call).verdict is Verdict.GO_ON
    row = Job.objects.get(id=job_id)
    row.steps.filter(name="drift").update(status="running")
    row.artifacts.filter(name="drift.json").delete()
    Job.objects.filter(id=job_id).update(reference=None)
    checked(factor=9)

    for call in steps:
        assert JobsOfWorker().run_step(call).verdict is Verdict.GO_ON
    JobsOfWorker().complete(JobCall(job_id=job_id))
    assert made(caller, job_id) == made(caller, here)
    assert Score.objects.filter(job=job_id).count() == 1
    JobsOfWorker().complete(JobCall(job_id=job_id))
    assert Score.objects.filter(job=job_id).count() == 1


def test_no_reference_of_another_tenant_is_found(
    caller: Caller, other_caller: Caller, path: Path, checked: Run
) -> None:
    first = checked()
    pin(caller, "january", first)
    analyze(other_caller, source_from(other_caller, str(path)), kind="quality")
    for text in ("january", first, f"orders@{snapshot(caller, first)}"):
        with pytest.raises(NotFound) as refused:
            analyze(other_caller, source_from(other_caller, str(path)), kind="drift", baseline=text)
        assert refused.value.code is Code.NO_BASELINE
    before = analyze(other_caller, source_from(other_caller, str(deliver(path, factor=2))))
    assert snapshot(caller, first) not in [entry.snapshot for entry in inputs(other_caller, before)]
    assert [artifact.name for artifact in list_artifacts(other_caller, before) if artifact.type == "drift"]
