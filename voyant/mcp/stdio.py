"""MCP over standard input and output: one client, on this machine, whose jobs run in this process."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import anyio
from django.db import connection

from voyant.domain.caller import Caller
from voyant.domain.job import Runner
from voyant.domain.parameters import JobParameters
from voyant.errors import Conflict, JobCancelled, NotFound, VoyantError
from voyant.mcp.host import Host
from voyant.mcp.lines import serve_lines
from voyant.mcp.server import build_server
from voyant.services.execution import run_here
from voyant.services.submission import cancel, submit
from voyant.settings.configuration import settings

SECONDS_TO_CLEAR_UP = 3.0


class JobsHere:
    """Jobs that this process runs, so many at once as a worker would."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(settings().worker_slots, thread_name_prefix="job")
        self._unfinished: set[str] = set()
        self._changed = threading.Condition()

    def begin(self, caller: Caller, kind: str, parameters: JobParameters) -> str:
        job_id = submit(caller, kind, parameters, runner=Runner.PROCESS).job.id
        with self._changed:
            self._unfinished.add(job_id)
        self._threads.submit(self._run, job_id, parameters)
        return job_id

    def forsake(self, caller: Caller, job_id: str) -> None:
        """Cancels the job: nobody else waits for it, and it holds this machine's processors."""
        with suppress(Conflict, NotFound):
            cancel(caller, job_id)

    def close(self, caller: Caller) -> None:
        """Cancels what still runs, and gives it a moment to clear up."""
        for job_id in list(self._unfinished):
            self.forsake(caller, job_id)
        with self._changed:
            self._changed.wait_for(lambda: not self._unfinished, SECONDS_TO_CLEAR_UP)

    def _run(self, job_id: str, parameters: JobParameters) -> None:
        try:
            with suppress(VoyantError, JobCancelled):  # its row tells
                run_here(job_id, parameters)
        finally:
            connection.close()
            with self._changed:
                self._unfinished.discard(job_id)
                self._changed.notify_all()


def run(caller: Caller) -> None:
    """Answers that caller until standard input ends."""
    jobs = JobsHere()
    server = build_server(Host(caller=lambda: caller, jobs=jobs))
    try:
        anyio.run(serve_lines, server)
    finally:
        jobs.close(caller)
