"""No list, read or removal crosses tenants."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from voyant.domain.caller import Caller
from voyant.errors import NotFound
from voyant.services.analysis import analyze
from voyant.services.artifacts import export_artifacts, list_artifacts, read_artifact
from voyant.services.baselines import list_baselines, pin, remove_baseline, show_baseline
from voyant.services.history import history_of, pictured_history
from voyant.services.jobs import list_jobs, show_job, steps_of
from voyant.services.results import read_result
from voyant.services.sources import list_sources, remove_source, show_source, source_from
from voyant.services.sql import query, tables
from voyant.services.verification import replay, verify


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "numbers.csv"
    path.write_text("day,amount\n" + "".join(f"2024-01-{day:02},{day * 3 % 7}\n" for day in range(1, 29)))
    return path


def test_what_is_one_tenants_is_not_there_for_another(
    caller: Caller, other_caller: Caller, numbers: Path, tmp_path: Path
) -> None:
    job_id = analyze(caller, source_from(caller, str(numbers)))
    (source,) = list_sources(caller).items
    baseline = pin(caller, "january", job_id)
    attempts: list[Callable[[], object]] = [
        lambda: show_job(other_caller, job_id),
        lambda: steps_of(other_caller, job_id),
        lambda: read_result(other_caller, job_id),
        lambda: list_artifacts(other_caller, job_id),
        lambda: read_artifact(other_caller, job_id, "profile.json"),
        lambda: export_artifacts(other_caller, job_id, tmp_path),
        lambda: verify(other_caller, job_id),
        lambda: replay(other_caller, job_id),
        lambda: show_source(other_caller, source.id),
        lambda: remove_source(other_caller, source.id),
        lambda: source_from(other_caller, source.id),
        lambda: history_of(other_caller, source.id),
        lambda: pictured_history(other_caller, source.id),
        lambda: show_baseline(other_caller, baseline.id),
        lambda: show_baseline(other_caller, "january"),
        lambda: remove_baseline(other_caller, "january"),
        lambda: pin(other_caller, "stolen", job_id),
        lambda: pin(other_caller, "stolen", "numbers"),
        lambda: analyze(other_caller, source_from(other_caller, str(numbers)), kind="drift", baseline="january"),
        lambda: analyze(other_caller, source_from(other_caller, str(numbers)), kind="drift", baseline=job_id),
        lambda: analyze(other_caller, source_from(other_caller, str(numbers)), kind="drift"),
        lambda: query(other_caller, "SELECT * FROM numbers"),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()

    assert list_jobs(other_caller).items == ()
    assert list_sources(other_caller).items == ()
    assert list_baselines(other_caller).items == ()
    assert tables(other_caller).items == ()
    assert query(caller, "SELECT count(*) FROM numbers").rows == ((28,),)


def test_two_tenants_keep_tables_of_one_name(
    caller: Caller, other_caller: Caller, numbers: Path, tmp_path: Path
) -> None:
    other = tmp_path / "numbers.csv"
    other.write_text("amount\n1\n2\n3\n")
    analyze(caller, source_from(caller, str(numbers)))
    analyze(other_caller, source_from(other_caller, str(other)))

    assert query(caller, "SELECT count(*) FROM numbers").rows == ((28,),)
    assert query(other_caller, "SELECT count(*) FROM numbers").rows == ((3,),)
