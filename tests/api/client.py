"""What tests of the interface do again and again."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx
from django.db import connection

from voyant.domain.caller import Caller
from voyant.errors import VoyantError
from voyant.services.execution import run_here


@dataclass(frozen=True)
class Client:
    """A tenant's way to the server; ``http`` is the plain one."""

    http: httpx.Client
    caller: Caller

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.http.get(path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return self.http.post(path, json=body, **options)

    def upload(self, name: str, content: str | bytes) -> str:
        """The id of the source that the file has become."""
        answer = self.http.post("/v1/sources/upload", files={"file": (name, content)})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def job(self, kind: str, source: str, **options: Any) -> str:
        """The id of a job that was accepted and waits."""
        answer = self.post(f"/v1/jobs/{kind}", {"source": source}, **options)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def finished_job(self, kind: str, source: str) -> str:
        """The id of a job that has ended, well or not."""
        job_id = self.job(kind, source)
        work(job_id)
        return job_id


def work(job_id: str) -> None:
    """What a worker would do with the job."""
    with suppress(VoyantError):
        run_here(job_id)


def worker(job_id: str) -> threading.Thread:
    """The same, meanwhile."""

    def run() -> None:
        try:
            work(job_id)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem that an answer tells, which must be that one, and whole."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    told: dict[str, Any] = answer.json()
    assert told["code"] == code
    assert told["status"] == status
    assert told["request_id"] == answer.headers["x-request-id"]
    assert told["message"]
    assert told["remedy"]
    return told
