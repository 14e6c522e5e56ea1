"""Jobs: asked for, and called off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec
from django.db import transaction

from voyant.domain.caller import Caller
from voyant.domain.ids import new_id
from voyant.domain.job import EventKind, JobSummary, Runner, Status
from voyant.domain.parameters import JobParameters
from voyant.domain.serialization import to_json
from voyant.errors import Busy, Code, Conflict, InvalidInput
from voyant.services import uploads
from voyant.services.access import job_of
from voyant.services.jobs import show_job, summary_of
from voyant.services.processes import this_process
from voyant.services.recording import JobRecorder
from voyant.services.sources import remember
from voyant.services.texts import require_text
from voyant.settings.configuration import settings
from voyant.store.locks import Lock, alone
from voyant.store.models import IdempotencyKey, Job, JobEvent
from voyant.workflows.pipelines import PIPELINES

KINDS = tuple(PIPELINES)
LONGEST_KEY = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The job that answers a request; ``is_new`` says whether the request made it, or an earlier one with its key."""

    job: JobSummary
    is_new: bool


def submit(
    caller: Caller,
    kind: str,
    parameters: JobParameters,
    *,
    runner: Runner = Runner.DURABLE,
    idempotency_key: str | None = None,
) -> Submission:
    """A job that waits to be run. Once this returns, the job outlives every process.

    Args:
        runner: What will run it.
        idempotency_key: Of the caller: asking again with the same key and request gives the same job.

    Raises:
        InvalidInput: There is no such kind of job, the key is none, or a parameter is no text.
        Conflict: The key came with another request before.
        Busy: Too many jobs wait already.
    """
    if kind not in PIPELINES:
        raise InvalidInput(
            f"There is no kind of job {kind!r}.", remedy=f"Use one of: {', '.join(PIPELINES)}.", data={"kind": kind}
        )
    if idempotency_key is not None and not 0 < len(idempotency_key) <= LONGEST_KEY:
        raise InvalidInput(f"An idempotency key has 1 to {LONGEST_KEY} characters; this has {len(idempotency_key)}.")
    plain = public_parameters(caller, parameters)
    require_text(source=plain["source"], kpis=plain["kpis"], time=plain["time_column"], idempotency_key=idempotency_key)
    digest = sha256(kind.encode() + to_json(plain)).hexdigest()
    # Between the look at what is there already and the writing nobody else may write.
    with alone(Lock.SUBMISSION):
        known = _known(caller, idempotency_key, digest)
        return known or _accept(caller, kind, parameters, runner, idempotency_key, digest)


def cancel(caller: Caller, job_id: str) -> JobSummary:
    """The job, which ends as soon as what runs it notices; at once where nothing does yet.

    A job that was cancelled before stays so.

    Raises:
        NotFound: There is no such job.
        Conflict: It has ended otherwise.
    """
    with transaction.atomic():
        row = job_of(caller, job_id, held=True)
        if row.status in {Status.COMPLETED, Status.FAILED}:
            raise Conflict(f"The job {job_id} is {row.status}: there is nothing to cancel.", code=Code.NOT_CANCELLABLE)
        waiting = Job.objects.filter(id=job_id, status=Status.QUEUED, dispatched_at=None)
        if waiting.update(cancel_requested_at=datetime.now(UTC)):
            JobRecorder(row, steps=1).cancelled()
        else:
            Job.objects.filter(id=job_id, cancel_requested_at=None).update(cancel_requested_at=datetime.now(UTC))
    return show_job(caller, job_id)


def public_parameters(caller: Caller, parameters: JobParameters) -> dict[str, Any]:
    """The parameters as job rows and manifests keep them: without credentials and the server's own folders."""
    plain: dict[str, Any] = msgspec.to_builtins(parameters)
    plain["source"]["location"] = uploads.shown(caller.tenant, parameters.source.public_location)
    return plain


def _known(caller: Caller, key: str | None, digest: str) -> Submission | None:
    """The job that an earlier request with that key made."""
    found = IdempotencyKey.objects.filter(tenant=caller.tenant, key=key).select_related("job").first() if key else None
    if found is None:
        return None
    if found.request_sha256 != digest:
        raise Conflict(
            f"The idempotency key {key!r} came with another request before.",
            code=Code.IDEMPOTENCY_KEY_REUSED,
            data={"job_id": found.job_id},
        )
    return Submission(job=show_job(caller, found.job_id), is_new=False)


def _accept(
    caller: Caller, kind: str, parameters: JobParameters, runner: Runner, key: str | None, digest: str
) -> Submission:
    position = _next_position() if runner is Runner.DURABLE else None
    source = remember(caller, parameters.source, keep_secret=runner is Runner.DURABLE)
    row = Job.objects.create(
        id=new_id("job"),
        tenant=caller.tenant,
        subject=caller.subject,
        kind=kind,
        status=Status.QUEUED,
        runner=runner,
        process=this_process() if runner is Runner.PROCESS else "",
        parameters=public_parameters(caller, parameters),
        source=source,
    )
    JobEvent.objects.create(job=row, kind=EventKind.QUEUED)
    if key is not None:
        IdempotencyKey.objects.create(tenant=caller.tenant, key=key, request_sha256=digest, job=row)
    return Submission(job=replace(summary_of(row), queue_position=position), is_new=True)


def _next_position() -> int:
    """In the queue, of the job that is accepted next."""
    most, waiting = settings().max_queued_jobs, Job.objects.filter(status=Status.QUEUED, runner=Runner.DURABLE).count()
    if waiting >= most:
        raise Busy(f"{most:,} jobs wait already, and no more may.")
    return waiting + 1
