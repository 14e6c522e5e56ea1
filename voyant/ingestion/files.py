"""Reading files: finds those a source means, takes off what they are wrapped in, and stages every table in them."""

from __future__ import annotations

import glob
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from voyant.domain.source import Format, Source, SourceKind, table_name
from voyant.errors import Code, InvalidInput, NotFound, VoyantError, as_disk_full
from voyant.ingestion.compression import is_hidden, unpack
from voyant.ingestion.formats import recognise
from voyant.ingestion.protocol import Limits, Progress, StagedTable, no_progress
from voyant.ingestion.staging import Workspace, check_width
from voyant.ingestion.union import Piece, group_alike, unite
from voyant.lake.engine import Engine

_MAX_WRAPPINGS = 3
_LONGEST_NAME_SHOWN = 100
_EMPTY = "empty"
_NO_DATA = {"readme", "license", "licence", "copying", "notice", "changelog", "manifest", "_success", "_metadata"}

_Stage = Callable[[Path, str, Workspace], list[StagedTable]]


def _stage_for(format_: Format) -> _Stage:
    """The function that stages files of the format; each is imported where it is first needed."""
    if format_ is Format.CSV:
        from voyant.ingestion.text import stage_text

        return stage_text
    if format_ in {Format.JSON, Format.NDJSON}:
        from voyant.ingestion import json_tables

        return json_tables.stage_json if format_ is Format.JSON else json_tables.stage_ndjson
    if format_ in {Format.PARQUET, Format.ARROW}:
        from voyant.ingestion import columnar

        return columnar.stage_parquet if format_ is Format.PARQUET else columnar.stage_arrow
    if format_ in {Format.SQLITE, Format.DUCKDB}:
        from voyant.ingestion import embedded

        return embedded.stage_sqlite if format_ is Format.SQLITE else embedded.stage_duckdb
    from voyant.ingestion.spreadsheet import stage_workbook

    return stage_workbook


def stage(
    source: Source, engine: Engine, scratch: Path, *, limits: Limits | None = None, progress: Progress = no_progress
) -> tuple[StagedTable, ...]:
    """The tables of a file, folder or glob, staged in the engine; like files are one table.

    Records of the source = rows staged + records rejected: nothing is lost without a word.

    Raises:
        NotFound: There is no such file, or no such table in it.
        InvalidInput: It cannot be read: broken, of no known format or encoding, too large, or without data.
    """
    workspace = Workspace(engine=engine, scratch=scratch, limits=limits or Limits(), progress=progress)
    paths = local_files(source, workspace.limits)
    with _mapped_errors(source):
        files, skipped = _unwrapped(source, paths, workspace)
        staged, empty = _stage_all(source, files, workspace)
    tables = [table for table in staged if (table.rows or table.rejects) and table.columns]
    if not tables:
        raise InvalidInput(
            empty or f"{source.display_name or source.location!r} holds no rows.", code=Code.NOT_ENOUGH_DATA
        )
    tables = _with_own_names(_selected(source, tables))
    for table in tables:
        check_width(len(table.columns), workspace.limits)
    if len(tables) > workspace.limits.max_tables:
        raise InvalidInput(
            f"The source holds {len(tables):,} tables; the limit max_tables is {workspace.limits.max_tables:,}.",
            code=Code.TOO_LARGE,
            remedy="Name the one that is meant with --table, or raise the limit.",
        )
    return (replace(tables[0], notes=(*tables[0].notes, *skipped)), *tables[1:])


def local_files(source: Source, limits: Limits | None = None) -> tuple[Path, ...]:
    """The files that a source on this machine means, sorted by name.

    Raises:
        NotFound: There are none.
        InvalidInput: There are more than the limit, or one has a name that is not UTF-8.
    """
    path = Path(os.path.expanduser(source.location))  # noqa: PTH111 - unlike Path's, raises nothing
    check_name(path)
    if source.kind is SourceKind.FILES and not path.exists():
        paths = [Path(found) for found in glob.glob(str(path), recursive=True)]  # noqa: PTH207 (the pattern may be absolute)
        paths = [found for found in paths if found.is_file()]
        if not paths:
            raise NotFound(f"No file matches {source.location!r}.", remedy="Check the pattern; quote it in the shell.")
    elif path.is_dir():
        paths = [found for found in path.rglob("*") if found.is_file() and not is_hidden(str(found.relative_to(path)))]
        paths = _once_each(paths)
        if not paths:
            raise InvalidInput(
                f"The folder {source.location!r} holds no files.",
                code=Code.NOT_ENOUGH_DATA,
                remedy="Name a folder with data files, or a file.",
            )
    elif path.is_file():
        paths = [path]
    elif path.exists():
        raise InvalidInput(
            f"{source.location!r} is no regular file.",
            code=Code.UNSUPPORTED,
            remedy="Pipe what it gives into the command, and name - as the source.",
        )
    else:
        raise NotFound(f"There is no file {source.location!r}.", remedy=_nearby(path))
    if limits and len(paths) > limits.max_files:
        raise InvalidInput(
            f"{source.location!r} means {len(paths):,} files; the limit max_files is {limits.max_files:,}.",
            code=Code.TOO_LARGE,
        )
    for found in paths:
        _check_encoding(found)
    return tuple(sorted(paths))


def _once_each(paths: Sequence[Path]) -> list[Path]:
    """Each file once, under its first name: a link beside it would double its rows."""
    return list({path.resolve(): path for path in sorted(paths, reverse=True)}.values())


def _check_encoding(path: Path) -> None:
    """Raises where the engine could not be told the name, nor anybody what was read."""
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise InvalidInput(f"The name {str(path)!r} is not UTF-8.", remedy="Rename it.") from error


def check_name(path: Path) -> None:
    """Raises NotFound where the system will not even look: a name too long, a circle of links, a folder kept shut."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, ValueError) as error:
        shown = str(path) if len(str(path)) <= _LONGEST_NAME_SHOWN else str(path)[:_LONGEST_NAME_SHOWN] + "…"
        reason = error.strerror if isinstance(error, OSError) else error
        raise NotFound(f"{shown!r} cannot be looked at: {reason}.", remedy="Check the path.") from error


def _nearby(path: Path) -> str:
    """What to do about a path that does not exist: names like it, where the folder has some."""
    import difflib

    try:
        names = [found.name for found in path.parent.iterdir()]
    except OSError:
        return f"Check the path: the folder {str(path.parent)!r} does not exist."
    alike = difflib.get_close_matches(path.name, names, n=3)
    return (
        f"Did you mean {' or '.join(repr(str(path.parent / name)) for name in alike)}?" if alike else "Check the path."
    )


class _File(Struct, frozen=True):
    """A file with nothing around it."""

    path: Path
    format: Format
    label: str  # what people know it by


def _unwrapped(source: Source, paths: Sequence[Path], workspace: Workspace) -> tuple[list[_File], tuple[str, ...]]:
    """The files to stage, and notes on those that hold no table."""
    files: list[_File] = []
    skipped: list[tuple[str, str]] = []
    for path in paths:
        if len(paths) > 1 and not path.stat().st_size:
            skipped.append((path.name, _EMPTY))
            continue
        for inner, label, wrappings in _inner_files(path, path.name, workspace, 0):
            recognised = recognise(inner)
            format_ = source.format or recognised.format
            if format_ is not None and not (len(paths) + wrappings > 1 and _is_about(inner)):
                files.append(_File(inner, format_, label))
            else:
                skipped.append((label, recognised.unsupported or "a text about the data"))
    if not files:
        raise _without_data(source, skipped)
    return files, tuple(f"{label} skipped: {kind}" for label, kind in skipped[:5])


def _inner_files(path: Path, label: str, workspace: Workspace, depth: int) -> Iterator[tuple[Path, str, int]]:
    if path.stat().st_size == 0:
        if depth == 0:
            raise InvalidInput(f"{label!r} is empty.", code=Code.NOT_ENOUGH_DATA)
        return
    compression = recognise(path).compression
    if compression is None:
        yield path, label, depth
        return
    if depth == _MAX_WRAPPINGS:
        raise InvalidInput(
            f"{label!r} is wrapped more than {_MAX_WRAPPINGS} times.",
            code=Code.UNSUPPORTED,
            remedy="Unpack it and give what is inside.",
        )
    inner = unpack(path, compression, workspace)
    for found in inner:
        yield from _inner_files(found, found.name if len(inner) > 1 else label, workspace, depth + 1)


def _is_about(path: Path) -> bool:
    """Whether the name is one that texts about data have, not data."""
    return path.stem.lower() in _NO_DATA or path.suffix.lower() in {".md", ".rst", ".py", ".sh", ".log"}


def _without_data(source: Source, skipped: list[tuple[str, str]]) -> InvalidInput:
    shown = source.display_name or source.location
    if all(kind == _EMPTY for _, kind in skipped):
        return InvalidInput(f"{shown!r} holds only empty files.", code=Code.NOT_ENOUGH_DATA)
    if len(skipped) > 1:
        return InvalidInput(f"{shown!r} holds {len(skipped)} files, none of a known format.", code=Code.UNSUPPORTED)
    label, kind = skipped[0]
    if kind.startswith("binary"):
        return InvalidInput(f"{label!r} is {kind}.", code=Code.UNREADABLE)
    return InvalidInput(
        f"{label!r} is {kind}, which holds no table that can be read.",
        code=Code.UNSUPPORTED,
        remedy="Give the data as CSV, JSON, Parquet, Arrow, Excel, ODS, SQLite or DuckDB.",
    )


def _stage_all(source: Source, files: Sequence[_File], workspace: Workspace) -> tuple[list[StagedTable], str | None]:
    """All tables, like ones united; and what was said of files without rows."""
    if len(files) == 1:
        return _stage_for(files[0].format)(files[0].path, source.name, workspace), None
    single: list[Piece] = []
    others: list[StagedTable] = []
    empty = None
    for number, file in enumerate(files):
        share = replace(workspace, progress=_part_of(workspace.progress, number, len(files)))
        try:
            tables = _stage_for(file.format)(file.path, table_name(file.label), share)
        except InvalidInput as error:
            if error.code is not Code.NOT_ENOUGH_DATA:
                raise
            empty = error.message
            continue
        if any(table.parent for table in tables):
            others += tables
        else:
            single += [Piece(file.label, table) for table in tables]
    groups = group_alike(single)
    united = []
    for group in groups:
        name = source.name if len(groups) == 1 and not others else group[0].table.name
        united.append(unite(group, name, workspace))
    return [*united, *others], empty


def _part_of(progress: Progress, number: int, count: int) -> Progress:
    return lambda share: progress((number + share) / count)


def _selected(source: Source, tables: list[StagedTable]) -> list[StagedTable]:
    """The table that was asked for, by the name it was staged under or the name it has in the source."""
    if source.table is None:
        return tables
    wanted = {source.table, table_name(source.table)}
    chosen = [table for table in tables if table.name in wanted]
    if not chosen:
        names = ", ".join(table.name for table in tables)
        raise NotFound(
            f"The source has no table {source.table!r}; it has: {names}.",
            code=Code.NO_TABLE,
            data={"tables": [table.name for table in tables]},
        )
    return chosen


def _with_own_names(tables: list[StagedTable]) -> list[StagedTable]:
    """The tables with a number behind each name that occurred before."""
    seen: Counter[str] = Counter()
    named = []
    for table in tables:
        seen[table.name] += 1
        number = seen[table.name]
        named.append(table if number == 1 else replace(table, name=f"{table.name}_{number}"))
    return named


@contextmanager
def _mapped_errors(source: Source) -> Iterator[None]:
    shown = source.display_name or source.location
    try:
        yield
    except VoyantError:
        raise
    except PermissionError as error:
        raise InvalidInput(
            f"{shown!r} may not be read by this user.",
            code=Code.UNREADABLE,
            remedy="Give the user who runs Voyant the right to read it.",
        ) from error
    except OSError as error:
        if full := as_disk_full(error):
            raise full from error
        raise InvalidInput(f"{shown!r} cannot be read: {error.strerror or error}.", code=Code.UNREADABLE) from error


def spool_standard_input(scratch: Path, limits: Limits) -> Path:
    """The file that standard input was written to, so that it can be looked at before it is read.

    Raises:
        InvalidInput: It brings more than the limit, or comes from a keyboard.
    """
    if sys.stdin is None:
        raise InvalidInput("Standard input is closed.", remedy="Pipe data in, or name a file instead of -.")
    if sys.stdin.isatty():
        raise InvalidInput("Standard input is a terminal.", remedy="Pipe data in, or name a file instead of -.")
    path = scratch / "stdin"
    size = 0
    with path.open("wb") as file:
        while chunk := sys.stdin.buffer.read(1 << 20):
            size += len(chunk)
            if size > limits.max_expanded_bytes:
                raise InvalidInput(
                    f"Standard input brings more than the limit max_expanded_bytes of {limits.max_expanded_bytes:,}.",
                    code=Code.TOO_LARGE,
                )
            file.write(chunk)
    return path
