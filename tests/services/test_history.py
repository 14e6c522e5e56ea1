"""The history of a source: what its runs came to, and which scores left their usual range."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.services.deliveries import deliver
from voyant.domain.caller import Caller
from voyant.domain.finding import Severity
from voyant.domain.manifest import ManifestInput
from voyant.domain.quality import Check, Dimension, Origin, Quality
from voyant.errors import NotFound
from voyant.services.analysis import analyze
from voyant.services.history import drawn_history, history_of, is_good, pictured_history, warnings_for
from voyant.services.results import read_result
from voyant.services.retention import prune
from voyant.services.sources import known_source, source_from
from voyant.services.verification import replay, verify
from voyant.store.models import Score, Source


@pytest.fixture
def source(caller: Caller) -> Source:
    return Source.objects.create(
        id=f"src_{caller.tenant}", tenant=caller.tenant, kind="file", location="o.csv", name="o.csv", key=caller.tenant
    )


def ran(
    source: Source, scores: Sequence[float | None], drifts: Sequence[float | None] = (), *, reference: str = "last"
) -> list[str]:
    """Runs that came to these scores, each over a state of its own."""
    first = Score.objects.filter(source=source).count()
    jobs = []
    for number, quality in enumerate(scores, start=first):
        drift = drifts[number - first] if drifts else None
        pinned = ManifestInput(source="o.csv", fingerprint="", table="o", snapshot=str(number), rows=9, columns=2)
        made = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number)
        job = Score.objects.create(
            tenant=source.tenant, source=source, job=f"job_{source.tenant}_{number:04}", kind="analyze", table="o",
            snapshot=str(number), pinned=msgspec.to_builtins(pinned), quality=quality, drift=drift,
            reference="" if drift is None else reference, good=True, created_at=made, finished_at=made,
        )  # fmt: skip
        jobs.append(job.job)
    return jobs


def test_each_run_that_judged_or_compared_is_in_the_history(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    jobs = [
        analyze(caller, source_from(caller, str(deliver(path, factor=factor))), kind=kind)
        for factor, kind in enumerate(("quality", "profile", "quality"), start=1)
    ]
    jobs.append(analyze(caller, source_from(caller, str(deliver(path, factor=4))), kind="drift"))

    source_id = known_source(caller, str(path))
    assert known_source(caller, "orders") == known_source(caller, source_id) == source_id
    runs = history_of(caller, source_id).items
    assert [entry.job for entry in runs] == [jobs[3], jobs[2], jobs[0]]
    assert [(entry.kind, entry.good, entry.reference) for entry in runs] == [
        ("drift", False, "the last good run"),
        ("quality", True, None),
        ("quality", True, None),
    ]
    assert runs[0].quality is None
    assert runs[0].drift is not None
    assert runs[1].quality == runs[2].quality
    assert runs[1].parts["completeness"] == 1.0

    prune(caller, 0)
    assert [entry.job for entry in history_of(caller, source_id).items] == [entry.job for entry in runs]


def test_the_history_is_told_page_by_page_and_table_by_table(caller: Caller, source: Source) -> None:
    jobs = ran(source, [0.9] * 5)
    seen, cursor = [], None
    while True:
        page = history_of(caller, source.id, table="o", limit=2, cursor=cursor)
        seen += [entry.job for entry in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert seen == jobs[::-1]
    assert history_of(caller, source.id, table="other").items == ()


def test_a_score_that_leaves_its_usual_range_is_told(caller: Caller, source: Source) -> None:
    usual = [0.90, 0.91, 0.90, 0.92, 0.91, 0.90]
    jobs = ran(source, [*usual, 0.905, 0.60, 0.99])
    told = {entry.job: entry.warnings for entry in history_of(caller, source.id).items}
    assert [job for job in jobs if told[job]] == jobs[7:]
    assert "0.600, below its usual range" in told[jobs[7]][0]
    assert "0.990, above its usual range" in told[jobs[8]][0]
    assert warnings_for(caller, jobs[7]) == told[jobs[7]]


def test_few_runs_tell_nothing_of_what_is_usual(caller: Caller, source: Source) -> None:
    (*_, last) = ran(source, [0.9, 0.9, 0.9, 0.9, 0.1])
    assert warnings_for(caller, last) == ()


def test_drift_is_held_against_comparisons_with_the_same(caller: Caller, source: Source) -> None:
    ran(source, [None] * 6, [0.7, 0.6, 0.7, 0.7, 0.6, 0.7], reference="january")
    ran(source, [None] * 6, [0.0, 0.1, 0.0, 0.1, 0.0, 0.1])
    (as_usual,) = ran(source, [None], [0.7], reference="january")
    (unusual,) = ran(source, [None], [0.7])
    assert warnings_for(caller, as_usual) == ()
    assert "above its usual range" in warnings_for(caller, unusual)[0]


def test_the_same_state_again_is_no_further_run(caller: Caller, source: Source) -> None:
    ran(source, [0.9, 0.5, 0.7, 0.8])
    Score.objects.filter(source=source).update(snapshot="1")
    (last,) = ran(source, [0.1])
    assert warnings_for(caller, last) == ()


def test_what_is_unusual_stands_in_the_result_and_not_in_its_hash(caller: Caller, tmp_path: Path) -> None:
    job_id = analyze(caller, source_from(caller, str(deliver(tmp_path / "orders.csv"))))
    before = read_result(caller, job_id)
    row = Score.objects.get(job=job_id)
    for number in range(6):
        Score.objects.create(
            tenant=caller.tenant, source=row.source, job=f"job_00{caller.tenant}{number}", kind="analyze",
            table="orders", snapshot=f"9{number}", pinned=row.pinned, quality=0.2, good=True,
            created_at=row.created_at, finished_at=row.created_at,
        )  # fmt: skip
    after = read_result(caller, job_id)
    assert "above its usual range of" in after.warnings[-1]
    assert after.warnings[:-1] == before.warnings
    assert verify(caller, job_id).holds
    assert replay(caller, job_id).holds


def test_the_history_is_drawn(caller: Caller, source: Source) -> None:
    ran(source, [0.9, 0.8, 0.7], [None, 0.1, 0.2])
    spec = drawn_history(caller, source.id)
    assert len(spec["data"]["values"]) == 5
    assert pictured_history(caller, source.id).startswith("<svg")


def test_what_has_no_history_says_so(caller: Caller, other_caller: Caller, source: Source) -> None:
    for ask in (
        lambda: drawn_history(caller, source.id),
        lambda: history_of(other_caller, source.id),
        lambda: known_source(caller, "never.csv"),
    ):
        with pytest.raises(NotFound):
            ask()
    assert history_of(caller, source.id).items == ()


def judged(**check: object) -> Quality:
    fields = {
        "id": "c", "kind": "range", "dimension": Dimension.VALIDITY, "columns": (), "description": "", "reason": "",
        "checked": 10, "failed": 1, "severity": Severity.CRITICAL, "weight": 1.0, "origin": Origin.DECLARED,
        "sql": None,
    }  # fmt: skip
    from voyant.analysis.quality.assess import score

    return score([Check(**(fields | check))], table="t", rows=10, has_time=False)  # type: ignore[arg-type]


def test_a_run_is_good_unless_a_critical_declared_rule_failed() -> None:
    assert not is_good(None)
    assert not is_good(judged())
    assert is_good(judged(failed=0))
    assert is_good(judged(severity=Severity.WARNING))
    assert is_good(judged(origin=Origin.PROPOSED))
    assert not is_good(judged(failed=0, error="it could not run"))
