"""Jobs: listed, shown, followed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from voyant.domain.caller import Caller
from voyant.domain.job import Degradation, EventKind, JobEvent, JobSummary, Runner, Status
from voyant.domain.page import Page, page_of
from voyant.services.access import job_of, jobs_of, no_job
from voyant.store.models import Job

MOST_EVENTS = 1000
SECONDS_BETWEEN_LOOKS = 0.2


def list_jobs(
    caller: Caller,
    *,
    limit: int = 20,
    cursor: str | None = None,
    status: Status | None = None,
    kind: str | None = None,
) -> Page[JobSummary]:
    """The caller's jobs, newest first, a page at a time; of one status or kind where these are given."""
    rows = jobs_of(caller)
    if status is not None:
        rows = rows.filter(status=status)
    if kind is not None:
        rows = rows.filter(kind=kind)
    if cursor is not None:
        rows = rows.filter(id__lt=cursor)
    return page_of([summary_of(job) for job in rows[: limit + 1]], limit, lambda job: job.id)


def show_job(caller: Caller, job_id: str) -> JobSummary:
    """One job, with its place in the queue where it waits.

    Raises:
        NotFound: There is no such job.
    """
    job = job_of(caller, job_id)
    return replace(summary_of(job), queue_position=_queue_position(job))


def events_after(caller: Caller, job_id: str, event_id: int = 0) -> list[JobEvent]:
    """What happened to a job since the event of that id, oldest first, as much as one answer holds.

    Raises:
        NotFound: There is no such job.
    """
    rows = job_of(caller, job_id).events.filter(id__gt=event_id).order_by("id")[:MOST_EVENTS]
    return [
        JobEvent(id=row.id, job_id=job_id, kind=EventKind(row.kind), data=row.data, created_at=row.created_at)
        for row in rows
    ]


def follow_events(caller: Caller, job_id: str) -> Iterator[JobEvent]:
    """What happened to a job and what still does, each as it comes, until the job has ended."""
    last, is_over = 0, False
    while not is_over:
        events, is_over = news_of(caller, job_id, last)
        for event in events:
            last = event.id
            yield event
        if not is_over:
            time.sleep(SECONDS_BETWEEN_LOOKS)


def news_of(caller: Caller, job_id: str, event_id: int = 0) -> tuple[list[JobEvent], bool]:
    """What happened to a job since the event of that id, and whether nothing will any more.

    Raises:
        NotFound: There is no such job.
    """
    has_ended = status_of(caller, job_id).is_final  # looked at first: what ends a job comes with an event
    events = events_after(caller, job_id, event_id)
    return events, has_ended and len(events) < MOST_EVENTS


def status_of(caller: Caller, job_id: str) -> Status:
    """Where a job is; asked often by those who wait for it.

    Raises:
        NotFound: There is no such job.
    """
    status = jobs_of(caller).filter(id=job_id).values_list("status", flat=True).first()
    if status is None:
        raise no_job(job_id)
    return Status(status)


def steps_of(caller: Caller, job_id: str) -> list[dict[str, Any]]:
    """The steps of a job with their status, seconds and errors."""
    fields = ("name", "status", "seconds", "error")
    return list(job_of(caller, job_id).steps.order_by("position").values(*fields))


def summary_of(job: Job) -> JobSummary:
    """The row as faces show it."""
    return JobSummary(
        id=job.id,
        kind=job.kind,
        status=Status(job.status),
        progress=job.progress,
        stage=job.stage,
        parameters=_shown(job.parameters),
        source=job.source.name if job.source else None,
        degraded=tuple(Degradation(**entry) for entry in job.degraded),
        error=job.error,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
    )


def _shown(parameters: dict[str, Any]) -> dict[str, Any]:
    """The parameters with the names of contract and preset in place of all of them."""
    shown = dict(parameters)
    if (contract := parameters.get("contract")) is not None:
        shown["contract"] = f"{contract['id']}@{contract['version']}"
    if (run := parameters.get("preset")) is not None:
        shown["preset"] = {"name": run["preset"]["name"], "arguments": run["arguments"]}
    return shown


def _queue_position(job: Job) -> int | None:
    if job.status != Status.QUEUED:
        return None
    before = Job.objects.filter(status=Status.QUEUED, runner=Runner.DURABLE, id__lt=job.id)
    return before.count() + 1
