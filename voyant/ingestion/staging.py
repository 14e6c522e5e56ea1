"""Where rows go: tables of the job's scratch engine, filled in batches, with what was rejected beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from voyant.errors import Code, InvalidInput
from voyant.ingestion.protocol import Limits, Progress, StagedColumn, StagedTable, no_progress
from voyant.lake.engine import Engine

if TYPE_CHECKING:
    import pyarrow as pa

_CELLS_PER_BATCH = 800_000
_ROWS_PER_BATCH = 20_000
_BYTES_PER_INSERT = 2**25  # as Arrow; of a table of thousands of columns each insert takes a second, however short
_RAW_CHARACTERS = 10_000  # of a rejected record that are kept


class Workspace(Struct, kw_only=True):
    """The engine and folder that a job stages its source in."""

    engine: Engine
    scratch: Path
    limits: Limits = field(default_factory=Limits)
    progress: Progress = no_progress
    # One for all copies of the workspace: with thousands of files, looking for what is free takes longer than reading.
    _folders: Iterator[int] = field(default_factory=count)

    def new_name(self, prefix: str) -> str:
        """A name that no table or view of the engine has: ``raw_0``, ``raw_1`` …"""
        return self.engine.new_name(prefix)

    def new_folder(self) -> Path:
        """An empty folder under the scratch folder."""
        for number in self._folders:
            folder = self.scratch / f"unpacked_{number}"
            if not folder.exists():
                folder.mkdir(parents=True)
                return folder
        raise AssertionError("unreachable: the numbers do not end")


def check_width(width: int, limits: Limits) -> None:
    """Refuses a table of more columns than the limit."""
    if width > limits.max_columns:
        raise InvalidInput(
            f"The table has {width:,} columns; the limit max_columns is {limits.max_columns:,}.",
            code=Code.TOO_LARGE,
            remedy="Give the columns that matter, or raise VOYANT_MAX_COLUMNS.",
        )


class Reject(Struct, frozen=True):
    """A record, or a cell of one, that could not be staged."""

    row: int
    raw: str
    reason: str
    column: str | None = None


class TextWriter:
    """Fills a table of text columns ``c0``, ``c1`` … and a ``_row`` with rows given one by one.

    Args:
        width: Columns at the start; ``widen`` adds more.
    """

    def __init__(self, workspace: Workspace, width: int) -> None:
        self._workspace = workspace
        self.table = workspace.new_name("raw")
        self.width = 0
        self.rows = 0
        self.rejected = 0
        self._numbers: list[int] = []
        self._records: list[Sequence[str | None]] = []
        self._batches: list[pa.Table] = []
        self._batched_bytes = 0
        self._rejects: list[Reject] = []
        self._rejects_table: str | None = None
        self._set_width(width)
        declared = "".join(f", c{index} VARCHAR" for index in range(width))
        workspace.engine.execute(f"CREATE TABLE {self.table} (_row BIGINT{declared})")

    def _set_width(self, width: int) -> None:
        check_width(width, self._workspace.limits)
        self.width = width
        self._batch_rows = max(1, min(_ROWS_PER_BATCH, _CELLS_PER_BATCH // max(width, 1)))

    def widen(self, width: int) -> None:
        """Adds columns up to that width; rows written before have nulls there."""
        self._flush_rows()
        self._insert_batches()
        for index in range(self.width, width):
            self._workspace.engine.execute(f"ALTER TABLE {self.table} ADD COLUMN c{index} VARCHAR")
        self._set_width(width)

    def add(self, row: int, cells: Sequence[str | None]) -> None:
        """Writes a record; ``cells`` has exactly ``width`` values."""
        self._numbers.append(row)
        self._records.append(cells)
        if len(self._records) >= self._batch_rows:
            self._flush_rows()
            if self._batched_bytes >= _BYTES_PER_INSERT:
                self._insert_batches()

    def reject(self, reject: Reject) -> None:
        self.rejected += reject.column is None
        self._rejects.append(reject)
        if len(self._rejects) >= 1000:
            self._flush_rejects()

    def finish(self) -> None:
        """Writes what is still held back."""
        self._flush_rows()
        self._insert_batches()
        self._flush_rejects()

    def drop(self) -> None:
        """Removes the table and its rejects."""
        self._workspace.engine.execute(f"DROP TABLE {self.table}")
        if self._rejects_table:
            self._workspace.engine.execute(f"DROP TABLE {self._rejects_table}")

    def _flush_rows(self) -> None:
        if not self._records:
            return
        import pyarrow as pa

        columns = [_strings(column) for column in zip(*self._records, strict=True)]
        names = [f"c{index}" for index in range(self.width)]
        batch = pa.table([pa.array(self._numbers, pa.int64()), *columns], names=["_row", *names])
        self._batches.append(batch)
        self._batched_bytes += batch.nbytes
        self.rows += len(self._records)
        self._numbers.clear()
        self._records.clear()

    def _insert_batches(self) -> None:
        if not self._batches:
            return
        import pyarrow as pa

        insert_arrow(self._workspace.engine, self.table, pa.concat_tables(self._batches).combine_chunks())
        self._batches.clear()
        self._batched_bytes = 0

    def _flush_rejects(self) -> None:
        if not self._rejects:
            return
        if self._rejects_table is None:
            self._rejects_table = new_rejects_table(self._workspace)
        write_rejects(self._workspace.engine, self._rejects_table, self._rejects)
        self._rejects.clear()

    def staged(
        self, name: str, columns: Sequence[str], notes: Sequence[str] = (), *, parent: str | None = None
    ) -> StagedTable:
        """The finished table."""
        self.finish()
        return StagedTable(
            name=name,
            relation=f"main.{self.table}",
            columns=tuple(StagedColumn(name=column) for column in columns),
            rows=self.rows,
            text=True,
            rejects=f"main.{self._rejects_table}" if self._rejects_table else None,
            notes=tuple(notes),
            parent=parent,
        )


def new_rejects_table(workspace: Workspace) -> str:
    table = workspace.new_name("rejects")
    workspace.engine.execute(f'CREATE TABLE {table} ("row" BIGINT, "column" VARCHAR, raw VARCHAR, reason VARCHAR)')
    return table


def write_rejects(engine: Engine, table: str, rejects: Sequence[Reject]) -> None:
    import pyarrow as pa

    batch = pa.table(
        [
            pa.array([reject.row for reject in rejects], pa.int64()),
            _strings([reject.column for reject in rejects]),
            _strings([_shortened(reject.raw) for reject in rejects]),
            _strings([reject.reason for reject in rejects]),
        ],
        names=["row", "column", "raw", "reason"],
    )
    insert_arrow(engine, table, batch)


def insert_arrow(engine: Engine, table: str, batch: object) -> None:
    """Adds an Arrow table's rows to a table of the engine."""
    engine.connection.register("arriving", batch)
    try:
        engine.execute(f"INSERT INTO {table} SELECT * FROM arriving")
    finally:
        engine.connection.unregister("arriving")


def _strings(values: Sequence[str | None]) -> object:
    import pyarrow as pa

    try:
        return pa.array(values, pa.string())
    except UnicodeEncodeError:
        # JSON can write half of a surrogate pair, which is no character: it stays visible as its escape.
        return pa.array(
            [None if value is None else value.encode("utf-8", "backslashreplace").decode() for value in values],
            pa.string(),
        )


def _shortened(raw: str) -> str:
    raw = raw.rstrip("\r\n")
    return raw if len(raw) <= _RAW_CHARACTERS else raw[:_RAW_CHARACTERS] + "…"
