"""Jobs whose process has vanished, killed or gone with its machine: they end as failed, and leave nothing behind."""

from __future__ import annotations

import shutil

from django.db import transaction
from django.db.models import QuerySet

from voyant.domain.job import FINAL
from voyant.errors import InternalError
from voyant.services.processes import has_vanished
from voyant.services.recording import JobRecorder
from voyant.services.wiring import artifact_store
from voyant.settings.configuration import settings
from voyant.store.models import Job


def fail_abandoned_jobs() -> None:
    """Ends every job that says it runs in a process which is no more; jobs that name no process are left alone."""
    for job_id, process in _unfinished().exclude(process="").values_list("id", "process"):
        if has_vanished(process):
            _fail(job_id)
    _remove_scratch_of_ended_jobs()


def _fail(job_id: str) -> None:
    # One process at a time, and the row last: one that is killed here leaves the rest of the work to the next.
    with transaction.atomic():
        job = _unfinished().select_for_update().filter(id=job_id).first()
        if job is None:
            return  # another process was first
        artifact_store().remove(job.tenant, job.id)
        shutil.rmtree(settings().scratch_path / job.id, ignore_errors=True)
        JobRecorder(job, steps=1).failed(_abandoned(job.process).as_dict())


def _unfinished() -> QuerySet[Job]:
    return Job.objects.exclude(status__in=FINAL)


def _abandoned(process: str) -> InternalError:
    host, pid, _ = process.split(" ", 2)
    return InternalError(
        f"The process {pid} on {host} ended before the job did: it was killed, or its machine went down.",
        remedy="Run it again. Where memory ran out, lower VOYANT_MEMORY_LIMIT or VOYANT_THREADS.",
    )


def _remove_scratch_of_ended_jobs() -> None:
    """A process can be killed between the end of its job and that of its clearing up."""
    folders = {folder.name: folder for folder in settings().scratch_path.glob("job_*")}
    for job_id in Job.objects.filter(id__in=folders, status__in=FINAL).values_list("id", flat=True):
        shutil.rmtree(folders[job_id], ignore_errors=True)
