"""Baselines: kept under a name as long as nobody removes them, whatever retention does meanwhile."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.services.deliveries import deliver
from voyant.domain.caller import Caller
from voyant.errors import Code, InvalidInput, NotFound, VoyantError
from voyant.services.analysis import analyze
from voyant.services.baselines import list_baselines, pin, remove_baseline, show_baseline
from voyant.services.results import read_result
from voyant.services.retention import prune
from voyant.services.sources import list_sources, remove_source, source_from
from voyant.services.wiring import lake
from voyant.store.models import Job, Score


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.csv"


def delivered(caller: Caller, path: Path, kind: str = "quality", *, factor: int = 1) -> str:
    return analyze(caller, source_from(caller, str(deliver(path, factor=factor))), kind=kind)


def snapshot(job_id: str) -> str:
    return str(Job.objects.get(id=job_id).pinned["snapshot"])  # type: ignore[index]


def prune_all(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if all that was made until now had ended long ago."""
    monkeypatch.setattr("voyant.services.retention._before", lambda _days: datetime.now(UTC) + timedelta(minutes=1))
    prune(caller, 1)


def is_kept(caller: Caller, state: str) -> bool:
    try:
        return all(path.exists() for path in lake().snapshot(caller.tenant, "orders", state).files)
    except NotFound:
        return False


def test_a_state_is_pinned_by_job_table_or_snapshot(caller: Caller, path: Path) -> None:
    first, second = delivered(caller, path), delivered(caller, path, "ingest", factor=2)
    by_job = pin(caller, "january", first)
    by_table = pin(caller, "now", "orders")
    by_snapshot = pin(caller, "again", f"orders@{snapshot(first)}")

    assert (by_job.job, by_job.snapshot, by_job.rows, by_job.columns) == (first, snapshot(first), 240, 3)
    assert (by_table.job, by_table.snapshot) == (second, snapshot(second))
    assert (by_snapshot.job, by_snapshot.snapshot) == (first, snapshot(first))
    assert by_job.source == str(path)
    assert show_baseline(caller, "january") == show_baseline(caller, by_job.id) == by_job
    assert [kept.rows for kept in (by_job, by_table)] == [240, 240]


def test_baselines_are_listed_page_by_page_and_removed(caller: Caller, path: Path, home: Path) -> None:
    delivered(caller, path)
    names = [pin(caller, name, "orders").name for name in ("a", "b", "c")][::-1]
    page = list_baselines(caller, limit=2)
    rest = list_baselines(caller, limit=2, cursor=page.next_cursor)
    assert [kept.name for kept in (*page.items, *rest.items)] == names
    assert rest.next_cursor is None

    removed = remove_baseline(caller, "b")
    assert [kept.name for kept in list_baselines(caller).items] == ["c", "a"]
    assert not (home / "artifacts" / caller.tenant / removed.id).exists()
    with pytest.raises(NotFound) as refused:
        show_baseline(caller, "b")
    assert (refused.value.code, refused.value.data) == (Code.NO_BASELINE, {"baselines": ["c", "a"]})


def test_a_name_is_given_once_and_means_nothing_else(caller: Caller, path: Path) -> None:
    delivered(caller, path)
    pin(caller, "january", "orders")
    with pytest.raises(VoyantError) as taken:
        pin(caller, "january", "orders")
    assert taken.value.code is Code.NAME_TAKEN
    for name in ("last", "bsl_1", "job_1", "a b", "orders.csv", "window:2", "a@1", "", "-a", "n" * 101):
        with pytest.raises(InvalidInput):
            pin(caller, name, "orders")
    assert len(list_baselines(caller).items) == 1


def test_what_is_not_there_cannot_be_pinned(caller: Caller, path: Path) -> None:
    delivered(caller, path)
    for of in ("job_1", "nowhere", "orders@12", "last"):
        with pytest.raises(NotFound):
            pin(caller, "january", of)
    assert list_baselines(caller).items == ()


def test_retention_leaves_baselines_alone(caller: Caller, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [delivered(caller, path, "profile", factor=factor) for factor in (1, 2, 3)]
    states = [snapshot(job_id) for job_id in jobs]
    january = pin(caller, "january", jobs[0])
    prune_all(caller, monkeypatch)

    assert [is_kept(caller, state) for state in states] == [True, False, True]
    assert show_baseline(caller, january.name).rows == 240
    job_id = analyze(caller, source_from(caller, "orders"), kind="drift", baseline="january")
    drift = read_result(caller, job_id).drift
    assert drift is not None
    assert [column.column for column in drift.columns] == ["amount"]

    remove_baseline(caller, "january")
    prune_all(caller, monkeypatch)
    assert not is_kept(caller, states[0])


def test_retention_leaves_what_the_next_runs_are_compared_with(
    caller: Caller, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = [snapshot(delivered(caller, path, factor=factor)) for factor in (1, 2, 3)]
    prune_all(caller, monkeypatch)
    assert [is_kept(caller, state) for state in states] == [False, True, True]

    again = delivered(caller, path, "analyze", factor=3)
    assert [entry["snapshot"] for entry in Job.objects.get(id=again).reference] == [states[1]]  # type: ignore[union-attr]


def test_retention_leaves_what_a_job_that_stays_was_compared_with(
    caller: Caller, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = snapshot(delivered(caller, path, "profile"))
    delivered(caller, path, "profile", factor=2)
    staying = analyze(caller, source_from(caller, "orders"), kind="drift", baseline=f"orders@{first}")
    Job.objects.filter(id=staying).update(finished_at=datetime.now(UTC) + timedelta(days=1))
    prune_all(caller, monkeypatch)
    assert is_kept(caller, first)


def test_baselines_and_history_go_with_their_source(caller: Caller, path: Path, home: Path) -> None:
    delivered(caller, path)
    kept = pin(caller, "january", "orders")
    (source,) = list_sources(caller).items
    remove_source(caller, source.id)
    assert list_baselines(caller).items == ()
    assert not Score.objects.filter(tenant=caller.tenant).exists()
    assert not (home / "artifacts" / caller.tenant / kept.id).exists()


def test_baselines_are_their_tenants_own(caller: Caller, other_caller: Caller, path: Path) -> None:
    delivered(caller, path)
    kept = pin(caller, "january", "orders")
    delivered(other_caller, path)
    assert list_baselines(other_caller).items == ()
    for name in (kept.name, kept.id):
        with pytest.raises(NotFound):
            show_baseline(other_caller, name)
        with pytest.raises(NotFound):
            remove_baseline(other_caller, name)
    with pytest.raises(NotFound):
        pin(other_caller, "mine", f"orders@{kept.snapshot}")
    assert pin(other_caller, "january", "orders").id != kept.id
