"""What callers' statements may name: their tables as they are now, or a job's as it read them, and the rows it made."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field

from voyant.domain.answer import ROWS_SCHEMA
from voyant.domain.artifact import DERIVED, PARQUET
from voyant.domain.caller import Caller
from voyant.domain.manifest import ManifestInput
from voyant.domain.query import TableSummary
from voyant.domain.serialization import from_builtins
from voyant.errors import Code, NotFound
from voyant.lake.snapshot import Snapshot
from voyant.lake.views import file_view_statement, view_statement
from voyant.security.sql_guard import Known, of_job
from voyant.services.access import completed_job_of
from voyant.services.artifacts import local_path
from voyant.services.wiring import lake
from voyant.store.models import Artifact


class Readable(Struct, frozen=True, kw_only=True):
    """A table of a statement: what makes it readable in an engine, and the files behind it."""

    statement: str
    files: tuple[Path, ...]


class Scope(Struct, frozen=True, kw_only=True):
    """Tables by the names that statements give them.

    Attributes:
        pinned: Of the job, the states of tables that it read.
        derived: Of the job, the artifacts that are tables of their own.
        rows: Of the job, all artifacts that hold rows, by what follows ``job.``; None where there is no job.
    """

    caller: Caller
    job_id: str = ""
    pinned: Mapping[str, ManifestInput] = field(default_factory=dict)
    derived: Mapping[str, Artifact] = field(default_factory=dict)
    rows: Mapping[str, Artifact] | None = None

    @property
    def known(self) -> Known:
        """What a statement may read."""
        stored = lake().tables(self.caller.tenant)
        tables = dict.fromkeys([*stored, *self.pinned, *self.derived])
        return Known(tables=tuple(tables), rows=None if self.rows is None else tuple(self.rows))

    def table(self, name: str) -> Readable:
        """One of its tables.

        Raises:
            NotFound: It is kept no more, as the job read it.
        """
        if name in self.derived:
            file = self._file(self.derived[name])
            return Readable(statement=file_view_statement(file, name), files=(file,))
        snapshot = self.snapshot(name)
        return Readable(statement=view_statement(snapshot, name), files=snapshot.files)

    def rows_named(self, name: str) -> Readable:
        """The rows of an artifact of the job.

        Raises:
            NotFound: They are kept no more.
        """
        file = self._file((self.rows or {})[name])
        return Readable(statement=file_view_statement(file, name, ROWS_SCHEMA), files=(file,))

    def snapshot(self, name: str) -> Snapshot:
        """The state of a table that statements read.

        Raises:
            NotFound: It is kept no more.
        """
        pinned = self.pinned.get(name)
        if pinned is None:
            return lake().snapshot(self.caller.tenant, name)
        try:
            return lake().snapshot(self.caller.tenant, name, pinned.snapshot)
        except NotFound as error:
            raise NotFound(
                f"The rows of {name!r} that {self.job_id} read are kept no more.",
                code=Code.NO_TABLE,
                remedy="Leave the job out to read the table as it is now, or run the analysis again and give that job.",
                data={"table": name, "snapshot": pinned.snapshot},
            ) from error

    def summaries(self) -> list[TableSummary]:
        """The tables of the job: those that it read, and the rows that it made."""
        read = [
            TableSummary(name=name, rows=pin.rows, columns=pin.columns, source=pin.source, snapshot=pin.snapshot)
            for name, pin in self.pinned.items()
        ]
        derived = [self._summary(name, artifact) for name, artifact in self.derived.items()]
        return [*read, *derived, *(self._summary(of_job(name), row) for name, row in (self.rows or {}).items())]

    def _summary(self, name: str, artifact: Artifact) -> TableSummary:
        import pyarrow.parquet

        file = pyarrow.parquet.read_metadata(self._file(artifact))
        return TableSummary(
            name=name, rows=file.num_rows, columns=file.num_columns, source=self.job_id, snapshot=artifact.sha256
        )

    def _file(self, artifact: Artifact) -> Path:
        path = local_path(self.caller, self.job_id, artifact.name)
        if path is None:
            raise NotFound(
                f"The artifact {artifact.name!r} of {self.job_id} is kept no more.",
                code=Code.NO_ARTIFACT,
                remedy="Run the analysis again, and give that job.",
            )
        return path


def scope_of(caller: Caller, job_id: str | None) -> Scope:
    """What the caller's statements may name, of that job where one is given.

    Raises:
        NotFound: The caller has no such job.
        Conflict: It has not completed.
    """
    if job_id is None:
        return Scope(caller=caller)
    job = completed_job_of(caller, job_id)
    pin = from_builtins(job.pinned, ManifestInput)
    artifacts = {
        artifact.name.removesuffix(".parquet"): artifact for artifact in job.artifacts.filter(media_type=PARQUET)
    }
    return Scope(
        caller=caller,
        job_id=job_id,
        pinned={read.table: read for read in (*pin.references, pin)},
        derived={name: artifact for name, artifact in artifacts.items() if artifact.type == DERIVED},
        rows=artifacts,
    )
