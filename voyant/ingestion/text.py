"""Delimited text as a staged table: every value as it is written, every record staged or rejected."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from voyant.errors import Code, InvalidInput, QueryRejected
from voyant.ingestion.dialect import Dialect, find_dialect
from voyant.ingestion.encoding import TextFile, open_text
from voyant.ingestion.header import find_start
from voyant.ingestion.protocol import StagedColumn, StagedTable
from voyant.ingestion.records import Lines, Malformed, read_records
from voyant.ingestion.staging import Reject, TextWriter, Workspace, check_width
from voyant.lake.sql import literal

_SAMPLE_LINES = 2000
_SAMPLE_CHARACTERS = 1 << 20
_ENGINE_WIDTH = 1000  # beyond so many columns the engine's reader is the slower one
# What one thread reads at a time. Smaller parts, the engine's default, give fewer rows than it stores in a group, and
# putting the groups together afterwards costs a third of the work.
_ENGINE_PART_BYTES = 1 << 24
_COMMENTS = ("#", "%", "//")
_NOTHING = " \t\r\n\0\x1a"  # DOS ended texts with SUB; a crash can leave NULs behind


class Layout(Struct, frozen=True, kw_only=True):
    """How a text file is to be read.

    Attributes:
        lines_above: Lines of the file up to and with the header.
        names: Of the columns, as written; empty ones where there is no header.
        comment: What begins lines that are no records; empty for nothing.
    """

    dialect: Dialect
    lines_above: int
    names: tuple[str, ...]
    comment: str = ""
    notes: tuple[str, ...] = ()


def stage_text(path: Path, name: str, workspace: Workspace) -> list[StagedTable]:
    """The table of a CSV file or its kin."""
    text = open_text(path, workspace.new_folder(), workspace.progress)
    lines = _sample(text, workspace.limits.max_record_bytes)
    if not any(line.strip(_NOTHING) for line in lines):
        raise InvalidInput(f"{path.name!r} holds nothing but blanks.", code=Code.NOT_ENOUGH_DATA)
    layout = find_layout(lines)
    check_width(len(layout.names), workspace.limits)
    staged = _stage_by_engine(text, layout, name, workspace) if _is_plain(text, layout) else None
    if staged is None:
        staged = _stage_by_record(text, layout, name, workspace)
    if staged.rows == 0 and staged.rejects is None:
        raise InvalidInput(
            f"{path.name!r} has a header of {len(layout.names):,} columns but no rows.", code=Code.NOT_ENOUGH_DATA
        )
    return [staged]


def _sample(text: TextFile, limit: int) -> list[str]:
    """The first lines; more characters where the first lines are long, up to the limit for two."""
    lines: list[str] = []
    size = 0
    with text.path.open(encoding="utf-8-sig", newline=text.newline) as file:
        while len(lines) < _SAMPLE_LINES and (size < _SAMPLE_CHARACTERS or len(lines) < 3):
            line = file.readline(limit)
            if not line:
                break
            if len(line) >= limit and lines:
                break  # rejected when it is read
            if len(line) >= limit:
                raise InvalidInput(
                    f"Line {len(lines) + 1} of {text.path.name!r} is longer than the limit max_record_bytes of "
                    f"{limit:,}.",
                    code=Code.TOO_LARGE,
                    remedy="Check that the file is a table with line ends, or raise VOYANT_MAX_RECORD_BYTES.",
                )
            lines.append(line)
            size += len(line)
    return lines


class _Placed(Struct, frozen=True):
    """A record of the sample and the number of lines up to its end."""

    cells: list[str]
    end: int


def find_layout(lines: Sequence[str]) -> Layout:
    """How the file that begins with these lines is to be read."""
    declared = re.fullmatch(r"sep=(.)\s*", lines[0], re.IGNORECASE)  # Excel's way of naming the delimiter
    skipped = 1 if declared else 0
    comment = _comment_mark(lines[skipped:])
    written = [line for line in lines[skipped:] if not (comment and line.startswith(comment))]
    dialect = find_dialect(written)
    if declared:
        dialect = replace(dialect, delimiter=declared[1])
    records = _placed(dialect, lines, skipped, comment)
    if not records:  # one quote opens at the start and never closes
        dialect = replace(dialect, quote="")
        records = _placed(dialect, lines, skipped, comment)
    if not records:
        raise InvalidInput("The file names its delimiter but holds no rows.", code=Code.NOT_ENOUGH_DATA)
    start = find_start([record.cells for record in records])
    usual = _usual_width([record.cells for record in records[start.row :]])
    header, has_header = records[start.row].cells, start.has_header
    end = records[start.row].end
    if not has_header:
        end = records[start.row - 1].end if start.row else skipped
        above = _commented_header(lines[: records[start.row].end], dialect, usual, comment)
        header, has_header = (above, True) if above else ([], False)
    body = [record.cells for record in records if record.end > end]
    names = _fit(header, body, usual) if has_header else [""] * usual
    comments = sum(bool(comment) and line.startswith(comment) for line in lines[:end])
    return Layout(
        dialect=dialect,
        lines_above=end,
        names=tuple(names),
        comment=comment,
        notes=_layout_notes(dialect, start.row + comments, has_header=has_header),
    )


def _layout_notes(dialect: Dialect, rows_above: int, *, has_header: bool) -> tuple[str, ...]:
    notes = list(dialect.describe())
    if rows_above:
        notes.append(f"{rows_above} {'line' if rows_above == 1 else 'lines'} above the table skipped")
    if not has_header:
        notes.append("no header row")
    return tuple(notes)


def _comment_mark(lines: Sequence[str]) -> str:
    """What begins comment lines: a mark at the first line that not nearly all lines begin with."""
    written = [line for line in lines if line.strip()]
    for mark in _COMMENTS:
        marked = sum(line.startswith(mark) for line in written)
        if written and written[0].startswith(mark) and marked <= len(written) / 2:
            return mark
    return ""


def _commented_header(lines: Sequence[str], dialect: Dialect, width: int, comment: str) -> list[str] | None:
    """The names in a comment line right above the data, as genome tools and gnuplot write them."""
    marked = [line for line in lines if comment and line.startswith(comment)]
    if not marked or width < 2:
        return None
    names = next(dialect.reader(iter([marked[-1].removeprefix(comment).lstrip()])))
    return names if len(names) == width and not any(name.isdecimal() for name in names) else None


def _placed(dialect: Dialect, lines: Sequence[str], skipped: int, comment: str) -> list[_Placed]:
    """The records of the sample that are not blank, without the last where the sample cuts it off."""
    numbered = [
        (number, line)
        for number, line in enumerate(lines[skipped:], skipped + 1)
        if not (comment and line.startswith(comment))
    ]
    reader = dialect.reader(line for _, line in numbered)
    records: list[_Placed] = []
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return records
        except csv.Error:
            continue
        if not _is_blank(cells):
            records.append(_Placed(cells, numbered[reader.line_num - 1][0]))


def _is_blank(cells: Sequence[str]) -> bool:
    """Whether the record is a line without a value; delimiters alone make a record of empty cells."""
    return not cells or (len(cells) == 1 and not cells[0].strip(_NOTHING))


def _usual_width(records: Sequence[Sequence[str]]) -> int:
    """The width of most records below the first, which decides where as many have one as another."""
    widths = Counter(len(cells) for cells in records[1:] or records)
    return max(widths, key=lambda width: (widths[width], width == len(records[0]), width), default=1)


def _fit(header: list[str], body: Sequence[Sequence[str]], usual: int) -> list[str]:
    """The header with a name for each column of the body."""
    while len(header) > 1 and not any(cells[-1].strip() for cells in [header, *body] if len(cells) >= len(header)):
        header = header[:-1]  # delimiters at the ends of all rows
        body = [cells[: len(header)] for cells in body]
    missing = usual - len(header)
    if missing <= 0:
        return header
    if not any(cell.strip() for cells in body for cell in cells[len(header) :]):
        return header  # delimiters at the ends of the rows below
    first = [cells[0] for cells in body if len(cells) == usual]
    if missing == 1 and len(set(first)) == len(first):
        return ["", *header]  # R writes row names without a name for their column
    return [*header, *[""] * missing]


def _is_plain(text: TextFile, layout: Layout) -> bool:
    """Whether the engine's reader, which is faster, reads the file as the one here does."""
    dialect = layout.dialect
    return (
        text.uniform
        and text.short_lines
        and not text.nuls
        and not layout.comment
        and not dialect.backslash
        and not dialect.blanks
        and dialect.quote != "'"
        and 2 <= len(layout.names) <= _ENGINE_WIDTH
    )


def _stage_by_engine(text: TextFile, layout: Layout, name: str, workspace: Workspace) -> StagedTable | None:
    """The table as the engine's reader stages it; None where a record is not of the table's width or a line is
    missing."""
    engine = workspace.engine
    table = workspace.new_name("data")
    width = len(layout.names)
    types = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(width))
    quote = literal(layout.dialect.quote)
    try:
        engine.execute(
            f"CREATE TABLE {table} AS SELECT * FROM read_csv({literal(str(text.path))}, auto_detect = false, "
            f"header = false, skip = {layout.lines_above}, delim = {literal(layout.dialect.delimiter)}, "
            f"quote = {quote}, escape = {quote}, columns = {{{types}}}, nullstr = '', strict_mode = true, "
            f"buffer_size = {_ENGINE_PART_BYTES})"
        )
    except QueryRejected:
        return None
    rows = engine.tuples(f"SELECT count(*) FROM {table}")[0][0]
    if not _all_lines_staged(text, layout, table, rows, workspace):
        engine.execute(f"DROP TABLE {table}")
        return None
    view = workspace.new_name("raw")
    engine.execute(f"CREATE VIEW {view} AS SELECT rowid + 1 AS _row, * FROM {table}")
    return StagedTable(
        name=name,
        relation=f"main.{view}",
        columns=tuple(StagedColumn(name=column) for column in layout.names),
        rows=rows,
        text=True,
        notes=(*text.notes, *layout.notes),
    )


def _all_lines_staged(text: TextFile, layout: Layout, table: str, rows: int, workspace: Workspace) -> bool:
    """Whether each line below the header is a row, within a cell, or blank."""
    missing = text.lines - layout.lines_above - rows
    if missing == 0:
        return True
    within = " + ".join(
        f"coalesce(sum(length(c{index}) - length(replace(c{index}, chr(10), ''))), 0)"
        for index in range(len(layout.names))
    )
    missing -= int(workspace.engine.tuples(f"SELECT {within} FROM {table}")[0][0])
    return missing == 0 or missing == _blank_lines(text.path)


def _blank_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(line in {b"\n", b"\r\n"} for line in file)


def _stage_by_record(text: TextFile, layout: Layout, name: str, workspace: Workspace) -> StagedTable:
    reading = _Reading(text, layout, workspace)
    if reading.widths and reading.writer.rejected > reading.writer.rows:
        wider = max(reading.widths.items(), key=lambda item: (item[1], item[0]))[0]
        reading.writer.drop()
        layout = replace(layout, names=(*layout.names, *[""] * (wider - len(layout.names))))
        reading = _Reading(text, layout, workspace)
    return reading.writer.staged(name, layout.names, (*text.notes, *layout.notes, *reading.notes()))


class _Reading:
    """One pass over the records of a text file, into a table of its layout's width."""

    def __init__(self, text: TextFile, layout: Layout, workspace: Workspace) -> None:
        self._layout = layout
        self.writer = TextWriter(workspace, len(layout.names))
        self.widths: Counter[int] = Counter()  # of the records that are too long
        self._short: list[int] = []
        self._row = 0
        size = max(text.path.stat().st_size, 1)
        with text.path.open(encoding="utf-8-sig", newline=text.newline) as file:
            for _ in range(layout.lines_above):
                file.readline()
            self.lines = Lines(file, workspace.limits.max_record_bytes, layout.comment)
            blanks = 0
            for record in read_records(self.lines, layout.dialect, len(layout.names)):
                if isinstance(record, list) and _is_blank(record):
                    blanks += 1
                    continue
                if blanks and len(layout.names) == 1:
                    self._add_blanks(blanks)
                blanks = 0
                self._take(record)
                if self._row % 10_000 == 0:
                    workspace.progress(min(self.lines.characters / size, 1.0))
        self.writer.finish()

    def _add_blanks(self, count: int) -> None:
        """A blank line between values of a single column is a value that is missing."""
        for _ in range(count):
            self._row += 1
            self.writer.add(self._row, [None])

    def _take(self, record: list[str] | Malformed) -> None:
        width = len(self._layout.names)
        if isinstance(record, list) and len(record) == 1 < width and record[0].startswith("#"):
            self.lines.comments += 1
            return
        self._row += 1
        if isinstance(record, Malformed):
            self.writer.reject(Reject(self._row, record.raw, record.reason))
            return
        if len(record) > width and any(record[width:]):
            self.widths[len(record)] += 1
            reason = f"{len(record)} cells in a table of {width} columns"
            self.writer.reject(Reject(self._row, "".join(self.lines.record), reason))
            return
        cells = self._layout.dialect.restored(record[:width])
        if len(cells) < width:
            self._short.append(self._row)
            cells += [None] * (width - len(cells))
        self.writer.add(self._row, cells)

    def notes(self) -> tuple[str, ...]:
        notes = []
        if self._short:
            shown = ", ".join(map(str, self._short[:5])) + (" …" if len(self._short) > 5 else "")
            records = "1 short record" if len(self._short) == 1 else f"{len(self._short):,} short records"
            notes.append(f"{records} filled with nulls: {shown}")
        if count := self.lines.comments:
            notes.append(f"{count:,} comment {'line' if count == 1 else 'lines'} within the table skipped")
        return tuple(notes)
