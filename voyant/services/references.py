"""What the tables of jobs are compared with: found by what a caller named, or the last good run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from django.db.models import QuerySet
from msgspec.structs import replace

from voyant.domain.baseline import LAST, NAME
from voyant.domain.caller import Caller
from voyant.domain.job import Status
from voyant.domain.manifest import ManifestInput
from voyant.domain.parameters import JobParameters
from voyant.domain.serialization import from_builtins
from voyant.domain.source import Source, SourceKind
from voyant.errors import Code, InvalidInput, NotFound, NotPermitted
from voyant.services.access import baselines_of, job_of, jobs_of, scores_of
from voyant.services.sources import key_of, source_beside
from voyant.services.wiring import lake
from voyant.store.models import Baseline, Job, Score
from voyant.workflows.pipelines import PIPELINES

COMPARING = frozenset(kind for kind, pipeline in PIPELINES.items() if "drift" in {step.name for step in pipeline.steps})
"""Kinds of jobs that compare."""
STATES_OF_A_TABLE_KEPT = 2
"""Good ones that retention leaves, so that the latest and a repetition of it both have one to be compared with."""

_WINDOW = re.compile(r"window:([1-9]\d{0,2})")
_SNAPSHOT = re.compile(r"(\w+)@(\d{1,19})")


def with_baseline(caller: Caller, kind: str, parameters: JobParameters, text: str | None) -> JobParameters:
    """The parameters with what the table is to be compared with.

    Args:
        kind: Of the job; one that does nothing but compare is refused where there is nothing to compare with.
        text: A baseline's name or id, ``last``, ``window:N``, a job's id, a table, ``table@snapshot``, or whatever may
            be a source; None for the last good run, where there is one.

    Raises:
        NotFound: It is none of these.
        InvalidInput: Reading it takes credentials.
    """
    if text is None:
        return replace(parameters, baseline=LAST) if kind == "drift" else parameters
    source = None if _is_kept(caller, text) else _source_named(caller, text)
    if source is None or source.kind is SourceKind.TABLE:
        return replace(parameters, baseline=text)
    return replace(parameters, baseline=source.display_name, baseline_source=source)


def named_reference(caller: Caller, kind: str, parameters: JobParameters) -> tuple[ManifestInput, ...] | None:
    """What the caller named, as the job will be compared with it; None where that is settled once its table is known.

    Raises:
        NotFound: It is not there.
        InvalidInput: Jobs of that kind compare nothing.
    """
    text = parameters.baseline
    if text is None:
        return None
    if kind not in COMPARING:
        raise InvalidInput(
            f"A job of the kind {kind!r} compares nothing, so it takes no baseline.",
            remedy=f"Leave it out, or ask for one of: {', '.join(sorted(COMPARING))}.",
        )
    if parameters.baseline_source is not None:
        return None
    if _is_by_run(text):
        _require_good_run(caller, parameters.source, text)
        return None
    found = _found(caller, text)
    try:
        lake().snapshot(caller.tenant, found.table, found.snapshot)
    except NotFound as error:
        raise NotFound(f"What {text!r} names is gone: {error.message}", code=Code.NO_BASELINE) from error
    return (found,)


def find_reference(job: Job, parameters: JobParameters, pinned: ManifestInput) -> tuple[ManifestInput, ...]:
    """What the job's table is compared with, the same each time it is asked; nothing where there is nothing.

    Nothing either of a source that is to be read, until it was.
    """
    settled = Job.objects.filter(id=job.id).values_list("reference", flat=True).first()
    if settled is not None:
        return from_builtins(settled, tuple[ManifestInput, ...])
    if parameters.baseline_source is not None:
        return ()
    states = _earlier_states(job, pinned)
    first = next(states, None)
    if first is None and parameters.baseline is not None:
        first = _own_state(job, pinned)
    if first is None:
        return ()
    if window := _WINDOW.fullmatch(parameters.baseline or LAST):
        return _together(job, chain((first,), states), int(window[1]))
    return (replace(first, reference="the last good run"),)


def input_of(caller: Caller, text: str) -> tuple[ManifestInput, Job | None]:
    """What a job, a table or ``table@snapshot`` names, and the job that read it, where one is known.

    Raises:
        NotFound: There is no such thing, or the job left no table.
    """
    if text.startswith("job_"):
        job = job_of(caller, text)
        if job.status != Status.COMPLETED or job.pinned is None:
            raise NotFound(f"The job {text} is {job.status}: it left no table.", code=Code.NO_BASELINE)
        return from_builtins(job.pinned, ManifestInput), job
    at = _SNAPSHOT.fullmatch(text)
    table, snapshot_id = (at[1], at[2]) if at else (text, None)
    snapshot = lake().snapshot(caller.tenant, table, snapshot_id)
    reader = jobs_of(caller).filter(status=Status.COMPLETED, pinned__snapshot=snapshot.id).first()
    if reader is not None:
        return from_builtins(reader.pinned, ManifestInput), reader
    from voyant.ingestion.fingerprint import fingerprint

    return ManifestInput(
        source=table,
        fingerprint=fingerprint(snapshot.files),
        table=table,
        snapshot=snapshot.id,
        rows=snapshot.rows,
        columns=len(snapshot.columns),
    ), None


def kept_snapshots(caller: Caller) -> Iterator[str]:
    """Snapshots that later runs may be compared with: those of baselines, and the latest good ones of each table."""
    yield from baselines_of(caller).values_list("snapshot", flat=True)
    kept: dict[tuple[str, str], set[str]] = {}
    good = Score.objects.filter(tenant=caller.tenant, good=True).order_by("-finished_at", "-id")
    for source, table, snapshot in good.values_list("source", "table", "snapshot"):
        states = kept.setdefault((source, table), set())
        if len(states) < STATES_OF_A_TABLE_KEPT:
            states.add(snapshot)
    for states in kept.values():
        yield from states


def baseline_named(caller: Caller, text: str) -> Baseline | None:
    """The baseline of that name or id."""
    rows = baselines_of(caller)
    return rows.filter(id=text).first() if text.startswith("bsl_") else rows.filter(name=text).first()


def no_baseline(caller: Caller, text: str) -> NotFound:
    """The error where nothing is of that name, with what there is."""
    names = list(baselines_of(caller).values_list("name", flat=True)[:20])
    return NotFound(
        f"{text[:200]!r} names no baseline, run, table or file.",
        code=Code.NO_BASELINE,
        data={"baselines": names},
    )


def _is_by_run(text: str) -> bool:
    return text == LAST or _WINDOW.fullmatch(text) is not None


def _require_good_run(caller: Caller, source: Source, text: str) -> None:
    runs = scores_of(caller).filter(good=True)
    if source.kind is SourceKind.TABLE:
        runs = runs.filter(table=source.location)
    else:
        runs = runs.filter(source__key=key_of(source))
    if not runs.exists():
        raise NotFound(
            f"{source.display_name} has no good run yet that {text!r} could mean.",
            code=Code.NO_BASELINE,
            remedy="Analyse it first: a run is good when its quality was checked and no critical rule failed.",
        )


def _is_kept(caller: Caller, text: str) -> bool:
    """Whether it can only mean what Voyant keeps."""
    if text.startswith(("bsl_", "job_")) or _is_by_run(text) or _SNAPSHOT.fullmatch(text):
        return True
    return NAME.fullmatch(text) is not None and baseline_named(caller, text) is not None


def _source_named(caller: Caller, text: str) -> Source:
    try:
        return source_beside(caller, text)
    except (NotFound, NotPermitted) as error:
        if isinstance(error, NotPermitted) and NAME.fullmatch(text) is None:
            raise
        raise no_baseline(caller, text) from error


def _found(caller: Caller, text: str) -> ManifestInput:
    """What the text names, labelled so that the same reference has the same label wherever it stands."""
    if (baseline := baseline_named(caller, text)) is not None:
        return replace(from_builtins(baseline.pinned, ManifestInput), reference=baseline.name)
    if text.startswith("bsl_"):
        raise no_baseline(caller, text)
    try:
        found, _ = input_of(caller, text)
    except NotFound as error:
        raise NotFound(error.message, code=Code.NO_BASELINE, data=error.data) from error
    if text.startswith("job_"):
        return replace(found, reference=f"an earlier run of {found.table}")
    return replace(found, reference=f"an earlier state of {found.table}" if "@" in text else found.table)


def _good_runs(job: Job, pinned: ManifestInput) -> QuerySet[Score]:
    """Of the same table of the same source, before the job was made; the latest first."""
    rows = Score.objects.filter(source=job.source, table=pinned.table, good=True, finished_at__lte=job.created_at)
    return rows.order_by("-finished_at", "-id")


def _own_state(job: Job, pinned: ManifestInput) -> ManifestInput | None:
    """What the job itself reads, where a good run has read it before: nothing has changed since."""
    return pinned if _good_runs(job, pinned).filter(snapshot=pinned.snapshot).exists() else None


def _earlier_states(job: Job, pinned: ManifestInput) -> Iterator[ManifestInput]:
    """The states that good runs have read, latest first, each once.

    The job's own is none of them: a run of the same data finds what the run before it found.
    """
    seen = {pinned.snapshot}
    for kept in _good_runs(job, pinned).values_list("pinned", flat=True).iterator():
        state = from_builtins(kept, ManifestInput)
        if state.snapshot not in seen:
            seen.add(state.snapshot)
            if _is_there(job.tenant, state):
                yield state


def _is_there(tenant: str, state: ManifestInput) -> bool:
    try:
        lake().snapshot(tenant, state.table, state.snapshot)
    except NotFound:
        return False
    return True


def _together(job: Job, states: Iterable[ManifestInput], most: int) -> tuple[ManifestInput, ...]:
    """The latest states that have the columns of the very latest, and can therefore be one table."""
    alike: list[ManifestInput] = []
    wanted: Any = None
    for state in states:
        columns = _shape(job.tenant, state)
        wanted = wanted or columns
        if columns == wanted:
            alike.append(state)
        if len(alike) == most:
            break
    label = f"the last {len(alike)} good states" + ("" if len(alike) == most else f" of {most} asked for")
    return tuple(replace(state, reference=label) for state in alike)


def _shape(tenant: str, state: ManifestInput) -> tuple[tuple[str, str, str | None], ...]:
    columns = lake().snapshot(tenant, state.table, state.snapshot).columns
    return tuple((column.name, column.engine_type, column.formula) for column in columns)
