"""Whoever follows a job by its events misses none, however many processes write them."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connection, transaction

from voyant.domain.caller import Caller
from voyant.domain.ids import new_id
from voyant.domain.job import EventKind, Status, StepStatus
from voyant.domain.manifest import ManifestStep
from voyant.services.jobs import events_after
from voyant.services.recording import JobRecorder
from voyant.store.models import Job
from voyant.workflows.execution import Execution

DONE = ManifestStep(
    name="profile", status=StepStatus.COMPLETED, started="2024-01-01T00:00:00+00:00", seconds=1.0, libraries={}, seed=0
)


def in_thread(act: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        act()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_events_become_visible_in_the_order_of_their_ids(caller: Caller) -> None:
    job = Job.objects.create(id=new_id("job"), tenant=caller.tenant, status=Status.RUNNING)
    recorder = JobRecorder(job, steps=2)
    recorder.step_started(0, "profile")
    written, may_commit = threading.Event(), threading.Event()

    def finish_slowly() -> None:
        with transaction.atomic():
            recorder.step_finished(0, Execution(step=DONE))
            written.set()
            may_commit.wait(10)

    slow = in_thread(finish_slowly)
    written.wait(10)
    quick = in_thread(lambda: JobRecorder(job, steps=2).step_started(1, "quality"))
    quick.join(0.5)
    seen = events_after(caller, job.id)
    may_commit.set()
    slow.join()
    quick.join()

    seen += events_after(caller, job.id, seen[-1].id)
    kinds = [EventKind.STEP_STARTED, EventKind.STEP_FINISHED, EventKind.STEP_STARTED]
    assert [event.kind for event in seen] == kinds
