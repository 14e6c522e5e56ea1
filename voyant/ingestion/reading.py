"""Reading any source: fetched where it is far, staged, and told apart by its content."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from voyant.domain.source import Source, SourceKind
from voyant.errors import Code, InvalidInput
from voyant.ingestion.files import local_files, spool_standard_input, stage
from voyant.ingestion.fingerprint import fingerprint_meanwhile
from voyant.ingestion.protocol import Limits, Progress, StagedTable
from voyant.lake.engine import Engine


class Reading(Struct, frozen=True, kw_only=True):
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
    before = _states(local)
    with fingerprint_meanwhile(local_files(local)) as fingerprint:
        tables = stage(local, engine, scratch, limits=limits, progress=progress)
        read = Reading(tables=tables, fingerprint=fingerprint())
    if _states(local) != before:
        # What was read is neither the old content nor the new, and the fingerprint is of neither.
        raise InvalidInput(
            f"{source.display_name!r} changed while it was read.",
            code=Code.UNREADABLE,
            remedy="Try again when nobody writes to it, or analyse a copy.",
        )
    return read


def _states(source: Source) -> list[tuple[str, int, int]]:
    return [(str(path), (state := path.stat()).st_size, state.st_mtime_ns) for path in local_files(source)]


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
