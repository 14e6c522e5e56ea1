"""Retention: jobs that ended long ago go, with their artifacts and the snapshots that nothing needs any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet, Sum
from msgspec import Struct

from voyant.domain.caller import Caller
from voyant.domain.job import FINAL
from voyant.errors import Code, InvalidInput
from voyant.services.access import jobs_of
from voyant.services.references import kept_snapshots
from voyant.services.wiring import artifact_store, lake
from voyant.settings.configuration import settings
from voyant.store.models import Artifact, Job
from voyant.workflows.protocol import Pruned


class Pruning(Struct, frozen=True, kw_only=True):
    """What goes, or would go: jobs, oldest first, and the bytes of their artifacts, of snapshots, and of files that
    killed processes have left in the lake."""

    jobs: tuple[str, ...]
    artifact_bytes: int
    snapshots: int
    snapshot_bytes: int
    stray_bytes: int = 0


def retention_days(given: float | None) -> float:
    """How long jobs are kept after their end: as given, else as set.

    Raises:
        InvalidInput: Neither.
    """
    days = settings().retention_days if given is None else given
    if days is None:
        raise InvalidInput(
            "Nothing says how long jobs are to be kept.",
            code=Code.MISSING_PARAMETER,
            remedy="Give --older-than DAYS, or set VOYANT_RETENTION_DAYS.",
        )
    return days


def prunable(caller: Caller, older_than_days: float) -> Pruning:
    """What ``prune`` would remove; nothing is touched."""
    before = _before(older_than_days)
    jobs = tuple(_ended(caller, before).values_list("id", flat=True))
    size = Artifact.objects.filter(job__in=_ended(caller, before)).aggregate(size=Sum("bytes"))["size"] or 0
    expired = lake().expirable(caller.tenant, _needed(caller, before), before)
    return Pruning(
        jobs=jobs,
        artifact_bytes=size,
        snapshots=sum(len(ids) for ids in expired.values()),
        snapshot_bytes=lake().bytes_of(caller.tenant, expired),
        stray_bytes=sum(path.stat().st_size for path in lake().stray(caller.tenant, before)),
    )


def prune(caller: Caller, older_than_days: float) -> Pruning:
    """Removes the caller's jobs that ended so long ago, and the snapshots that none of the others has read.

    Jobs that wait or run are left alone, and so is what they read, the current state of every table, baselines, and
    the states that later runs are compared with where nothing else is named.
    """
    before = _before(older_than_days)
    found = prunable(caller, older_than_days)
    for job_id in found.jobs:
        # The row last: one whose files were being removed when the process was killed is found again.
        artifact_store().remove(caller.tenant, job_id)
        Job.objects.filter(id=job_id, status__in=FINAL).delete()
    lake().expire(caller.tenant, lake().expirable(caller.tenant, _needed(caller, before), before))
    for path in lake().stray(caller.tenant, before):
        path.unlink(missing_ok=True)
    return found


def prunable_everywhere(older_than_days: float) -> Pruned:
    """The same over all tenants, as the schedule asks for it."""
    return _total([prunable(caller, older_than_days) for caller in _all_callers()])


def prune_everywhere(older_than_days: float) -> Pruned:
    """The same over all tenants, as the schedule asks for it."""
    return _total([prune(caller, older_than_days) for caller in _all_callers()])


def _all_callers() -> list[Caller]:
    tenants = Job.objects.order_by("tenant").values_list("tenant", flat=True).distinct()
    return [Caller(tenant=tenant, subject="retention") for tenant in tenants]


def _total(prunings: list[Pruning]) -> Pruned:
    return Pruned(
        jobs=sum(len(pruning.jobs) for pruning in prunings),
        bytes=sum(pruning.artifact_bytes + pruning.snapshot_bytes + pruning.stray_bytes for pruning in prunings),
    )


def _before(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def _ended(caller: Caller, before: datetime) -> QuerySet[Job]:
    return jobs_of(caller).filter(status__in=FINAL, finished_at__lt=before).order_by("id")


def _needed(caller: Caller, before: datetime) -> frozenset[str] | None:
    """Snapshots that the jobs which stay have read, or that later ones may be compared with.

    None where a job runs that may be about to read one.
    """
    staying = jobs_of(caller).exclude(id__in=_ended(caller, before).values("id"))
    if staying.exclude(status__in=FINAL).filter(Q(pinned=None) | Q(reference=None)).exists():
        return None
    needed = set(kept_snapshots(caller))
    for pinned, reference in staying.values_list("pinned", "reference"):
        read = [read for read in (pinned, *(reference or ())) if read]
        needed.update(pin["snapshot"] for each in read for pin in (each, *each.get("references", ())))
    return frozenset(needed)
