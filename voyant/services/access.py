"""The one gate to rows: what a caller may see is found here and nowhere else."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from voyant.domain.caller import Caller
from voyant.domain.job import Status
from voyant.errors import Code, Conflict, NotFound
from voyant.store.models import Artifact, Baseline, Contract, Job, Score, Source


def jobs_of(caller: Caller) -> QuerySet[Job]:
    """The caller's jobs, newest first."""
    return Job.objects.filter(tenant=caller.tenant).select_related("source").order_by("-id")


def job_of(caller: Caller, job_id: str, *, held: bool = False) -> Job:
    """One job.

    Args:
        held: Until the transaction at hand ends, so that nobody changes it meanwhile.

    Raises:
        NotFound: There is none of that id, or it is another tenant's.
    """
    rows = jobs_of(caller).filter(id=job_id)
    job = (rows.select_for_update(of=("self",), no_key=True) if held else rows).first()
    if job is None:
        raise no_job(job_id)
    return job


def completed_job_of(caller: Caller, job_id: str) -> Job:
    """One job that has completed.

    Raises:
        NotFound: There is none of that id, or it is another tenant's.
        Conflict: It has not completed; ``data`` holds the error of one that failed.
    """
    job = job_of(caller, job_id)
    if job.status == Status.COMPLETED:
        return job
    data = {"status": job.status, "error": job.error}
    if job.status == Status.CANCELLED:
        raise Conflict(f"The job {job.id} was cancelled and has no result.", code=Code.JOB_CANCELLED, data=data)
    remedy = "Its error says what to do." if job.status == Status.FAILED else None
    message = f"The job {job.id} is {job.status} and has no result."
    raise Conflict(message, code=Code.JOB_NOT_COMPLETED, remedy=remedy, data=data)


def no_job(job_id: str) -> NotFound:
    """The error where there is none of that id, or it is another tenant's."""
    return NotFound(f"There is no job {job_id!r}.", code=Code.NO_JOB)


def sources_of(caller: Caller) -> QuerySet[Source]:
    """The caller's sources, newest first."""
    return Source.objects.filter(tenant=caller.tenant).order_by("-id")


def source_of(caller: Caller, source_id: str) -> Source:
    """One source.

    Raises:
        NotFound: There is none of that id, or it is another tenant's.
    """
    source = sources_of(caller).filter(id=source_id).first()
    if source is None:
        raise NotFound(f"There is no source {source_id!r}.", code=Code.NO_SOURCE)
    return source


def sources_among(asked: Collection[tuple[Caller, str]]) -> dict[tuple[str, str], Source]:
    """The sources that callers name by id, by tenant and id, in one query; what is not the caller's is left out."""
    named = {(caller.tenant, source_id) for caller, source_id in asked}
    tenants, ids = {tenant for tenant, _ in named}, {source_id for _, source_id in named}
    rows = Source.objects.filter(tenant__in=tenants, id__in=ids)
    return {(row.tenant, row.id): row for row in rows if (row.tenant, row.id) in named}


def baselines_of(caller: Caller) -> QuerySet[Baseline]:
    """The caller's baselines, newest first."""
    return Baseline.objects.filter(tenant=caller.tenant).order_by("-id")


def scores_of(caller: Caller) -> QuerySet[Score]:
    """What the caller's runs came to, newest first."""
    return Score.objects.filter(tenant=caller.tenant).order_by("-job")


def artifact_of(caller: Caller, job_id: str, name: str) -> Artifact:
    """One artifact of a job.

    Raises:
        NotFound: There is none of that name, or the job is another tenant's.
    """
    job = job_of(caller, job_id)
    artifact = job.artifacts.filter(name=name).first()
    if artifact is None:
        names = list(job.artifacts.values_list("name", flat=True))
        raise NotFound(f"{job_id} has no artifact {name!r}.", code=Code.NO_ARTIFACT, data={"artifacts": names})
    return artifact


def contracts_of(caller: Caller) -> QuerySet[Contract]:
    """The caller's contracts, a row for each version, newest first."""
    return Contract.objects.filter(tenant=caller.tenant).order_by("-id")


def contract_row_of(caller: Caller, contract_id: str, version: str) -> Contract:
    """One version of a contract.

    Raises:
        NotFound: There is none, or it is another tenant's.
    """
    row = contracts_of(caller).filter(contract_id=contract_id, version=version).first()
    if row is None:
        raise no_contract(caller, contract_id, version)
    return row


def no_contract(caller: Caller, contract_id: str, version: str | None = None) -> NotFound:
    """The error where there is none of that id and version, or it is another tenant's."""
    versions = list(contracts_of(caller).filter(contract_id=contract_id).values_list("version", flat=True)[:100])
    if version is not None and versions:
        message = f"The contract {contract_id!r} has no version {version[:100]!r}; it has {', '.join(versions)}."
    else:
        is_no_file = caller.may_read_files and version is None
        message = f"There is {'neither a file nor a' if is_no_file else 'no'} contract {contract_id[:200]!r}."
    return NotFound(message, code=Code.NO_CONTRACT, data={"versions": versions})
