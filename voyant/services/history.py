"""The history of a source: what each run of it came to, and which scores left their usual range."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, TypeVar

import msgspec

from voyant.analysis.usual_range import usual_range
from voyant.artifacts.store import ArtifactStore
from voyant.domain.artifact import Artifact
from voyant.domain.caller import Caller
from voyant.domain.drift import Drift
from voyant.domain.finding import Severity
from voyant.domain.history import HistoryRun, UsualRange
from voyant.domain.manifest import ManifestInput
from voyant.domain.page import Page, page_of
from voyant.domain.quality import Origin, Quality
from voyant.domain.serialization import from_builtins, from_json
from voyant.errors import Code, NotFound
from voyant.services.access import scores_of, source_of
from voyant.store.models import Job, Score, Source

if TYPE_CHECKING:
    from voyant.analysis.charts.frame import Spec

T = TypeVar("T")
STATES_LOOKED_BACK = 30
"""The usual range comes from so many earlier states of a table at most, so that it follows slow change."""
MOST_ROWS = 500
"""A run and what came before it are looked for among so many, since one state may be run again and again."""


def record_score(store: ArtifactStore, job: Job, pinned: ManifestInput, artifacts: Sequence[Artifact]) -> None:
    """Writes down what a job that has just completed came to; nothing where it judged and compared nothing."""
    made = {artifact.name for artifact in artifacts}

    def read(name: str, kind: type[T]) -> T | None:
        return from_json(store.read(job.tenant, job.id, name), kind) if name in made else None

    quality, drift = read("quality.json", Quality), read("drift.json", Drift)
    job.refresh_from_db(fields=["finished_at"])
    if job.source is None or job.finished_at is None or (quality is None and drift is None):
        return
    Score.objects.create(
        tenant=job.tenant,
        source=job.source,
        job=job.id,
        kind=job.kind,
        table=pinned.table,
        snapshot=pinned.snapshot,
        pinned=msgspec.to_builtins(pinned),
        quality=quality.score if quality else None,
        parts={part.dimension.value: part.score for part in quality.parts} if quality else {},
        drift=drift.share if drift else None,
        verdict=drift.verdict if drift else "",
        reference=drift.reference.label if drift else "",
        good=is_good(quality),
        created_at=job.created_at,
        finished_at=job.finished_at,
    )


def is_good(quality: Quality | None) -> bool:
    """Whether later runs may be compared with a completed one: its quality was judged, no critical rule failed.

    Drift does not count: what has changed for good would else be compared for ever with what it was before. A contract
    that is violated ends the job, which then never completes.
    """
    return quality is not None and all(
        check.passed or check.origin is not Origin.DECLARED or check.severity is not Severity.CRITICAL
        for check in quality.checks
    )


def history_of(
    caller: Caller, source_id: str, *, table: str | None = None, limit: int = 20, cursor: str | None = None
) -> Page[HistoryRun]:
    """The runs of a source that judged or compared it, newest first, a page at a time.

    Args:
        table: Only those of this table, of a source with several.

    Raises:
        NotFound: There is no such source.
    """
    source = source_of(caller, source_id)
    rows = scores_of(caller).filter(source=source)
    if table is not None:
        rows = rows.filter(table=table)
    if cursor is not None:
        rows = rows.filter(job__lt=cursor)
    found = list(rows[: limit + 1])
    earlier = {name: _earlier(source, name, found[0].job, limit + MOST_ROWS) for name in {row.table for row in found}}
    return page_of([_run(row, warnings_of(row, earlier[row.table])) for row in found], limit, lambda run: run.job)


def drawn_history(caller: Caller, source_id: str, *, table: str | None = None, limit: int = MOST_ROWS) -> Spec:
    """The latest runs of a source as a Vega-Lite specification.

    Args:
        table: Of a source with several; that of the latest run where not given.

    Raises:
        NotFound: There is no such source, or no run of it that judged or compared it.
    """
    from voyant.analysis.charts.history import draw_history

    source = source_of(caller, source_id)
    runs = history_of(caller, source_id, table=table, limit=limit).items
    if not runs:
        raise NotFound(
            f"{source.name} has no history yet.", code=Code.NO_JOB, remedy="Analyse it: voyant analyze SOURCE"
        )
    shown = [run for run in runs if run.table == runs[0].table]
    return draw_history(PurePath(source.name).name, shown)


def pictured_history(caller: Caller, source_id: str, *, table: str | None = None, limit: int = MOST_ROWS) -> str:
    """The same as SVG."""
    from voyant.analysis.charts import render

    return render(drawn_history(caller, source_id, table=table, limit=limit))[0]


def warnings_for(caller: Caller, job_id: str) -> tuple[str, ...]:
    """Which scores of a job left the usual range of the runs before it."""
    row = scores_of(caller).filter(job=job_id).select_related("source").first()
    return () if row is None else warnings_of(row, _earlier(row.source, row.table, job_id, MOST_ROWS))


def warnings_of(score: Score, runs: Sequence[Score]) -> tuple[str, ...]:
    """Which of its scores left the usual range of the runs before it: quality either way, drift above.

    Drift is held against that of runs which were compared with the same: how far the last run is away says nothing of
    how far January is.

    Args:
        runs: Of the same table, the latest first; later ones than the score's count for nothing.
    """
    earlier = _states_before(score, runs)
    told = []
    usual = usual_range([row.quality for row in earlier if row.quality is not None])
    if usual is not None and score.quality is not None and not usual.low <= score.quality <= usual.high:
        told.append(_told("Quality", score.quality, usual))
    alike = [row.drift for row in earlier if row.drift is not None and row.reference == score.reference]
    usual = usual_range(alike)
    if usual is not None and score.drift is not None and score.drift > usual.high:
        told.append(_told("The share of columns that drifted", score.drift, usual))
    return tuple(told)


def _earlier(source: Source, table: str, job_id: str, most: int) -> list[Score]:
    """The runs of a table before that job, the latest first, as far as their scores are concerned."""
    rows = Score.objects.filter(source=source, table=table, job__lt=job_id).order_by("-job")
    return list(rows.only("job", "snapshot", "quality", "drift", "reference")[:most])


def _states_before(score: Score, runs: Sequence[Score]) -> list[Score]:
    """Earlier runs, latest first; of one state the latest run alone, and never its own."""
    latest: dict[str, Score] = {}
    before = (row for row in runs if row.job < score.job)
    for row in islice(before, MOST_ROWS):
        if row.snapshot != score.snapshot:
            latest.setdefault(row.snapshot, row)
        if len(latest) == STATES_LOOKED_BACK:
            break
    return list(latest.values())


def _told(what: str, value: float, usual: UsualRange) -> str:
    side = "below" if value < usual.low else "above"
    low, high = max(usual.low, 0.0), min(usual.high, 1.0)
    return (
        f"{what} is {value:.3f}, {side} its usual range of {low:.3f} to {high:.3f} "
        f"(median {usual.median:.3f} of {usual.runs} earlier states)."
    )


def _run(row: Score, warnings: tuple[str, ...]) -> HistoryRun:
    pinned = from_builtins(row.pinned, ManifestInput)
    return HistoryRun(
        job=row.job,
        kind=row.kind,
        table=row.table,
        snapshot=row.snapshot,
        rows=pinned.rows,
        columns=pinned.columns,
        quality=row.quality,
        parts=row.parts,
        drift=row.drift,
        verdict=row.verdict or None,
        reference=row.reference or None,
        good=row.good,
        finished_at=row.finished_at,
        warnings=warnings,
    )
