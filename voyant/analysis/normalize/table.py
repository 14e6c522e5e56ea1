"""A staged table made ready for analysis: typed, named, its columns given roles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from voyant.analysis.normalize.attributes import settle
from voyant.analysis.normalize.derived import derive_date, derive_durations
from voyant.analysis.normalize.detection import ReadColumn, read_columns
from voyant.analysis.normalize.facts import Facts, TypedColumn, gather_facts
from voyant.analysis.normalize.names import unique_names
from voyant.analysis.normalize.number_roles import number_role, unit_by_name
from voyant.analysis.normalize.personal import find_personal, is_few_people
from voyant.analysis.normalize.record import changes_of_derived, changes_of_read, changes_of_typed
from voyant.analysis.normalize.roles import Assigned, other_role, time_role, trivial_role
from voyant.analysis.normalize.rows import Rows, TextColumn, chunks
from voyant.analysis.normalize.stored_types import Mapped, map_type
from voyant.analysis.normalize.text_roles import text_role
from voyant.analysis.normalize.typed_rows import TypedRows
from voyant.domain.normalization import Change, Normalization
from voyant.domain.table import Column, ColumnType, Dataset, Role
from voyant.ingestion.protocol import StagedTable
from voyant.lake.engine import Engine
from voyant.lake.sql import identifier, literal

COLUMNS_OF_A_PART = 500
NO_REJECTS = "SELECT CAST(NULL AS BIGINT) AS \"row\", '' AS \"column\", '' AS raw, '' AS reason WHERE false"
WITHHELD = "(withheld: personal data; see the row in the source)"


class Normalized(Struct, frozen=True, kw_only=True):
    """A table ready to be written to the lake.

    Attributes:
        select: Gives the typed rows in source order, under their final names, without derived columns.
        numbered: Gives the same rows with their number in the source, ``ROW``, before the other columns.
        parts: Give the same columns, some at a time.
        rejects: Gives ``row``, ``column``, ``raw`` and ``reason`` of each cell that did not fit its column's type, and
            of what could not be staged; the text is withheld where it is, or may be, personal data.
        rejected_cells: Cells that did not fit, those among them that could not even be staged.
        rejected_records: Records that could not be staged: they are not in the table.
        unchanged: The source's own Parquet file is the table: it may be taken in as it is.
    """

    dataset: Dataset
    select: str
    numbered: str
    parts: tuple[str, ...]
    rejects: str
    rejected_cells: int
    rejected_records: int
    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    unchanged: bool

    @property
    def record(self) -> Normalization:
        """What ``normalize.json`` holds."""
        return Normalization(
            dataset=self.dataset,
            changes=self.changes,
            rejected_cells=self.rejected_cells,
            rejected_records=self.rejected_records,
            notes=self.notes,
            unchanged=self.unchanged,
        )


class _Prepared(Struct, frozen=True, kw_only=True):
    """One column on its way: read from text, or mapped from the type it came with."""

    typed: TypedColumn
    cell: str
    sql: str
    mapped: Mapped
    read: ReadColumn | None
    misfits: int

    @property
    def is_misfit(self) -> str:
        """SQL that is true for a cell with a value that the column's type cannot hold."""
        missing = f" AND NOT {self.read.is_missing}" if self.read else ""
        return f"{self.cell} IS NOT NULL{missing} AND ({self.sql}) IS NULL"

    @property
    def kind(self) -> str:
        return self.read.reading.label if self.read and self.read.reading else self.typed.engine_type


def normalize(staged: StagedTable, engine: Engine) -> Normalized:
    """The staged table typed, named and explained; types are decided on all rows, and no cell is lost silently."""
    rows = _rows_of(staged)
    prepared = _prepare(engine, rows, staged)
    typed = TypedRows(rows, {column.typed.name: column.sql for column in prepared}, _values(prepared))
    facts = gather_facts(engine, typed, [column.typed for column in prepared])
    stored = tuple(_column(found, _assign(found)) for found in facts)
    stored = settle(engine, typed, facts, stored)
    derived = derive_date(facts, stored) or derive_durations(engine, typed, stored)
    changes = tuple(
        change for column, final in zip(prepared, stored, strict=True) for change in _changes(column, final)
    )
    unchanged = staged.parquet is not None and not changes
    records, cells = _not_staged(engine, staged)
    return Normalized(
        dataset=Dataset(name=staged.name, rows=staged.rows, columns=stored + derived),
        select=typed.select(),
        numbered=typed.numbered(),
        parts=tuple(typed.select(names) for names in chunks(tuple(typed.expressions), COLUMNS_OF_A_PART)),
        rejects=_rejects(prepared, stored, rows, staged.rejects),
        rejected_cells=sum(column.misfits for column in prepared) + cells,
        rejected_records=records,
        changes=changes + changes_of_derived(derived),
        notes=staged.notes,
        unchanged=unchanged,
    )


def _not_staged(engine: Engine, staged: StagedTable) -> tuple[int, int]:
    """How many whole records, and how many cells of others, the source held that could not be staged."""
    if staged.rejects is None:
        return 0, 0
    records, cells = engine.tuples(
        f'SELECT count(DISTINCT "row") FILTER ("column" IS NULL), count("column") FROM {staged.rejects}'
    )[0]
    return records, cells


def _rows_of(staged: StagedTable) -> Rows:
    return Rows(staged.relation, "file_row_number + 1" if staged.parquet else "_row", staged.rows)


def _prepare(engine: Engine, rows: Rows, staged: StagedTable) -> tuple[_Prepared, ...]:
    names = unique_names(column.name for column in staged.columns)
    cells = [identifier(c.name) if staged.parquet else f"c{i}" for i, c in enumerate(staged.columns)]
    mapped = [map_type(column.engine_type, cell) for column, cell in zip(staged.columns, cells, strict=True)]
    texts = [i for i, column in enumerate(mapped) if column.type is ColumnType.TEXT]
    sources = [TextColumn(staged.columns[i].name, mapped[i].sql) for i in texts]
    read = dict(zip(texts, read_columns(engine, rows, sources, as_written=staged.text), strict=True))
    failed = _failures(engine, rows, {i: column for i, column in enumerate(mapped) if column.may_fail}, cells)
    return tuple(
        _prepared(name, staged.columns[i].name, cells[i], mapped[i], read.get(i), failed.get(i, 0))
        for i, name in enumerate(names)
    )


def _values(prepared: Sequence[_Prepared]) -> dict[str, str]:
    """By final name, the table of a column's values, where they were counted."""
    return {c.typed.name: c.read.source.values for c in prepared if c.read is not None and c.read.source.values}


def _failures(engine: Engine, rows: Rows, mapped: dict[int, Mapped], cells: Sequence[str]) -> dict[int, int]:
    """How many values of each column its stored type cannot hold."""
    if not mapped:
        return {}
    lost = (f"count(*) FILTER ({cells[i]} IS NOT NULL AND {column.sql} IS NULL)" for i, column in mapped.items())
    return dict(zip(mapped, engine.tuples(f"SELECT {', '.join(lost)} FROM {rows.relation}")[0], strict=True))


def _prepared(name: str, original: str, cell: str, mapped: Mapped, read: ReadColumn | None, failures: int) -> _Prepared:
    found = read.reading if read else None
    typed = TypedColumn(
        name=name,
        original_name=original,
        type=found.type if found else mapped.type,
        engine_type=found.engine_type if found else mapped.engine_type,
        unit=found.unit if found else mapped.unit,
        examples=_examples(read) if read else Counter(),
    )
    return _Prepared(
        typed=typed,
        cell=cell,
        sql=read.value if read else mapped.sql,
        mapped=mapped,
        read=read,
        misfits=read.misfits if read else failures,
    )


def _examples(read: ReadColumn) -> Counter[str]:
    return Counter({value: count for value, count in read.evidence.items() if value not in read.null_words})


def _rejects(prepared: Sequence[_Prepared], columns: Sequence[Column], rows: Rows, staged_rejects: str | None) -> str:
    selects = [
        f'SELECT {rows.number} AS "row", {literal(column.typed.original_name)} AS "column", '
        f"{_raw(column, final)} AS raw, {literal(f'does not fit {column.kind}')} AS reason "
        f"FROM {rows.relation} WHERE {column.is_misfit}"
        for column, final in zip(prepared, columns, strict=True)
        if column.misfits
    ]
    if staged_rejects:
        selects.append(f'SELECT "row", "column", {_raw_as_staged(columns)} AS raw, reason FROM {staged_rejects}')
    if not selects:
        return NO_REJECTS
    return f'SELECT * FROM ({" UNION ALL ".join(selects)}) ORDER BY "row", "column", raw'


def _raw(prepared: _Prepared, column: Column) -> str:
    """SQL of the text that a reject keeps: personal data stands in no artifact, so there only its place is kept."""
    if column.personal:
        return literal(WITHHELD)
    return prepared.mapped.raw or f"CAST({prepared.cell} AS VARCHAR)"


def _raw_as_staged(columns: Sequence[Column]) -> str:
    """The same of what could not be staged; a whole record of a table with personal data may hold any of them."""
    personal = [literal(column.original_name) for column in columns if column.personal]
    if not personal:
        return "raw"
    return f'CASE WHEN "column" IS NULL OR "column" IN ({", ".join(personal)}) THEN {literal(WITHHELD)} ELSE raw END'


def _assign(facts: Facts) -> Assigned:
    if trivial := trivial_role(facts):
        return trivial
    if facts.type.is_temporal:
        return time_role(facts)
    if personal := find_personal(facts):
        return Assigned(role=Role.IDENTIFIER, confidence=0.9, reason=personal.reason, personal=personal.kind)
    if is_few_people(facts):
        reason = "names of people, few and repeated: who did or had it, as a category"
        return Assigned(role=Role.DIMENSION, confidence=0.85, reason=reason)
    if facts.type.is_numeric:
        return number_role(facts)
    return text_role(facts) if facts.type is ColumnType.TEXT else other_role(facts)


def _column(facts: Facts, assigned: Assigned) -> Column:
    return Column(
        name=facts.name,
        original_name=facts.original_name,
        type=facts.type,
        engine_type=facts.engine_type,
        role=assigned.role,
        role_confidence=assigned.confidence,
        role_reason=assigned.reason,
        aggregation=assigned.aggregation,
        personal=assigned.personal,
        unit=facts.unit or (unit_by_name(facts.words) if assigned.role is Role.MEASURE else None),
    )


def _changes(prepared: _Prepared, column: Column) -> list[Change]:
    changes = changes_of_typed(column, prepared.mapped, prepared.misfits if not prepared.read else 0)
    return changes + (changes_of_read(column, prepared.read) if prepared.read else [])
