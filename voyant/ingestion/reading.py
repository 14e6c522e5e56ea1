"""Reading any source: fetched where it is far, staged, and told apart by its content."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from voyant.domain.source import Source, SourceKind
from voyant.ingestion.files import local_files, spool_standard_input, stage
from voyant.ingestion.fingerprint import fingerprint
from voyant.ingestion.protocol import Limits, Progress, StagedTable, no_progress
from voyant.lake.engine import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A source as it was read.

    Attributes:
        fingerprint: Of the bytes that were read.
    """

    tables: tuple[StagedTable, ...]
    fingerprint: str


def read_source(
    source: Source, engine: Engine, scratch: Path, *, limits: Limits | None = None, progress: Progress = no_progress
) -> Reading:
    """All tables of a source, staged in the engine."""
    if source.kind is SourceKind.STDIN:
        spooled = spool_standard_input(scratch, limits or Limits())
        source = replace(source, kind=SourceKind.FILE, location=str(spooled))
    tables = stage(source, engine, scratch, limits=limits, progress=progress)
    return Reading(tables=tables, fingerprint=fingerprint(local_files(source)))
