"""Rows on their way from a database: what each column becomes, and the table they are written to, nothing lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from voyant.errors import Code, InvalidInput
from voyant.ingestion.protocol import StagedColumn, StagedTable
from voyant.ingestion.staging import Workspace, check_width, new_rejects_table
from voyant.lake.sql import literal

if TYPE_CHECKING:
    import pyarrow as pa


class Open(Enum):
    """Types that only all values together settle."""

    NUMBER = "number"  # of any size and scale
    SPAN = "span"  # a time of day, or any span of time


class ArrivingColumn(Struct, frozen=True, kw_only=True):
    """A column of a database's answer.

    Attributes:
        type: Of the stored values in the engine's words, or what settles it once all have arrived.
        value: SQL that makes the stored value of an arriving one, which stands for ``{}``; null where it does not fit.
    """

    name: str
    type: str | Open
    value: str = "{}"

    @property
    def stored(self) -> str:
        return "VARCHAR" if isinstance(self.type, Open) else self.type


def cast(type_: str) -> str:
    """The ``value`` of a column that arrives as text."""
    return f"TRY_CAST({{}} AS {type_})"


# The engine also knows years before 1, after 9999 and infinite times, which no file format or client here can hold.
DATE_VALUE = "CASE WHEN length({}) = 10 AND {} >= '0001' THEN TRY_CAST({} AS DATE) END"
TIMESTAMP_VALUE = (
    "CASE WHEN substr({}, 5, 1) = '-' AND {} >= '0001' AND {} NOT LIKE '%BC' THEN TRY_CAST({} AS TIMESTAMP) END"
)
TIME_VALUE = "CASE WHEN {} < '24' THEN TRY_CAST({} AS TIME) END"


class Relation(Struct, frozen=True, kw_only=True):
    """A table or view of a database, by the names that the database has for it."""

    schema: str
    name: str
    is_table: bool


class Arriving(Struct, frozen=True):
    """The answer to one statement: its columns, and its rows in batches whose columns are c0, c1 …"""

    columns: tuple[ArrivingColumn, ...]
    batches: Iterator[pa.RecordBatch]


class DatabaseSession(Protocol):
    """A read-only look at one database, in which every table stands as it was at one moment."""

    def relations(self) -> Sequence[Relation]:
        """What this user may read."""
        ...

    def read_relation(self, relation: Relation) -> Arriving:
        """All rows of a table or view."""
        ...

    def read_query(self, query: str) -> Arriving:
        """The rows of a SELECT in the database's own dialect."""
        ...


def stage_arriving(arriving: Arriving, name: str, workspace: Workspace, notes: Sequence[str] = ()) -> StagedTable:
    """The table of those rows, each column in its exact type."""
    writer = _Writer(arriving.columns, workspace)
    for batch in arriving.batches:
        writer.add(batch)
    found = writer.settle()
    return StagedTable(
        name=name,
        relation=f"main.{writer.table}",
        columns=tuple(
            StagedColumn(name=column.name, engine_type=type_)
            for column, type_ in zip(arriving.columns, writer.types(), strict=True)
        ),
        rows=writer.rows,
        text=False,
        rejects=f"main.{writer.rejects}" if writer.rejects else None,
        notes=(*notes, *found),
    )


class _Writer:
    def __init__(self, columns: Sequence[ArrivingColumn], workspace: Workspace) -> None:
        check_width(len(columns), workspace.limits)
        self._columns = columns
        self._workspace = workspace
        self._bytes = 0
        self.rows = 0
        self.rejects: str | None = None
        self.table = workspace.new_name("raw")
        declared = "".join(f", c{index} {column.stored}" for index, column in enumerate(columns))
        workspace.engine.execute(f"CREATE TABLE {self.table} (_row BIGINT{declared})")
        self._select = "".join(f", {_value(column, index)}" for index, column in enumerate(columns))

    def add(self, batch: pa.RecordBatch) -> None:
        import pyarrow as pa

        self._bytes += batch.nbytes
        if self._bytes > self._workspace.limits.max_expanded_bytes:
            raise InvalidInput(
                f"The rows take more than the {self._workspace.limits.max_expanded_bytes:,} bytes allowed.",
                code=Code.TOO_LARGE,
                remedy="Read a part of them with a query, or raise VOYANT_MAX_SOURCE_BYTES.",
            )
        numbers = pa.array(range(self.rows + 1, self.rows + batch.num_rows + 1), pa.int64())
        names = ["_row", *(f"c{index}" for index in range(len(self._columns)))]
        with self._arriving(pa.table([numbers, *batch.columns], names=names)):
            self._workspace.engine.execute(f"INSERT INTO {self.table} SELECT _row{self._select} FROM arriving")
            self._reject_misfits()
        self.rows += batch.num_rows
        self._workspace.progress(0.0)

    @contextmanager
    def _arriving(self, batch: pa.Table) -> Iterator[None]:
        self._workspace.engine.connection.register("arriving", batch)
        try:
            yield
        finally:
            self._workspace.engine.connection.unregister("arriving")

    def _reject_misfits(self) -> None:
        checked = [index for index, column in enumerate(self._columns) if column.value != "{}"]
        if not checked:
            return
        misfits = {
            index: f"c{index} IS NOT NULL AND ({_value(self._columns[index], index)}) IS NULL" for index in checked
        }
        counts = ", ".join(f"count(*) FILTER ({misfit})" for misfit in misfits.values())
        for index, count in zip(
            checked, self._workspace.engine.tuples(f"SELECT {counts} FROM arriving")[0], strict=True
        ):
            if count:
                reason = f"does not fit {self._columns[index].stored}"
                self._reject(index, "arriving", misfits[index], reason)

    def _reject(self, index: int, relation: str, condition: str, reason: str) -> None:
        if self.rejects is None:
            self.rejects = new_rejects_table(self._workspace)
        self._workspace.engine.execute(
            f"INSERT INTO {self.rejects} SELECT _row, {literal(self._columns[index].name)}, CAST(c{index} AS VARCHAR), "
            f"{literal(reason)} FROM {relation} WHERE {condition}"
        )

    def settle(self) -> list[str]:
        """Gives the open columns the type that their values have; tells what was decided."""
        notes = []
        for index, column in enumerate(self._columns):
            if column.type is Open.NUMBER:
                notes += self._settle_number(index)
            elif column.type is Open.SPAN:
                notes += self._settle_span(index)
        return notes

    def _settle_number(self, index: int) -> list[str]:
        cell = f"c{index}"
        is_finite = f"regexp_full_match({cell}, '-?[0-9]+([.][0-9]+)?')"
        whole, scale, misfits = self._workspace.engine.tuples(
            f"SELECT coalesce(max(length(ltrim(split_part({cell}, '.', 1), '-'))) FILTER ({is_finite}), 1), "
            f"coalesce(max(length(split_part({cell}, '.', 2))) FILTER ({is_finite}), 0), "
            f"count(*) FILTER ({cell} IS NOT NULL AND NOT {is_finite}) FROM {self.table}"
        )[0]
        digits = whole + scale
        exact = digits <= 38
        type_ = f"DECIMAL({18 if digits <= 18 else 38},{scale})" if exact else "DOUBLE"
        if misfits:
            self._reject(index, self.table, f"{cell} IS NOT NULL AND NOT {is_finite}", f"does not fit {type_}")
        self._retype(index, type_, f"CASE WHEN {is_finite} THEN CAST({cell} AS {type_}) END")
        if exact:
            return []
        return [f"column {self._columns[index].name!r}: numbers of {digits} digits, kept as floating point"]

    def _settle_span(self, index: int) -> list[str]:
        cell = f"c{index}"
        beyond_a_day = f"({cell} LIKE '-%' OR length(split_part({cell}, ':', 1)) > 2 OR {cell} >= '24')"
        if not self._workspace.engine.tuples(f"SELECT count(*) FROM {self.table} WHERE {beyond_a_day}")[0][0]:
            self._retype(index, "TIME", f"CAST({cell} AS TIME)")
            return []
        parts = [f"CAST(split_part(ltrim({cell}, '-'), ':', {part}) AS DECIMAL(18,6))" for part in (1, 2, 3)]
        seconds = f"{parts[0]} * 3600 + {parts[1]} * 60 + {parts[2]}"
        sign = f"CASE WHEN {cell} LIKE '-%' THEN -1 ELSE 1 END"
        self._retype(index, "DECIMAL(18,6)", f"({seconds}) * {sign}")
        return [f"column {self._columns[index].name!r}: spans of time beyond a day, given in seconds"]

    def _retype(self, index: int, type_: str, value: str) -> None:
        self._workspace.engine.execute(f"ALTER TABLE {self.table} ALTER c{index} SET DATA TYPE {type_} USING {value}")

    def types(self) -> list[str]:
        described = self._workspace.engine.tuples(f"DESCRIBE {self.table}")
        return [row[1] for row in described if row[0] != "_row"]


def _value(column: ArrivingColumn, index: int) -> str:
    return column.value.replace("{}", f"c{index}")
