"""What steps are given: the job they work for, the artifacts before them, the pinned table."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from copy import copy
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from voyant.artifacts.store import ArtifactStore
from voyant.domain.answer import ANSWERING, Answer
from voyant.domain.artifact import DERIVED, JSON, PARQUET, Artifact
from voyant.domain.contract import Contract
from voyant.domain.manifest import ManifestInput
from voyant.domain.normalization import Normalization
from voyant.domain.serialization import from_json, to_json
from voyant.domain.source import Source
from voyant.domain.table import ROW, Column, Dataset
from voyant.errors import Code, NotFound, VoyantError
from voyant.ingestion.protocol import Limits
from voyant.lake.sql import identifier
from voyant.lake.views import add_rows, add_table, add_view

if TYPE_CHECKING:
    import pyarrow

    from voyant.lake.engine import Engine
    from voyant.lake.lake import Lake
    from voyant.lake.snapshot import Snapshot
    from voyant.lake.table import EngineTable

T = TypeVar("T")
TABLE = "table"
REFERENCE = "reference"
PROFILE = "profile.json"


class JobContext(Struct, kw_only=True):
    """One run of a pipeline: what its steps share. Closing it frees the engine and the scratch folder's files.

    Attributes:
        moment: That freshness is measured from: when the job was asked for; None where that is not known.
        sql_seconds: How long SQL that a rule holds may run.
        seed: Of every random choice; part of the manifest.
        limits: Of what sources may cost.
        owner_of: Of a source that is read beside the job's own: the id of its row, which the lake's tables belong to.
        active_contract: Of a table, by its source's id and its name: the contract in force; None where none is.
        artifacts: Those written so far, by name.
        pinned: The table that the job reads, once a step has taken it in.
        find_reference: Tells what that table is compared with, the same each time; nothing where there is nothing.
        progress: Told the step's name and the share of it that is done.
    """

    tenant: str
    job_id: str
    source_id: str
    lake: Lake
    store: ArtifactStore
    scratch: Path
    limits: Limits = field(default_factory=Limits)
    moment: datetime | None = None
    sql_seconds: float = 60
    owner_of: Callable[[Source], str] = lambda _source: ""
    active_contract: Callable[[str, str], Contract | None] = lambda _owner, _table: None
    seed: int = 0
    pinned: ManifestInput | None = None
    find_reference: Callable[[ManifestInput], tuple[ManifestInput, ...]] = lambda _pinned: ()
    artifacts: dict[str, Artifact] = field(default_factory=dict)
    progress: Callable[[str, float], None] = lambda _step, _share: None
    _resources: ExitStack = field(default_factory=ExitStack)
    _table: EngineTable | None = None
    _engines: list[Engine] = field(default_factory=list)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _stop_reason: VoyantError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Frees the engines; a step that runs afterwards opens them anew."""
        self._resources.close()
        self._table = None

    def table(self) -> EngineTable:
        """The pinned table, opened once for all steps of this process."""
        if self._table is None:
            if self.pinned is None:
                raise RuntimeError("no step has pinned a table yet")
            normalization = from_json(self.store.read(self.tenant, self.job_id, "normalize.json"), Normalization)
            snapshot = self.lake.snapshot(self.tenant, self.pinned.table, self.pinned.snapshot)
            self._table = self._resources.enter_context(self.lake.open(snapshot, normalization.dataset))
            self._engines.append(self._table.engine)
            for reference in self._references():
                add_view(self._table.engine, reference, reference.table)
        return self._table

    def show_rows(self, artifact: Artifact) -> None:
        """Makes the rows of an artifact readable beside the pinned table."""
        add_rows(self.table().engine, self._local(artifact), artifact.name.removesuffix(".parquet"))

    def derived(self, artifact: Artifact) -> EngineTable:
        """The rows of an artifact as a table beside the pinned one; all that is known of it is its name."""
        from voyant.lake.table import EngineTable

        engine, name = self.table().engine, artifact.name.removesuffix(".parquet")
        numbered = f"{name} {ROW}"  # no table is called so: their names have no spaces
        add_table(engine, self._local(artifact), name, numbered)
        rows = engine.query(f"SELECT count(*) AS rows FROM {identifier(name)}")[0]["rows"]
        return EngineTable(engine, Dataset(name=name, rows=rows, columns=()), numbered)

    def _local(self, artifact: Artifact) -> Path:
        path = self.scratch / f"{artifact.sha256}.parquet"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.store.read(self.tenant, self.job_id, artifact.name))
        return path

    def references(self) -> dict[str, Dataset]:
        """The other tables that stand beside the pinned one, for rules to look values up in."""
        return {snapshot.table: snapshot.dataset for snapshot in self._references()}

    def _references(self) -> list[Snapshot]:
        pinned = self.pinned.references if self.pinned else ()
        return [self.lake.snapshot(self.tenant, reference.table, reference.snapshot) for reference in pinned]

    @contextmanager
    def opened(self, snapshot: Snapshot) -> Iterator[EngineTable]:
        """Another table, in an engine that is stopped when the job is."""
        with self.lake.open(snapshot, snapshot.dataset) as table:
            self._engines.append(table.engine)
            try:
                yield table
            finally:
                self._engines.remove(table.engine)

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """A fresh engine, stopped when the job is."""
        with self.lake.engine() as engine:
            self._engines.append(engine)
            try:
                yield engine
            finally:
                self._engines.remove(engine)

    def stop(self, reason: VoyantError) -> None:
        """Stops what runs, from another thread: the engines at once, the step at its next report of progress."""
        self._stop_reason = reason
        self._stopped.set()
        self.interrupt_engines()

    def go_on_after(self, reason: VoyantError) -> None:
        """Lets later steps run, where it was for this reason that one was stopped."""
        if self._stop_reason is reason:
            self._stopped.clear()

    def interrupt_engines(self) -> None:
        """Stops the statements that run now, from another thread."""
        for engine in tuple(self._engines):
            engine.interrupt()

    def check_stopped(self) -> None:
        """Raises the reason when the job has been stopped."""
        if self._stopped.is_set() and self._stop_reason is not None:
            raise self._stop_reason


class StepContext:
    """A job's context as one step sees it; it notes what the step reads and writes."""

    def __init__(self, job: JobContext, step: str) -> None:
        self.job = job
        self.step = step
        self._read: list[str] = []
        self._written: list[Artifact] = []
        self._derived: EngineTable | None = None
        self._hidden: frozenset[str] = frozenset()

    @property
    def written(self) -> tuple[Artifact, ...]:
        return tuple(self._written)

    @property
    def table(self) -> EngineTable:
        """The pinned table, or the derived one that the step works on."""
        if self._derived is not None:
            return self._derived
        self._note(TABLE)
        return self.job.table()

    def over(self, name: str, columns: tuple[Column, ...]) -> StepContext:
        """The same step at work on a derived table of these columns, whose rows and profile are artifacts by its
        name."""
        rows = f"{name}.parquet"
        self._note(rows)
        found = self.job.derived(self.job.artifacts[rows])
        at_work = copy(self)
        at_work._derived = replace(found, dataset=replace(found.dataset, columns=columns))
        return at_work

    def without(self, names: Iterable[str]) -> StepContext:
        """The same step, to which these artifacts were not made."""
        at_work = copy(self)
        at_work._hidden = frozenset(names)
        return at_work

    @property
    def table_with_rows(self) -> EngineTable:
        """The pinned table, and beside it the rows of the artifacts made so far: ``job.forecast`` of those of
        ``forecast.parquet``."""
        table = self.table
        rows = [artifact for artifact in self.job.artifacts.values() if artifact.type in ANSWERING]
        for artifact in rows:
            if artifact.media_type == PARQUET:
                self._note(artifact.name)
                self.job.show_rows(artifact)
        for artifact in tuple(self.job.artifacts.values()):
            if artifact.type == DERIVED and artifact.media_type == PARQUET:
                self._note(artifact.name)
                self.job.derived(artifact)
        return table

    @property
    def pinned(self) -> ManifestInput:
        """What the job reads; a step has taken it in before."""
        if self.job.pinned is None:
            raise RuntimeError("no step has pinned a table yet")
        return self.job.pinned

    @contextmanager
    def reference(self, snapshot: Snapshot) -> Iterator[EngineTable]:
        """The table that the pinned one is compared with."""
        with self.job.opened(snapshot) as table:
            self._note(REFERENCE)
            yield table

    def progress(self, share: float) -> None:
        """Tells how much of the step is done, 0 to 1.

        Raises:
            VoyantError: The job has been stopped meanwhile.
        """
        self.job.check_stopped()
        self.job.progress(self.step, share)

    def read(self, name: str, kind: type[T]) -> T:
        """An artifact of an earlier step.

        Raises:
            NotFound: That step failed, so that there is none.
        """
        found = self.read_if_made(name, kind)
        if found is None:
            raise NotFound(f"{name!r} was not made, so this step cannot run.", code=Code.NO_ARTIFACT)
        return found

    def read_if_made(self, name: str, kind: type[T]) -> T | None:
        """An artifact of an earlier step, or None where that step failed."""
        if name == PROFILE and self._derived is not None:
            name = f"{self._derived.dataset.name}.{PROFILE}"
        if name not in self.job.artifacts or name in self._hidden:
            return None
        self._note(name)
        return from_json(self.job.store.read(self.job.tenant, self.job.job_id, name), kind)

    def read_text(self, name: str) -> str:
        """The text of an artifact of an earlier step; it must have been made."""
        self._note(name)
        return self.job.store.read(self.job.tenant, self.job.job_id, name).decode()

    def write_json(self, name: str, type_: str, value: Any) -> None:
        """Writes a value as canonical JSON."""
        self.write(name, type_, JSON, to_json(value))

    def write_query(self, name: str, type_: str, engine: Engine, sql: str) -> None:
        """Writes the rows of a SELECT as Parquet."""
        path = self.job.scratch / "query.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            engine.copy_to_parquet(sql, path)
            self.write(name, type_, PARQUET, path)
        finally:
            path.unlink(missing_ok=True)

    def write_rows(self, name: str, type_: str, rows: pyarrow.Table) -> None:
        """Writes the rows of a table as Parquet."""
        import pyarrow.parquet

        path = self.job.scratch / "query.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            pyarrow.parquet.write_table(rows, path, compression="zstd")
            self.write(name, type_, PARQUET, path)
        finally:
            path.unlink(missing_ok=True)

    def write_answer_rows(self, type_: str, answer: Answer[Any]) -> None:
        """Writes the rows behind an answer as Parquet, each under its name."""
        for name, rows in answer.rows.items():
            if isinstance(rows, str):
                self.write_query(f"{name}.parquet", type_, self.table.engine, rows)
            else:
                self.write_rows(f"{name}.parquet", type_, rows)

    def write(self, name: str, type_: str, media_type: str, data: bytes | Path) -> None:
        """Writes an artifact; one of the same name is replaced."""
        size, digest = self.job.store.write(self.job.tenant, self.job.job_id, name, data)
        artifact = Artifact(
            name=name,
            type=type_,
            media_type=media_type,
            bytes=size,
            sha256=digest,
            step=self.step,
            inputs=tuple(sorted(self._read)),
        )
        self.job.artifacts[name] = artifact
        self._written.append(artifact)

    def discard_written(self) -> None:
        """Forgets what the step wrote before it failed."""
        for artifact in self._written:
            self.job.artifacts.pop(artifact.name, None)
        self._written.clear()

    def _note(self, name: str) -> None:
        if name not in self._read:
            self._read.append(name)
