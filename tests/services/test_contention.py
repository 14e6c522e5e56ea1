"""Several processes submit, claim and finish jobs at once: none is lost, none runs twice, and limits hold."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.repo.tree import ROOT
from voyant.domain.caller import Caller
from voyant.domain.job import EventKind, Runner, Status
from voyant.store.models import Job, JobEvent, Worker

JOBS = 15
LIMITS = {"VOYANT_MAX_QUEUED_JOBS": "6", "VOYANT_MAX_RUNNING_JOBS": "2"}


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    Worker.objects.all().delete()
    Job.objects.filter(runner=Runner.DURABLE).delete()


def contender(tenant: str, path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.services.contender", tenant, str(path), str(JOBS)]
    return subprocess.Popen(
        command, cwd=ROOT, env=os.environ | LIMITS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def outcome(process: subprocess.Popen[str]) -> dict[str, Any]:
    told, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    answer: dict[str, Any] = json.loads(told)
    return answer


def test_jobs_of_processes_that_contend(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("day,amount\n2024-01-01,1\n")
    # Two of one tenant, who send the same keys; two of tenants of their own.
    tenants = [f"{caller.tenant}-{name}" for name in ("shared", "shared", "ann", "bob")]
    processes = [contender(tenant, path) for tenant in tenants]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [outcome(process) for process in processes]

    accepted = {job_id for process in told for job_id in process["submitted"]}
    ran = [job_id for process in told for job_id in process["ran"]]
    assert told[0]["submitted"] == told[1]["submitted"]
    assert len(accepted) == 3 * JOBS
    assert sorted(ran) == sorted(accepted)
    assert set(Job.objects.filter(id__in=accepted).values_list("status", flat=True)) == {Status.COMPLETED}
    assert JobEvent.objects.filter(job__in=accepted, kind=EventKind.COMPLETED).count() == len(accepted)
    assert max(process["queued"] for process in told) <= 6
    assert max(process["running"] for process in told) <= 4
    assert max(process["of_one"] for process in told) <= 2
