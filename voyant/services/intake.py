"""Taking jobs in: requests that come while a transaction is at work share the next one.

A transaction costs as much as all else of a submission together, and only one can write at a time. So whoever waits for
its turn is taken in with whoever else waits, in the order in which they came; each is answered after the commit that
holds its own job. Where nobody waits, nobody waits for others.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from voyant.domain.caller import Caller
from voyant.domain.ids import new_id
from voyant.domain.job import EventKind, JobSummary, Runner, Status
from voyant.domain.manifest import ManifestInput
from voyant.domain.source import Source
from voyant.errors import Busy, Code, Conflict, VoyantError
from voyant.services.jobs import show_job, summary_of
from voyant.services.processes import this_process
from voyant.services.sources import key_of, remember
from voyant.settings.configuration import settings
from voyant.settings.databases import SECONDS_FOR_THE_FILE
from voyant.store.errors import DatabaseAway
from voyant.store.locks import Lock, alone
from voyant.store.models import IdempotencyKey, Job, JobEvent
from voyant.store.models import Source as SourceRow
from voyant.store.turns import Turns


class Submission(Struct, frozen=True, kw_only=True):
    """The job that answers a request; ``is_new`` says whether the request made it, or an earlier one with its key."""

    job: JobSummary
    is_new: bool


class Request(Struct, kw_only=True, eq=False):
    """A job that is asked for.

    Attributes:
        parameters: As the row keeps them.
        reference: What the table is compared with, where the caller named it and it is settled by that.
        digest: Of what is asked for, to tell another request with the same key.
        outcome: None until its transaction has ended.
    """

    caller: Caller
    kind: str
    source: Source
    parameters: dict[str, Any]
    reference: tuple[ManifestInput, ...] | None
    runner: Runner
    key: str | None
    digest: str
    outcome: Submission | Exception | None = None


class Desk:
    """Where requests are handed in, by any number of threads."""

    def __init__(self) -> None:
        self._turns = Turns(SECONDS_FOR_THE_FILE)
        self._guard = threading.Lock()
        self._waiting: list[Request] = []

    def hand_in(self, requests: Sequence[Request]) -> list[Submission | Exception]:
        """What becomes of each: its job, which stands in the database from now on, or why it was refused.

        Raises:
            DatabaseAway: The turn did not come in time, and nothing was written.
        """
        with self._guard:
            self._waiting.extend(requests)
        try:
            with self._turns.one():
                if any(request.outcome is None for request in requests):  # else somebody before took them in as well
                    self._take_in()
        finally:
            self._withdraw(requests)
        return [request.outcome for request in requests if request.outcome is not None]

    def _take_in(self) -> None:
        with self._guard:
            taken, self._waiting = self._waiting, []
        try:
            outcomes = accept(taken)
        except DatabaseAway as away:
            outcomes = [away] * len(taken)
        except Exception as error:  # noqa: BLE001 - each thread raises its own
            outcomes = [error] if len(taken) == 1 else [_accepted_by_itself(request) for request in taken]
        except BaseException:  # this thread is interrupted; the next one goes on
            with self._guard:
                self._waiting = [*taken, *self._waiting]
            raise
        for request, outcome in zip(taken, outcomes, strict=True):
            request.outcome = outcome

    def _withdraw(self, requests: Sequence[Request]) -> None:
        """Whoever gave up waiting for its turn must not be given a job that it is never told of."""
        if any(request.outcome is None for request in requests):
            with self._guard:
                self._waiting = [request for request in self._waiting if request not in requests]


def _accepted_by_itself(request: Request) -> Submission | Exception:
    """What becomes of a request where taking it in with others failed: one of them alone may be to blame."""
    try:
        return accept([request])[0]
    except Exception as error:  # noqa: BLE001 - its own thread raises it
        return error


def accept(requests: Sequence[Request]) -> list[Submission | Exception]:
    """What becomes of each request, all in one transaction that has ended: its job, or why it is refused.

    Raises:
        DatabaseAway: Nothing was written.
    """
    # Between the look at what is there already and the writing nobody else may write.
    with alone(Lock.SUBMISSION):
        intake = _Intake(known=_known(requests), sources=_remembered(requests))
        decisions = [intake.decide(request) for request in requests]
        intake.write()
        return [
            decision if isinstance(decision, Exception) else intake.submission(request, *decision)
            for request, decision in zip(requests, decisions, strict=True)
        ]


def _known(requests: Sequence[Request]) -> dict[tuple[str, str], IdempotencyKey]:
    """What stands under the keys that requests came with."""
    tenants = {request.caller.tenant for request in requests if request.key}
    keys = {request.key for request in requests if request.key}
    rows = IdempotencyKey.objects.filter(tenant__in=tenants, key__in=keys) if keys else ()
    return {(row.tenant, row.key): row for row in rows}


def _remembered(requests: Sequence[Request]) -> dict[tuple[str, str], SourceRow]:
    """The rows of sources that stand already."""
    tenants = {request.caller.tenant for request in requests}
    rows = SourceRow.objects.filter(tenant__in=tenants, key__in={key_of(request.source) for request in requests})
    return {(row.tenant, row.key): row for row in rows}


class _Intake(Struct, kw_only=True):
    """What a transaction is about to write.

    Attributes:
        known: What stands under keys, as of this transaction too.
        sources: By tenant and key.
        queued: Jobs that wait, those of this transaction among them; None until one is to join them.
        positions: Of new jobs, in the queue.
    """

    known: dict[tuple[str, str], IdempotencyKey]
    sources: dict[tuple[str, str], SourceRow]
    queued: int | None = None
    jobs: dict[str, Job] = field(default_factory=dict)
    positions: dict[str, int | None] = field(default_factory=dict)
    keys: list[IdempotencyKey] = field(default_factory=list)

    def decide(self, request: Request) -> tuple[str, bool] | Exception:
        """The id of the job that answers the request, and whether it is new; or why it is refused."""
        try:
            earlier = self._earlier(request)
            return (earlier, False) if earlier else (self._new(request), True)
        except DatabaseAway:
            raise
        except VoyantError as refusal:
            return refusal

    def write(self) -> None:
        """Writes down what was decided."""
        Job.objects.bulk_create(self.jobs.values())
        JobEvent.objects.bulk_create(JobEvent(job=job, kind=EventKind.QUEUED) for job in self.jobs.values())
        IdempotencyKey.objects.bulk_create(self.keys)

    def submission(self, request: Request, job_id: str, is_new: bool) -> Submission:
        """What the request is answered with, once that is written."""
        row = self.jobs.get(job_id)
        if row is None:
            return Submission(job=show_job(request.caller, job_id), is_new=is_new)
        return Submission(job=replace(summary_of(row), queue_position=self.positions[job_id]), is_new=is_new)

    def _earlier(self, request: Request) -> str | None:
        """The job that an earlier request with that key made."""
        found = self.known.get((request.caller.tenant, request.key)) if request.key else None
        if found is None:
            return None
        if found.request_sha256 != request.digest:
            raise Conflict(
                f"The idempotency key {request.key!r} came with another request before.",
                code=Code.IDEMPOTENCY_KEY_REUSED,
                data={"job_id": found.job_id},
            )
        return found.job_id

    def _new(self, request: Request) -> str:
        is_durable = request.runner is Runner.DURABLE
        position = self._next_position() if is_durable else None
        row = Job(
            id=new_id("job"),
            tenant=request.caller.tenant,
            subject=request.caller.subject,
            kind=request.kind,
            status=Status.QUEUED,
            runner=request.runner,
            process="" if is_durable else this_process(),
            parameters=request.parameters,
            reference=msgspec.to_builtins(request.reference),
            source=self._source_of(request),
        )
        self.jobs[row.id], self.positions[row.id] = row, position
        self.queued = position or self.queued
        if request.key:
            key = IdempotencyKey(tenant=row.tenant, key=request.key, request_sha256=request.digest, job=row)
            self.keys.append(key)
            self.known[row.tenant, request.key] = key
        return row.id

    def _next_position(self) -> int:
        """In the queue, of the job that is accepted next."""
        most = settings().max_queued_jobs
        if self.queued is None:
            self.queued = Job.objects.filter(status=Status.QUEUED, runner=Runner.DURABLE).count()
        if self.queued >= most:
            raise Busy(f"{most:,} jobs wait already, and no more may.")
        return self.queued + 1

    def _source_of(self, request: Request) -> SourceRow:
        named = (request.caller.tenant, key_of(request.source))
        has_secret = request.source.public_location != request.source.location  # which may have changed
        if named not in self.sources or has_secret:
            keep_secret = request.runner is Runner.DURABLE
            self.sources[named] = remember(request.caller, request.source, keep_secret=keep_secret)
        return self.sources[named]
