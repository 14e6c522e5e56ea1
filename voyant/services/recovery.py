"""Jobs whose process has vanished, killed or gone with its machine: they end as failed, and leave nothing behind.

A host sees its own processes only. To the others a process gives signs of life, so that they learn of the end of a
container, of whose name there is never another.
"""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from datetime import timedelta

from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from voyant.domain.job import FINAL
from voyant.errors import InternalError
from voyant.services.processes import has_vanished, is_of_this_host, this_process
from voyant.services.recording import JobRecorder
from voyant.services.wiring import artifact_store
from voyant.settings.configuration import settings
from voyant.store.models import Job

SECONDS_BETWEEN_SIGNS = 20.0
SILENCE = timedelta(minutes=5)
"""A process of another host that has given no sign for so long is no more."""


class Signs:
    """Signs of life of this process."""

    def __init__(self) -> None:
        self._given_at = time.monotonic()  # the row of a job begins with one

    def give(self) -> None:
        """Gives one for all its jobs, also those that wait in it, unless it gave one just now."""
        if time.monotonic() - self._given_at < SECONDS_BETWEEN_SIGNS:
            return
        self._given_at = time.monotonic()
        with suppress(OperationalError):  # many may fail before anybody believes it dead
            _unfinished().filter(process=this_process()).update(seen_at=Now())


def fail_abandoned_jobs() -> None:
    """Ends every job that says it runs in a process which is no more; jobs that name no process are left alone."""
    for job_id, process in _unfinished().exclude(process="").values_list("id", "process"):
        if has_vanished(process):
            _fail(_unfinished().filter(id=job_id), "ended before the job did")
    for job_id, process in _silent().values_list("id", "process"):
        if not is_of_this_host(process):
            _fail(_silent().filter(id=job_id), f"has given no sign of life for {SILENCE.seconds // 60} minutes")
    _remove_scratch_of_ended_jobs()


def _fail(jobs: QuerySet[Job], how: str) -> None:
    # One process at a time, and the row last: one that is killed here leaves the rest of the work to the next.
    with transaction.atomic():
        job = jobs.select_for_update().first()
        if job is None:
            return  # another process was first, or its own has just given a sign
        artifact_store().remove(job.tenant, job.id)
        shutil.rmtree(settings().scratch_path / job.id, ignore_errors=True)
        JobRecorder(job, steps=1).failed(_abandoned(job.process, how).as_dict())


def _unfinished() -> QuerySet[Job]:
    return Job.objects.exclude(status__in=FINAL)


def _silent() -> QuerySet[Job]:
    return _unfinished().exclude(process="").filter(seen_at__lt=Now() - SILENCE)


def _abandoned(process: str, how: str) -> InternalError:
    host, pid, _ = process.split(" ", 2)
    return InternalError(
        f"The process {pid} on {host} {how}: it was killed, or its machine went down.",
        remedy="Run it again. Where memory ran out, lower VOYANT_MEMORY_LIMIT or VOYANT_THREADS.",
    )


def _remove_scratch_of_ended_jobs() -> None:
    """A process can be killed between the end of its job and that of its clearing up."""
    folders = {folder.name: folder for folder in settings().scratch_path.glob("job_*")}
    for job_id in Job.objects.filter(id__in=folders, status__in=FINAL).values_list("id", flat=True):
        shutil.rmtree(folders[job_id], ignore_errors=True)
