"""What an analysis would take, before it is run."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from voyant.domain.caller import Caller
from voyant.domain.source import Format, Source, SourceKind
from voyant.ingestion import local_files
from voyant.ingestion.compression import sample
from voyant.ingestion.formats import HEAD_BYTES, recognise, recognise_head
from voyant.lake.sql import literal
from voyant.services.budget import DEFAULT_TOKENS
from voyant.services.wiring import lake

FIXED_SECONDS = 2.0
SECONDS_PER_MILLION_CELLS = 0.9
SAMPLE_BYTES = 2**20
PACKED_SAMPLE_BYTES = 2**22
"""Larger, since a file is unpacked by blocks: the last of them should weigh little."""
STORED_SHARE = 0.4
"""Of the bytes of a text source that its table takes as Parquet. All three were measured on two cores of 2024."""


class Estimate(Struct, frozen=True, kw_only=True):
    """What an analysis would take.

    Attributes:
        rows: None where only reading the source would tell.
        seconds: On two cores; None where the rows are unknown.
        disk_bytes: That the home grows by.
        tokens: Of the result, at most.
    """

    source: str
    bytes: int
    rows: int | None
    columns: int | None
    seconds: float | None
    disk_bytes: int
    tokens: int
    notes: tuple[str, ...] = ()


def estimate(caller: Caller, source: Source) -> Estimate:
    """What analysing that source would take; reads no more than its beginning and end."""
    if source.kind in {SourceKind.URL, SourceKind.DATABASE, SourceKind.STDIN}:
        note = f"A {source.kind} is not read for an estimate, so that its size is unknown."
        return Estimate(
            source=source.display_name,
            bytes=0,
            rows=None,
            columns=None,
            seconds=None,
            disk_bytes=0,
            tokens=DEFAULT_TOKENS,
            notes=(note,),
        )
    if source.kind is SourceKind.TABLE:
        return _of_table(caller, source)
    paths = local_files(source)
    size = sum(path.stat().st_size for path in paths)
    counts = [_counted(path) for path in paths]
    rows = _sum_of([count.rows for count in counts])
    columns = max((count.columns for count in counts), default=0) if rows is not None else None
    return Estimate(
        source=source.display_name,
        bytes=size,
        rows=rows,
        columns=columns,
        seconds=_seconds(rows, columns),
        disk_bytes=round(sum(count.bytes for count in counts) * STORED_SHARE),
        tokens=DEFAULT_TOKENS,
        notes=("Rows, seconds and disk are estimates from a sample of the source.",),
    )


def _of_table(caller: Caller, source: Source) -> Estimate:
    snapshot = lake().snapshot(caller.tenant, source.location)
    rows, columns = snapshot.rows, len(snapshot.columns)
    return Estimate(
        source=source.display_name,
        bytes=sum(path.stat().st_size for path in snapshot.files),
        rows=rows,
        columns=columns,
        seconds=_seconds(rows, columns),
        disk_bytes=0,
        tokens=DEFAULT_TOKENS,
        notes=("A table of the lake: rows and columns are exact, and no row is stored again.",),
    )


def _seconds(rows: int | None, columns: int | None) -> float | None:
    if rows is None or columns is None:
        return None
    return FIXED_SECONDS + rows * columns / 1e6 * SECONDS_PER_MILLION_CELLS


class _Counted(Struct, frozen=True):
    """What a file holds, unpacked: its rows are None where only reading it would tell."""

    bytes: int
    rows: int | None = None
    columns: int = 0


def _sum_of(rows: list[int | None]) -> int | None:
    known = [each for each in rows if each is not None]
    return sum(known) if len(known) == len(rows) else None


def _counted(path: Path) -> _Counted:
    """Told from a Parquet file's footer, or from the first lines of a text, packed or not."""
    found, size = recognise(path), path.stat().st_size
    if found.compression is not None:
        inside = sample(path, found.compression, PACKED_SAMPLE_BYTES)
        return _of_lines(inside.head, inside.size, recognise_head(inside.head[:HEAD_BYTES], inside.name).format)
    if found.format is Format.PARQUET:
        from voyant.lake.engine import Engine

        with Engine() as engine:
            source = f"read_parquet({literal(str(path))})"
            rows = engine.tuples(f"SELECT count(*) FROM {source}")[0][0]
            return _Counted(size, int(rows), len(engine.tuples(f"DESCRIBE SELECT * FROM {source}")))
    with path.open("rb") as file:
        return _of_lines(file.read(SAMPLE_BYTES), size, found.format)


def _of_lines(head: bytes, size: int, format_: Format | None) -> _Counted:
    """As many lines as the beginning has for its bytes."""
    if format_ not in {Format.CSV, Format.NDJSON}:
        return _Counted(size)
    line_end = b"\n" if b"\n" in head else b"\r"
    lines = head.count(line_end) or 1
    first = head.split(line_end, 1)[0]
    columns = 1 + max(first.count(delimiter) for delimiter in (b",", b";", b"\t", b"|"))
    return _Counted(size, round(size / len(head) * lines) if head else 0, columns)
