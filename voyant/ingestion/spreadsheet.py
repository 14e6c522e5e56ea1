"""Workbooks: every sheet a table, its header found below titles, its cells written as text."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from voyant.domain.source import table_name
from voyant.errors import Code, InvalidInput
from voyant.ingestion.header import find_start
from voyant.ingestion.protocol import StagedTable
from voyant.ingestion.staging import TextWriter, Workspace

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

_HEAD_ROWS = 400

Cells = list[str]


def stage_workbook(path: Path, name: str, workspace: Workspace) -> list[StagedTable]:
    """The tables of an Excel or ODS file: one for each sheet that holds something."""
    import python_calamine as calamine

    _check_size(path, workspace)
    staged = []
    try:
        with path.open("rb") as file:
            workbook = calamine.CalamineWorkbook.from_filelike(file)
            sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
            for number, metadata in enumerate(sheets):
                title = name if len(sheets) == 1 else table_name(metadata.name)
                hidden = metadata.visible != calamine.SheetVisibleEnum.Visible
                table = _stage_sheet(workbook.get_sheet_by_name(metadata.name), title, workspace, hidden=hidden)
                if table is not None:
                    staged.append(table)
                workspace.progress((number + 1) / len(sheets))
    except calamine.PasswordError as error:
        raise InvalidInput(
            f"The workbook {path.name!r} is protected by a password.",
            code=Code.UNREADABLE,
            remedy="Save it without a password and try again.",
        ) from error
    except (calamine.CalamineError, OSError) as error:
        raise InvalidInput(f"The workbook {path.name!r} cannot be read: {error}", code=Code.UNREADABLE) from error
    return staged


def _check_size(path: Path, workspace: Workspace) -> None:
    """A workbook is a zip archive that is read whole in memory."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        expanded = sum(member.file_size for member in archive.infolist())
    limit = workspace.limits.max_workbook_bytes
    if expanded > limit:
        raise InvalidInput(
            f"The workbook {path.name!r} expands to {expanded:,} bytes; the limit max_workbook_bytes is {limit:,}.",
            code=Code.TOO_LARGE,
            remedy="Save its sheets as CSV, or raise the limit.",
        )


def _stage_sheet(sheet: CalamineSheet, name: str, workspace: Workspace, *, hidden: bool) -> StagedTable | None:
    rows = _filled_rows(sheet)
    head = list(islice(rows, _HEAD_ROWS))
    if not head:
        return None
    start = find_start(head)
    names = head[start.row] if start.has_header else [""] * len(head[0])
    writer = TextWriter(workspace, len(names))
    for row, cells in enumerate(chain(head[start.row + start.has_header :], rows), 1):
        writer.add(row, [cell or None for cell in cells])
        if row % 10_000 == 0:
            workspace.progress(0.0)
    writer.finish()
    notes = [f"sheet {sheet.name!r}" + (", hidden" if hidden else "")]
    if start.row:
        notes.append(f"{start.row} {'row' if start.row == 1 else 'rows'} above the table skipped")
    if not start.has_header:
        notes.append("no header row")
    return _without_empty_columns(writer.staged(name, names, notes), workspace)


def _filled_rows(sheet: CalamineSheet) -> Iterator[Cells]:
    """The rows that hold something, as text; cells merged downwards hold their value in each row."""
    top, left = sheet.start or (0, 0)
    merged = {
        (row - top, start[1] - left): (start[0] - top, start[1] - left)
        for start, end in sheet.merged_cell_ranges or ()
        for row in range(start[0] + 1, end[0] + 1)
    }
    held: dict[tuple[int, int], str] = {}
    origins = set(merged.values())
    for row, values in enumerate(sheet.iter_rows()):
        cells = [written(value) for value in values]
        if merged:
            for column, cell in enumerate(cells):
                if (row, column) in origins:
                    held[row, column] = cell
                elif (row, column) in merged:
                    cells[column] = held.get(merged[row, column], cell)
        if any(cells):
            yield cells


def written(value: Any) -> str:
    """A cell's value as text: dates as ISO 8601, whole numbers without a point, others with all their digits.

    >>> written(12.0), written(0.1), written(True), written(datetime(2024, 1, 31, 0, 0))
    ('12', '0.1', 'true', '2024-01-31')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
        minutes, rest = divmod(abs(seconds), 60)
        sign = "-" if seconds < 0 else ""
        return f"{sign}{int(minutes // 60)}:{int(minutes % 60):02d}:{rest:02.0f}"
    return str(value)


def _without_empty_columns(table: StagedTable, workspace: Workspace) -> StagedTable:
    """The table without columns that have neither a name nor a value: sheets often have some at their edges."""
    unnamed = [index for index, column in enumerate(table.columns) if not column.name.strip()]
    if not unnamed or not table.rows:
        return table
    counts = ", ".join(f"count(c{index})" for index in unnamed)
    found = workspace.engine.tuples(f"SELECT {counts} FROM {table.relation}")[0]
    dropped = {index for index, count in zip(unnamed, found, strict=True) if count == 0}
    if not dropped or len(dropped) == len(table.columns):
        return table
    kept = [index for index in range(len(table.columns)) if index not in dropped]
    view = workspace.new_name("raw")
    selected = ", ".join(f"c{index} AS c{position}" for position, index in enumerate(kept))
    workspace.engine.execute(f"CREATE VIEW {view} AS SELECT _row, {selected} FROM {table.relation}")
    return replace(table, relation=f"main.{view}", columns=tuple(table.columns[index] for index in kept))
