"""Retention: what ended long ago goes, once somebody has seen what that is; what is needed stays."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from voyant.domain.caller import Caller
from voyant.domain.job import Runner
from voyant.errors import Code, InvalidInput, NotFound
from voyant.services.analysis import parameters_of
from voyant.services.artifacts import list_artifacts
from voyant.services.execution import run_here
from voyant.services.jobs import list_jobs, show_job
from voyant.services.retention import Pruning, prunable, prune, prune_everywhere, retention_days
from voyant.services.sources import source_from
from voyant.services.sql import query
from voyant.services.submission import submit
from voyant.services.wiring import lake
from voyant.store.models import Job

NOTHING = Pruning(jobs=(), artifact_bytes=0, snapshots=0, snapshot_bytes=0)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "orders.csv"


def profiled(caller: Caller, source: Path, rows: int, *, days_ago: float) -> str:
    """A job that ended so long ago over a table of so many rows."""
    source.write_text("day,amount\n" + "".join(f"2024-01-{1 + n % 28:02},{n}\n" for n in range(rows)))
    job_id = submit(caller, "profile", parameters_of(source_from(caller, str(source))), runner=Runner.PROCESS).job.id
    run_here(job_id)
    Job.objects.filter(id=job_id).update(finished_at=datetime.now(UTC) - timedelta(days=days_ago))
    return job_id


def test_a_dry_run_tells_what_would_go_and_touches_nothing(caller: Caller, source: Path, home: Path) -> None:
    old = profiled(caller, source, 30, days_ago=10)
    kept = profiled(caller, source, 40, days_ago=1)
    size = sum(artifact.bytes for artifact in list_artifacts(caller, old))

    told = prunable(caller, 5)
    assert (told.jobs, told.artifact_bytes) == ((old,), size)
    assert [job.id for job in list_jobs(caller).items] == [kept, old]
    assert prune(caller, 5) == told
    assert [job.id for job in list_jobs(caller).items] == [kept]
    assert not (home / "artifacts" / caller.tenant / old).exists()
    assert len(list_artifacts(caller, kept)) > 0
    assert prunable(caller, 5) == NOTHING


def test_snapshots_go_when_no_job_needs_them(caller: Caller, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [profiled(caller, source, rows, days_ago=10) for rows in (30, 40, 50)]
    Job.objects.filter(id=jobs[1]).update(finished_at=datetime.now(UTC))
    # Snapshots bear the time of the test itself, so the day of pruning lies ahead.
    monkeypatch.setattr("voyant.services.retention._before", lambda _days: datetime.now(UTC) + timedelta(minutes=1))
    Job.objects.filter(id=jobs[1]).update(finished_at=datetime.now(UTC) + timedelta(days=1))
    pins = [Job.objects.get(id=job).pinned["snapshot"] for job in jobs]  # type: ignore[index]

    gone = prune(caller, 5)
    assert gone.jobs == (jobs[0], jobs[2])
    assert gone.snapshot_bytes > 0
    with pytest.raises(NotFound):
        lake().snapshot(caller.tenant, "orders", pins[0])
    assert [lake().snapshot(caller.tenant, "orders", pin).rows for pin in pins[1:]] == [40, 50]
    assert all(path.exists() for pin in pins[1:] for path in lake().snapshot(caller.tenant, "orders", pin).files)
    assert query(caller, "SELECT count(*) AS n FROM orders", limit=1).rows[0][0] in {50, "50"}


def test_files_of_killed_processes_go_and_those_about_to_be_held_stay(caller: Caller, source: Path, home: Path) -> None:
    profiled(caller, source, 30, days_ago=1)
    (held,) = lake().snapshot(caller.tenant, "orders").files
    old, young = (held.with_name(f"{name}.parquet") for name in ("old", "young"))
    for path in (old, young):
        path.write_bytes(held.read_bytes())
    past = (datetime.now(UTC) - timedelta(days=3)).timestamp()
    for path in (old, held):
        os.utime(path, (past, past))

    assert prunable(caller, 2).stray_bytes == old.stat().st_size
    assert old.exists()
    prune(caller, 2)
    prune(caller, 0)
    assert (old.exists(), young.exists(), held.exists()) == (False, True, True)


def test_jobs_that_wait_or_run_are_left_alone(caller: Caller, source: Path) -> None:
    profiled(caller, source, 30, days_ago=10)
    waiting = submit(caller, "profile", parameters_of(source_from(caller, str(source)))).job.id
    Job.objects.filter(id=waiting).update(created_at=datetime.now(UTC) - timedelta(days=30))

    told = prune(caller, 5)
    assert waiting not in told.jobs
    assert told.snapshots == 0
    assert show_job(caller, waiting).id == waiting
    Job.objects.filter(id=waiting).delete()


def test_nothing_of_another_tenant_goes(caller: Caller, other_caller: Caller, source: Path) -> None:
    mine = profiled(caller, source, 30, days_ago=10)
    assert prune(other_caller, 0.001) == NOTHING
    assert show_job(caller, mine).id == mine


def test_the_schedule_prunes_all_tenants(caller: Caller, other_caller: Caller, source: Path) -> None:
    for who in (caller, other_caller):
        profiled(who, source, 30, days_ago=10_000)
    told = prune_everywhere(9_999)
    assert told.jobs == 2
    assert told.bytes > 0


def test_a_number_of_days_is_needed() -> None:
    assert retention_days(3) == 3
    with pytest.raises(InvalidInput) as refused:
        retention_days(None)
    assert refused.value.code is Code.MISSING_PARAMETER
