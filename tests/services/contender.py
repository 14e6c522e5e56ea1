"""One of several processes that submit, claim and finish jobs at once; prints the jobs that it ran, and what it saw."""

from __future__ import annotations

import json
import sys
import time

from voyant.domain.caller import Caller
from voyant.services.home import open_home

if __name__ == "__main__":
    open_home()
    from django.db.models import Count

    from voyant.domain.job import Status
    from voyant.errors import Busy
    from voyant.services.analysis import parameters_of
    from voyant.services.dispatch import claim
    from voyant.services.recording import JobRecorder
    from voyant.services.sources import source_from
    from voyant.services.submission import submit
    from voyant.services.workers import Registration
    from voyant.store.models import Job

    tenant, path, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    caller = Caller(tenant=tenant, subject="tester", may_read_files=True)
    parameters = parameters_of(source_from(caller, path))
    submitted: list[str] = []
    ran: list[str] = []
    most_queued = most_running = most_of_one = refused = 0

    def look() -> None:
        global most_queued, most_running, most_of_one
        jobs = Job.objects.filter(tenant__startswith=tenant.partition("-")[0])
        most_queued = max(most_queued, jobs.filter(status=Status.QUEUED).count())
        begun = jobs.filter(status__in=[Status.QUEUED, Status.RUNNING]).exclude(dispatched_at=None)
        by_tenant = [row["count"] for row in begun.values("tenant").annotate(count=Count("id"))]
        most_running, most_of_one = max(most_running, sum(by_tenant)), max(most_of_one, *by_tenant, 0)

    def run(job_id: str) -> None:
        recorder = JobRecorder(Job.objects.get(id=job_id), steps=1)
        recorder.started()
        recorder.step_started(0, "profile")
        ran.append(job_id)
        look()
        assert recorder.completed((), ())

    registration = Registration(1)
    registration.sign()
    print("ready", flush=True)
    sys.stdin.readline()
    end = time.monotonic() + 60
    while time.monotonic() < end and (len(submitted) < count or Job.objects.filter(status=Status.QUEUED).exists()):
        if len(submitted) < count:
            try:
                key = str(len(submitted))
                submitted.append(submit(caller, "profile", parameters, idempotency_key=key).job.id)
            except Busy:
                refused += 1
        look()
        for order in claim():
            run(order.job_id)
    told = {"submitted": submitted, "ran": ran, "refused": refused}
    print(json.dumps(told | {"queued": most_queued, "running": most_running, "of_one": most_of_one}))
