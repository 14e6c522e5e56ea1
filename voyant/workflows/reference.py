"""What a job's table is compared with, opened: snapshots of the lake, or a source that is read for this alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from voyant.domain.manifest import ManifestInput
from voyant.domain.parameters import JobParameters
from voyant.domain.source import Source
from voyant.errors import Code, NotFound, VoyantError
from voyant.workflows.context import StepContext
from voyant.workflows.staged import main_table, write_rows

if TYPE_CHECKING:
    from voyant.lake.snapshot import Snapshot
    from voyant.lake.table import EngineTable


class OpenReference(Struct, frozen=True, kw_only=True):
    """The rows to compare with, and where they came from.

    Attributes:
        inputs: Several where the rows of several snapshots are taken together.
    """

    inputs: tuple[ManifestInput, ...]
    table: EngineTable

    @property
    def label(self) -> str:
        """By which readers know it."""
        return self.inputs[0].reference or self.inputs[0].source


@contextmanager
def opened_reference(context: StepContext, parameters: JobParameters) -> Iterator[OpenReference | None]:
    """What the job's table is compared with; None where nothing was named and there is nothing.

    Raises:
        NotFound: What was named is not, or no longer, there.
    """
    known = context.job.find_reference(context.pinned)
    if parameters.baseline_source is not None:
        read, snapshot = _read(context, parameters.baseline_source)
        if known and known[0].fingerprint != read.fingerprint:
            raise _gone(parameters, f"{read.source} holds other data than when it was compared with.")
        inputs: tuple[ManifestInput, ...] = (read,)
    elif known:
        inputs, snapshot = known, _united(_snapshots(context, parameters, known))
    elif parameters.baseline is not None:
        raise _gone(parameters, f"No good run of {context.pinned.table} was completed before this job was made.")
    else:
        yield None
        return
    with context.reference(snapshot) as table:
        yield OpenReference(inputs=inputs, table=table)


def _snapshots(
    context: StepContext, parameters: JobParameters, inputs: Sequence[ManifestInput]
) -> tuple[Snapshot, ...]:
    lake, tenant = context.job.lake, context.job.tenant
    try:
        return tuple(lake.snapshot(tenant, kept.table, kept.snapshot) for kept in inputs)
    except NotFound as error:
        raise _gone(parameters, error.message) from error


def _united(snapshots: Sequence[Snapshot]) -> Snapshot:
    """The rows of all of them; they have the columns of the first, which is the latest."""
    return replace(
        snapshots[0],
        rows=sum(snapshot.rows for snapshot in snapshots),
        files=tuple(file for snapshot in snapshots for file in snapshot.files),
    )


def _read(context: StepContext, source: Source) -> tuple[ManifestInput, Snapshot]:
    """A source as a table that lasts no longer than the job; the lake keeps nothing of it."""
    from voyant.analysis.normalize import normalize
    from voyant.ingestion.reading import read_source
    from voyant.lake.snapshot import Snapshot

    job = context.job
    folder = job.scratch / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "rows.parquet"
    with job.engine() as engine:
        reading = read_source(
            source, engine, folder, limits=job.limits, progress=lambda share: context.progress(share / 2)
        )
        staged = main_table(reading.tables)
        normalized = normalize(staged, engine)
        write_rows(path, staged, normalized, engine)
    dataset = normalized.dataset
    snapshot = Snapshot(
        tenant=job.tenant,
        table=dataset.name,
        id="",
        rows=dataset.rows,
        files=(path,),
        owner="",
        columns=dataset.columns,
    )
    read = ManifestInput(
        source=source.display_name,
        fingerprint=reading.fingerprint,
        table=dataset.name,
        snapshot="",
        rows=dataset.rows,
        columns=len(dataset.columns),
        # Not the whole path: what is written of it shall be the same on every machine.
        reference=PurePath(source.display_name).name,
    )
    return read, snapshot


def _gone(parameters: JobParameters, why: str) -> VoyantError:
    named = "the last good run" if parameters.baseline is None else repr(parameters.baseline)
    return NotFound(f"There is nothing to compare with as {named}: {why}", code=Code.NO_BASELINE)
