"""Jobs: asked for, and called off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec
from django.db import transaction
from msgspec import Struct

from voyant.domain.caller import Caller
from voyant.domain.job import JobSummary, Runner, Status
from voyant.domain.parameters import JobParameters
from voyant.domain.serialization import to_json
from voyant.domain.source import Source
from voyant.errors import Code, Conflict, InvalidInput, VoyantError
from voyant.services import uploads
from voyant.services.access import job_of
from voyant.services.intake import Desk, Request, Submission
from voyant.services.jobs import show_job
from voyant.services.recording import JobRecorder
from voyant.services.references import named_reference
from voyant.services.sources import uploads_named
from voyant.services.texts import require_text
from voyant.store.models import Job
from voyant.workflows.pipelines import PIPELINES, is_preset, pipeline_of

KINDS = tuple(PIPELINES)
LONGEST_KEY = 255

_desk = Desk()


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
        NotFound: What the table is to be compared with is not there.
        Conflict: The key came with another request before.
        Busy: Too many jobs wait already.
    """
    (outcome,) = _desk.hand_in([_request(caller, kind, parameters, runner, idempotency_key)])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


class UploadJob(Struct, frozen=True, kw_only=True):
    """A durable job over an upload, as a caller asks for it.

    Attributes:
        upload: The source's id.
        parameters: Gives them for the source, once that is found.
    """

    caller: Caller
    kind: str
    upload: str
    parameters: Callable[[Source], JobParameters]
    idempotency_key: str | None


def submit_for_uploads(asked: Sequence[UploadJob]) -> list[Submission | Exception | None]:
    """What becomes of each: its job, or why it is refused; None where what it names is no upload of the caller's.

    Uploads are what most jobs are asked for, and found quickly whatever else is slow, so that many can be asked for in
    one call. That costs each a fraction of what ``submit`` does.

    Raises:
        DatabaseAway: Nothing was written.
    """
    sources = uploads_named([(job.caller, job.upload) for job in asked])
    requests = [None if source is None else _tried(job, source) for job, source in zip(asked, sources, strict=True)]
    handed_in = [request for request in requests if isinstance(request, Request)]
    outcomes = iter(_desk.hand_in(handed_in) if handed_in else ())
    return [next(outcomes) if isinstance(request, Request) else request for request in requests]


def _tried(job: UploadJob, source: Source) -> Request | VoyantError:
    try:
        return _request(job.caller, job.kind, job.parameters(source), Runner.DURABLE, job.idempotency_key)
    except VoyantError as refusal:
        return refusal


def _request(caller: Caller, kind: str, parameters: JobParameters, runner: Runner, key: str | None) -> Request:
    pipeline_of(kind)  # refuses what is no kind
    if is_preset(kind) and (parameters.preset is None or parameters.preset.preset.name != kind):
        raise InvalidInput(f"The preset {kind!r} is not among the parameters of the job.")
    if key is not None and not 0 < len(key) <= LONGEST_KEY:
        raise InvalidInput(f"An idempotency key has 1 to {LONGEST_KEY} characters; this has {len(key)}.")
    public = public_parameters(caller, parameters)
    require_text(source=public["source"], kpis=public["kpis"], time=public["time_column"], idempotency_key=key)
    require_text(baseline=[public["baseline"], public["baseline_source"]], brands=public["brands"])
    return Request(
        caller=caller,
        kind=kind,
        source=parameters.source,
        parameters=public,
        reference=named_reference(caller, kind, parameters),
        runner=runner,
        key=key,
        digest="" if key is None else sha256(kind.encode() + to_json(public)).hexdigest(),
    )


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
    if parameters.baseline_source is not None:
        shown = uploads.shown(caller.tenant, parameters.baseline_source.public_location)
        plain["baseline_source"]["location"] = shown
    for brand, source in parameters.brands.items():
        plain["brands"][brand]["location"] = uploads.shown(caller.tenant, source.public_location)
    return plain
