"""What the activities of a workflow do: each may be repeated, in another process too, and changes nothing more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from tests.durable.jobs import acting, made, open_gate, wait_for_attempts
from tests.durable.probes import register
from voyant.domain.caller import Caller
from voyant.domain.job import Status
from voyant.domain.parameters import JobParameters
from voyant.errors import Code, InvalidInput, VoyantError
from voyant.services.analysis import parameters_of
from voyant.services.artifacts import list_artifacts
from voyant.services.durable import MOST_ATTEMPTS, JobsOfWorker, StepInterrupted
from voyant.services.jobs import events_after, show_job, steps_of
from voyant.services.sources import source_from
from voyant.services.submission import cancel, submit
from voyant.store.models import Job, Source, Step
from voyant.workflows.pipelines import PIPELINES
from voyant.workflows.protocol import FailCall, JobCall, StepCall, StepOutcome, Verdict


@pytest.fixture(autouse=True)
def probes() -> Iterator[None]:
    register()
    yield
    del PIPELINES["probe"]


@pytest.fixture
def parameters(tmp_path: Path, caller: Caller) -> JobParameters:
    path = tmp_path / "orders.csv"
    path.write_text("day,amount\n" + "".join(f"2024-01-{1 + n % 28:02},{n}\n" for n in range(60)))
    return parameters_of(source_from(caller, str(path)))


class Attempt(threading.Thread):
    """A worker's attempt at a step, in a thread of its own."""

    def __init__(self, worker: JobsOfWorker, call: StepCall) -> None:
        super().__init__(daemon=True)
        self._worker, self._call = worker, call
        self.outcome: StepOutcome | VoyantError | None = None
        self.start()

    def run(self) -> None:
        try:
            self.outcome = self._worker.run_step(self._call)
        except VoyantError as error:
            self.outcome = error
        connection.close()

    def result(self) -> StepOutcome | VoyantError | None:
        self.join(30)
        return self.outcome


def step(job_id: str, position: int) -> StepCall:
    return StepCall(job_id=job_id, position=position, name=PIPELINES["probe"].steps[position].name)


def queued(caller: Caller, parameters: JobParameters, **acts: str) -> str:
    return submit(caller, "probe", acting(parameters, **acts)).job.id


def run_all(worker: JobsOfWorker, job_id: str) -> None:
    for position in range(3):
        assert worker.run_step(step(job_id, position)).verdict is Verdict.GO_ON
    worker.complete(JobCall(job_id=job_id))


def test_every_call_may_be_repeated(caller: Caller, parameters: JobParameters) -> None:
    job_id = queued(caller, parameters)
    for _ in range(2):
        for position in range(3):
            assert JobsOfWorker().run_step(step(job_id, position)).verdict in {Verdict.GO_ON, Verdict.STOP}
        JobsOfWorker().complete(JobCall(job_id=job_id))
    seen, bytes_ = events_after(caller, job_id), made(caller, job_id)

    JobsOfWorker().complete(JobCall(job_id=job_id))
    JobsOfWorker().cancel(JobCall(job_id=job_id))
    JobsOfWorker().fail(FailCall(job_id=job_id, error=InvalidInput("too late").as_dict()))
    assert show_job(caller, job_id).status is Status.COMPLETED
    assert events_after(caller, job_id) == seen
    assert made(caller, job_id) == bytes_
    assert len(bytes_) == 5


def test_steps_of_one_job_may_run_in_turn_in_two_workers(caller: Caller, parameters: JobParameters) -> None:
    alone, shared = queued(caller, parameters), queued(caller, parameters)
    first, second = JobsOfWorker(), JobsOfWorker()
    run_all(first, alone)
    for position, worker in enumerate((first, second, first)):
        worker.run_step(step(shared, position))
    second.complete(JobCall(job_id=shared))

    assert made(caller, shared) == made(caller, alone)


def test_of_two_attempts_the_first_to_finish_counts(caller: Caller, parameters: JobParameters, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    job_id = queued(caller, parameters, one=f"wait {gate}")
    lost, new = JobsOfWorker(), JobsOfWorker()
    assert lost.run_step(step(job_id, 0)).verdict is Verdict.GO_ON
    pinned = Job.objects.get(id=job_id).pinned
    overtaken = Attempt(lost, step(job_id, 1))
    wait_for_attempts(gate, 1)
    second = Attempt(new, step(job_id, 1))
    wait_for_attempts(gate, 2)

    open_gate(gate)
    assert second.result() == overtaken.result() == StepOutcome(verdict=Verdict.GO_ON)
    run_all(new, job_id)
    assert [found["status"] for found in steps_of(caller, job_id)] == ["completed"] * 3
    assert Job.objects.get(id=job_id).pinned == pinned
    names = [artifact.name for artifact in list_artifacts(caller, job_id)]
    assert names == ["manifest.json", "normalize.json", "one.json", "rejects.parquet", "two.json"]


def test_two_attempts_at_taking_the_source_in_pin_one_snapshot(caller: Caller, parameters: JobParameters) -> None:
    job_id = queued(caller, parameters)
    attempts = [Attempt(JobsOfWorker(), step(job_id, 0)) for _ in range(4)]
    assert {attempt.result() for attempt in attempts} == {StepOutcome(verdict=Verdict.GO_ON)}  # type: ignore[comparison-overlap]
    worker = JobsOfWorker()
    run_all(worker, job_id)
    alone = queued(caller, parameters)
    run_all(worker, alone)
    assert made(caller, job_id) == made(caller, alone)


def test_a_failure_of_an_overtaken_attempt_does_not_count(
    caller: Caller, parameters: JobParameters, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    job_id = queued(caller, parameters, one=f"wait {gate}")
    worker = JobsOfWorker()
    worker.run_step(step(job_id, 0))
    overtaken = Attempt(worker, step(job_id, 1))
    wait_for_attempts(gate, 1)
    Step.objects.filter(job=job_id, position=1).update(attempt=2)  # another worker is at it
    held = worker._jobs[job_id].execution
    assert held is not None
    held.context.stop(InvalidInput("the network of the lost worker is down"))

    assert overtaken.result() == StepOutcome(verdict=Verdict.STOP)
    assert steps_of(caller, job_id)[1]["status"] == "running"


def test_an_attempt_in_the_same_worker_waits_for_the_one_before(
    caller: Caller, parameters: JobParameters, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    job_id = queued(caller, parameters, one=f"wait {gate}")
    worker = JobsOfWorker()
    worker.run_step(step(job_id, 0))
    first = Attempt(worker, step(job_id, 1))
    wait_for_attempts(gate, 1)
    second = Attempt(worker, step(job_id, 1))
    open_gate(gate)

    assert first.result() == second.result() == StepOutcome(verdict=Verdict.GO_ON)
    assert gate.read_text() == "x"


def test_an_interrupted_step_is_left_to_the_next_attempt(
    caller: Caller, parameters: JobParameters, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    job_id = queued(caller, parameters, one=f"compute {gate}")
    worker = JobsOfWorker()
    worker.run_step(step(job_id, 0))
    attempt = Attempt(worker, step(job_id, 1))
    wait_for_attempts(gate, 1)
    while attempt.is_alive():
        worker.interrupt(step(job_id, 1))
        attempt.join(0.1)

    assert isinstance(attempt.outcome, StepInterrupted)
    assert attempt.outcome.retry_allowed
    assert steps_of(caller, job_id)[1]["status"] == "running"


def test_a_step_that_takes_its_workers_down_is_given_up(caller: Caller, parameters: JobParameters) -> None:
    job_id = queued(caller, parameters)
    JobsOfWorker().run_step(step(job_id, 0))
    Step.objects.create(job_id=job_id, position=1, name="one", status="running", attempt=MOST_ATTEMPTS)

    outcome = JobsOfWorker().run_step(step(job_id, 1))
    assert (outcome.verdict, outcome.error and outcome.error["code"]) == (Verdict.FAIL, str(Code.INTERNAL))


def test_a_called_off_job_runs_no_step_and_leaves_nothing(
    caller: Caller, parameters: JobParameters, home: Path
) -> None:
    job_id = queued(caller, parameters)
    worker = JobsOfWorker()
    worker.run_step(step(job_id, 0))
    cancel(caller, job_id)

    assert worker.run_step(step(job_id, 1)).verdict is Verdict.CANCEL
    worker.cancel(JobCall(job_id=job_id))
    assert worker.run_step(step(job_id, 1)).verdict is Verdict.STOP
    assert show_job(caller, job_id).status is Status.CANCELLED
    assert not (home / "artifacts" / caller.tenant / job_id).exists()
    assert not (home / "scratch" / job_id).exists()


def test_a_job_whose_credentials_cannot_be_read_can_still_fail(caller: Caller, parameters: JobParameters) -> None:
    job_id = queued(caller, parameters)
    Source.objects.filter(job__id=job_id).update(secret="gAAAAAB-not-ours")  # noqa: S106
    with pytest.raises(VoyantError) as refused:
        JobsOfWorker().run_step(step(job_id, 0))
    assert not refused.value.retry_allowed

    JobsOfWorker().fail(FailCall(job_id=job_id, error=refused.value.as_dict()))
    assert show_job(caller, job_id).error == refused.value.as_dict()


def test_a_removed_job_is_left_alone(caller: Caller, parameters: JobParameters) -> None:
    job_id = queued(caller, parameters)
    Job.objects.filter(id=job_id).delete()
    worker, call = JobsOfWorker(), JobCall(job_id=job_id)

    assert worker.run_step(step(job_id, 0)).verdict is Verdict.STOP
    worker.complete(call)
    worker.cancel(call)
    worker.fail(FailCall(job_id=job_id, error={}))
