"""Reading any source: fetched where it is far, staged, and told apart by its content."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from voyant.domain.source import Source, SourceKind
from voyant.ingestion.files import local_files, spool_standard_input, stage
from voyant.ingestion.fingerprint import fingerprint
from voyant.ingestion.protocol import Limits, Progress, StagedTable
from voyant.lake.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A source as it was read.

    Attributes:
        fingerprint: Of the bytes of files, of the rows of databases.
    """

    tables: tuple[StagedTable, ...]
    fingerprint: str


def read_source(source: Source, engine: Engine, scratch: Path, *, limits: Limits, progress: Progress) -> Reading:
    """All tables of a source, staged in the engine."""
    if source.kind is SourceKind.DATABASE:
        from voyant.ingestion.databases import stage_database

        tables = stage_database(source, engine, limits=limits, progress=progress)
        return Reading(tables=tables, fingerprint=_fingerprint_of_rows(tables, engine))
    local = _brought_here(source, scratch, limits, progress)
    tables = stage(local, engine, scratch, limits=limits, progress=progress)
    return Reading(tables=tables, fingerprint=fingerprint(local_files(local)))


def _brought_here(source: Source, scratch: Path, limits: Limits, progress: Progress) -> Source:
    """The same source as a file of this machine."""
    if source.kind is SourceKind.URL:
        from voyant.ingestion.urls import download

        file = download(source.location, scratch, limits=limits, progress=progress)
        return replace(source, kind=SourceKind.FILE, location=str(file.path), display_name=file.name)
    if source.kind is SourceKind.STDIN:
        path = spool_standard_input(scratch, limits)
        return replace(source, kind=SourceKind.FILE, location=str(path), display_name=source.display_name)
    return source


def _fingerprint_of_rows(tables: tuple[StagedTable, ...], engine: Engine) -> str:
    total = sha256()
    for table in sorted(tables, key=lambda staged: staged.name):
        cells = ", ".join(f"c{number}" for number in range(len(table.columns)))
        found = engine.tuples(f"SELECT count(*), bit_xor(hash({cells})) FROM {table.relation}")
        total.update(f"{table.name} {found[0]}\n".encode())
    return f"sha256:{total.hexdigest()}"
