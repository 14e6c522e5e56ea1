"""JSON as tables: objects within become dotted columns, arrays of objects tables with a key to their record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from voyant.domain.source import table_name
from voyant.errors import Code, InvalidInput
from voyant.ingestion.encoding import TextFile, open_text
from voyant.ingestion.json_values import JsonText, Number, decode, encode
from voyant.ingestion.protocol import StagedColumn, StagedTable
from voyant.ingestion.staging import Reject, TextWriter, Workspace

_STEP = "\0"  # between the keys of a path: a key can hold a dot itself
_MAX_DEPTH = 16  # what lies deeper stays JSON text
_ROWS_HELD = 5000


def stage_ndjson(path: Path, name: str, workspace: Workspace) -> list[StagedTable]:
    """The tables of a file with a JSON value a line; a line that is none is rejected."""
    text = open_text(path, workspace.new_folder(), workspace.progress)
    root = _Table(name, workspace)
    limit = workspace.limits.max_record_bytes
    row = 0
    for line in _lines(text, workspace):
        if not line.strip(" \t\r\n\0"):
            continue
        row += 1
        if len(line) >= limit:
            root.reject(Reject(row, line, "the line is longer than the limit max_record_bytes"))
            continue
        try:
            root.add(row, decode(line))
        except ValueError as error:
            root.reject(Reject(row, line, f"no JSON: {error}"))
    if row and root.rejected == row:
        raise InvalidInput(f"None of the {row:,} lines of {path.name!r} is JSON.", code=Code.UNREADABLE)
    return root.staged(text.notes)


def _lines(text: TextFile, workspace: Workspace) -> Iterator[str]:
    limit = workspace.limits.max_record_bytes
    size = max(text.path.stat().st_size, 1)
    done = 0
    with text.path.open(encoding="utf-8-sig", newline="\n") as file:
        for number, line in enumerate(iter(lambda: file.readline(limit), "")):
            yield line
            done += len(line)
            while len(line) >= limit and not line.endswith("\n"):  # the rest of a line that was rejected
                line = file.readline(limit)
            if number % 5000 == 0:
                workspace.progress(min(done / size, 1.0))


def stage_json(path: Path, name: str, workspace: Workspace) -> list[StagedTable]:
    """The tables of a JSON document: of its array of records, or of each such array in an object around them."""
    opened = open_text(path, workspace.new_folder(), workspace.progress)
    limit = workspace.limits.max_record_bytes
    size = max(opened.path.stat().st_size, 1)
    with opened.path.open(encoding="utf-8-sig") as file:
        text = JsonText(file, path.name, limit)
        first = text.peek()
        if first == "[":
            root = _Table(name, workspace)
            _fill(root, _reporting(text.elements(), lambda: text.characters / size, workspace))
            staged = root.staged(opened.notes)
        elif first == "{" and size > limit:
            staged = _stage_long_object(text, name, workspace, opened.notes)
        else:
            staged = _stage_values(text, name, workspace, opened.notes)
        if text.peek():
            raise text.broken("more follows after its end", 0)
    return staged


def _reporting(values: Iterable[Any], share: Callable[[], float], workspace: Workspace) -> Iterator[Any]:
    for number, value in enumerate(values):
        if number % 5000 == 0:
            workspace.progress(min(share(), 1.0))
        yield value


def _fill(root: _Table, values: Iterable[Any], names: list[str] | None = None) -> None:
    """Adds the records; arrays are rows, named by the first of them where it holds nothing but names."""
    for row, value in enumerate(values, 1):
        if isinstance(value, list):
            if names is None:
                texts = bool(value) and all(isinstance(cell, str) and not isinstance(cell, Number) for cell in value)
                is_header = row == 1 and texts and len(set(value)) == len(value)
                names = list(value) if is_header else []
                if is_header:
                    continue
            value = {
                (names[index] if index < len(names) else f"column_{index + 1}"): cell
                for index, cell in enumerate(value)
            }
        root.add(row, value)


def _stage_values(text: JsonText, name: str, workspace: Workspace, notes: tuple[str, ...]) -> list[StagedTable]:
    """The tables of one value, or of several written one after the other."""
    value = text.value()
    if text.peek():
        root = _Table(name, workspace)
        _fill(root, _values(value, text))
        return root.staged(notes)
    staged: list[StagedTable] = []
    for table, records, note in _records_of(value, name):
        root = _Table(table, workspace)
        _fill(root, records)
        staged += root.staged((*notes, *note))
    return staged


def _values(first: Any, text: JsonText) -> Iterator[Any]:
    yield first
    while text.peek():
        yield text.value()


def _stage_long_object(text: JsonText, name: str, workspace: Workspace, notes: tuple[str, ...]) -> list[StagedTable]:
    """The tables of an object that is too long to hold: of each array in it, read piece by piece."""
    tables: list[_Table] = []
    around: list[str] = []
    for key in text.fields():
        if text.peek() == "[":
            tables.append(_Table(table_name(key), workspace))
            _fill(tables[-1], text.elements())
        else:
            text.value()
            around.append(key)
    if len(tables) == 1:
        tables[0].name = name
    return [staged for table in tables if table.rows for staged in table.staged((*notes, *_around(around)))]


def _around(keys: list[str]) -> tuple[str, ...]:
    return (f"fields around the records not taken in: {', '.join(keys)}",) if keys else ()


def _records_of(value: Any, name: str) -> Iterator[tuple[str, Iterable[Any], tuple[str, ...]]]:
    """The tables that a document means: their names, their records, and what to note."""
    if not isinstance(value, dict):
        yield name, [value], ()
    elif (columns := _as_columns(value)) is not None:
        yield name, columns, ("written column by column",)
    elif _is_split(value):
        yield name, [value["columns"], *value["data"]], ("written as columns and data",)
    elif _is_keyed(value):
        yield name, ({"key": key, **record} for key, record in value.items()), ("records by key",)
    elif arrays := dict(_record_arrays(value)):
        inside = {path[0] for path in arrays}
        note = _around([key for key in value if key not in inside])
        for path, records in arrays.items():
            yield (name if len(arrays) == 1 else table_name("_".join(path))), records, note
    else:
        yield name, [value], ()


def _as_columns(value: dict[str, Any]) -> Iterator[dict[str, Any]] | None:
    """Rows of an object of equally long arrays, or of objects by row, as data frames are written."""
    parts = list(value.values())
    if len(parts) > 1 and all(isinstance(part, list) for part in parts):
        lengths = {len(part) for part in parts}
        nested = any(isinstance(cell, dict | list) for part in parts for cell in part)
        if len(lengths) == 1 and lengths != {0} and not nested:
            return (dict(zip(value, cells, strict=True)) for cells in zip(*parts, strict=True))
    if parts and all(isinstance(part, dict) and "0" in part for part in parts):
        keys = list(parts[0])
        same = all(list(part) == keys for part in parts)
        if same and keys == [str(number) for number in range(len(keys))]:
            return ({name: part[key] for name, part in value.items()} for key in keys)
    return None


def _is_split(value: dict[str, Any]) -> bool:
    columns, data = value.get("columns"), value.get("data")
    return (
        isinstance(columns, list)
        and isinstance(data, list)
        and all(isinstance(name, str) for name in columns)
        and all(isinstance(row, list) and len(row) == len(columns) for row in data)
    )


def _is_keyed(value: dict[str, Any]) -> bool:
    """Whether the keys are no fields but name records, which then have fields in common."""
    records = list(value.values())
    if len(records) < 3 or not all(isinstance(record, dict) and record for record in records):
        return False
    common = set(records[0]).intersection(*records[1:])
    return len(common) >= 0.5 * max(len(record) for record in records)


def _record_arrays(value: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], list[Any]]]:
    for key, item in value.items():
        if isinstance(item, list) and item and all(isinstance(record, dict) for record in item):
            yield (*path, key), item
        elif isinstance(item, dict) and len(path) < 3:
            yield from _record_arrays(item, (*path, key))


class _Table:
    """A table that gets its columns as records bring them, with the tables of the arrays in its records."""

    def __init__(self, name: str, workspace: Workspace, parent: _Table | None = None) -> None:
        self.name = name
        self.rows = 0
        self._workspace = workspace
        self._parent = parent
        self._columns: dict[str, int] = {}
        self._children: dict[str, _Table] = {}
        self._held: list[tuple[int, dict[str, str | None]]] = []
        self._writer: TextWriter | None = None
        self._rejects: list[Reject] = []
        if parent is not None:
            self._columns[_STEP] = 0

    @property
    def rejected(self) -> int:
        return self._writer.rejected if self._writer else len(self._rejects)

    def add(self, row: int, value: Any, parent_row: int | None = None) -> None:
        """Takes a record in."""
        cells: dict[str, str | None] = {}
        if parent_row is not None:
            cells[_STEP] = str(parent_row)
        if isinstance(value, dict):
            self._flatten(value, "", cells, row, 0)
        else:
            cells["value"] = _written(value)
        self._held.append((row, cells))
        self.rows += 1
        if len(self._held) >= _ROWS_HELD:
            self._flush()

    def reject(self, reject: Reject) -> None:
        if self._writer is None:
            self._rejects.append(reject)
            if len(self._rejects) >= _ROWS_HELD:
                self._flush()
        else:
            self._writer.reject(reject)

    def _flatten(self, value: dict[str, Any], prefix: str, cells: dict[str, str | None], row: int, depth: int) -> None:
        for key, item in value.items():
            path = prefix + key
            kind = type(item)
            if kind is str or kind is Number:
                cells[path] = item
            elif kind is dict and item and depth < _MAX_DEPTH:
                self._flatten(item, path + _STEP, cells, row, depth + 1)
            elif kind is list and item and all(type(element) is dict for element in item):
                child = self._child(path)
                for element in item:
                    child.add(child.rows + 1, element, row)
            else:
                cells[path] = _written(item)

    def _child(self, path: str) -> _Table:
        child = self._children.get(path)
        if child is None:
            name = table_name(f"{self.name}_{path.replace(_STEP, '_')}")
            child = self._children[path] = _Table(name, self._workspace, self)
        return child

    def _flush(self) -> None:
        for _, cells in self._held:
            for path in cells:
                if path not in self._columns:
                    self._columns[path] = len(self._columns)
        if self._writer is None:
            self._writer = TextWriter(self._workspace, len(self._columns))
        elif self._writer.width < len(self._columns):
            self._writer.widen(len(self._columns))
        paths = list(self._columns)
        for row, cells in self._held:
            self._writer.add(row, list(map(cells.get, paths)))
        for reject in self._rejects:
            self._writer.reject(reject)
        self._held.clear()
        self._rejects.clear()

    def staged(self, notes: tuple[str, ...] = ()) -> list[StagedTable]:
        """The finished table and those of the arrays in its records, in the order they were met."""
        self._flush()
        assert self._writer is not None  # noqa: S101
        names = [path.replace(_STEP, ".") for path in self._columns]
        table = self._writer.staged(self.name, names, notes)
        if not self._children:
            return [table]
        children = [child.staged(notes) for child in self._children.values()]
        table, key = self._with_key(table)
        linked = [replace(family[0], **self._link(table, key, family[0])) for family in children]
        return [
            table,
            *(staged for first, family in zip(linked, children, strict=True) for staged in [first, *family[1:]]),
        ]

    def _with_key(self, table: StagedTable) -> tuple[StagedTable, int]:
        """The table and the position of the column that its child tables refer to: an id that is there and unique, or
        else the record's number, added as a column."""
        candidates = [
            index
            for index, column in enumerate(table.columns)
            if column.name.lower() in {"id", "_id", "key", "uuid", "guid"}
            or column.name.lower().endswith(("_id", "id"))
        ]
        for index in candidates[:5]:
            found = f"SELECT count(*) = count(DISTINCT c{index}) FROM {table.relation}"
            if (index > 0 or self._parent is None) and self._workspace.engine.tuples(found)[0][0]:
                return table, index
        view = self._workspace.new_name("raw")
        width = len(table.columns)
        self._workspace.engine.execute(
            f"CREATE VIEW {view} AS SELECT *, CAST(_row AS VARCHAR) AS c{width} FROM {table.relation}"
        )
        columns = (*table.columns, StagedColumn(name="record_number"))
        return replace(table, relation=f"main.{view}", columns=columns), width

    def _link(self, parent: StagedTable, key: int, child: StagedTable) -> dict[str, Any]:
        """What changes in a child table that holds its parent's record numbers so that it holds its keys."""
        view = self._workspace.new_name("raw")
        self._workspace.engine.execute(
            f"CREATE VIEW {view} AS SELECT child.* REPLACE (parent.c{key} AS c0) FROM {child.relation} AS child "
            f"JOIN {parent.relation} AS parent ON parent._row = CAST(child.c0 AS BIGINT)"
        )
        first = StagedColumn(name=f"{parent.name}.{parent.columns[key].name}")
        return {"relation": f"main.{view}", "columns": (first, *child.columns[1:]), "parent": parent.name}


def _written(value: Any) -> str | None:
    """A value as text: arrays and empty objects as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return encode(value)
