"""Like tables as one: their rows one after the other, their columns matched by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from voyant.errors import QueryRejected
from voyant.ingestion.protocol import StagedColumn, StagedTable
from voyant.ingestion.staging import Workspace
from voyant.lake.sql import identifier, literal

_LIKENESS = 0.5
_FILES_NAMED = 5

Key = tuple[str, int]  # a column's name, and how many of that name stand before it


class Piece(Struct, frozen=True):
    """A table and the name of the file it came from."""

    file: str
    table: StagedTable


def group_alike(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces in groups that share at least half of all their columns, in the order of their first."""
    groups: list[list[Piece]] = []
    for piece in pieces:
        for group in groups:
            if _likeness(group[0].table, piece.table) >= _LIKENESS:
                group.append(piece)
                break
        else:
            groups.append([piece])
    return groups


def _likeness(first: StagedTable, second: StagedTable) -> float:
    one, other = set(_keys(first)), set(_keys(second))
    return len(one & other) / max(len(one | other), 1)


def _keys(table: StagedTable) -> list[Key]:
    seen: Counter[str] = Counter()
    keys = []
    for column in table.columns:
        keys.append((column.name, seen[column.name]))
        seen[column.name] += 1
    return keys


def unite(pieces: Sequence[Piece], name: str, workspace: Workspace) -> StagedTable:
    """The pieces as one table of all their columns; a column that a file lacks is null in its rows."""
    tables = [piece.table for piece in pieces]
    if len(tables) == 1:
        return replace(tables[0], name=name)
    notes = _notes(pieces)
    if all(table.parquet is not None for table in tables):
        return _unite_parquet(tables, name, notes, workspace)
    types = _types(tables, workspace)
    target = workspace.new_name("raw")
    declared = ", ".join(f"c{index} {type_}" for index, type_ in enumerate(types.values()))
    workspace.engine.execute(f"CREATE TABLE {target} (_row BIGINT, {declared})")
    rejects: list[str] = []
    rows = 0
    for table in tables:
        present = _keys(table)
        row = "_row" if table.parquet is None else "file_row_number + 1"
        cells = ", ".join(
            f"CAST({_cell(table, present.index(key))} AS {type_})" if key in present else "NULL"
            for key, type_ in types.items()
        )
        workspace.engine.execute(f"INSERT INTO {target} SELECT {row} + {rows}, {cells} FROM {table.relation}")
        if table.rejects:
            rejects.append(f'SELECT "row" + {rows} AS "row", "column", raw, reason FROM {table.rejects}')
        rows += _records(table, workspace)
        workspace.progress(0.0)
    return StagedTable(
        name=name,
        relation=f"main.{target}",
        columns=tuple(StagedColumn(name=key[0], engine_type=type_) for key, type_ in types.items()),
        rows=sum(table.rows for table in tables),
        text=all(table.text for table in tables),
        rejects=_view(" UNION ALL ".join(rejects), "rejects", workspace) if rejects else None,
        notes=notes,
    )


def _records(table: StagedTable, workspace: Workspace) -> int:
    """All records of a piece: its rows and those rejected whole."""
    if table.rejects is None:
        return table.rows
    rejected = workspace.engine.tuples(f'SELECT count(*) FROM {table.rejects} WHERE "column" IS NULL')[0][0]
    return table.rows + int(rejected)


def _cell(table: StagedTable, index: int) -> str:
    return f"c{index}" if table.parquet is None else identifier(table.columns[index].name)


def _view(select: str, prefix: str, workspace: Workspace) -> str:
    view = workspace.new_name(prefix)
    workspace.engine.execute(f"CREATE VIEW {view} AS {select}")
    return f"main.{view}"


def _unite_parquet(
    tables: Sequence[StagedTable], name: str, notes: tuple[str, ...], workspace: Workspace
) -> StagedTable:
    """A view of the files where they stand: folders such as ``year=2024`` become columns, as their writers meant."""
    files = ", ".join(literal(str(table.parquet)) for table in tables)
    relation = f"read_parquet([{files}], union_by_name = true)"
    described = workspace.engine.query(f"DESCRIBE SELECT * FROM {relation}")
    names = [row["column_name"] for row in described]
    aliases = ", ".join(["_row", *(f"c{index}" for index in range(len(names)))])
    view = _view(
        f"SELECT * FROM (SELECT row_number() OVER (), * FROM {relation}) AS united({aliases})", "raw", workspace
    )
    return StagedTable(
        name=name,
        relation=view,
        columns=tuple(StagedColumn(name=row["column_name"], engine_type=row["column_type"]) for row in described),
        rows=sum(table.rows for table in tables),
        text=False,
        notes=notes,
    )


def _types(tables: Sequence[StagedTable], workspace: Workspace) -> dict[Key, str]:
    found: dict[Key, list[str]] = {}
    for table in tables:
        for key, column in zip(_keys(table), table.columns, strict=True):
            types = found.setdefault(key, [])
            if column.engine_type not in types:
                types.append(column.engine_type)
    return {key: _common_type(types, workspace) for key, types in found.items()}


def _common_type(types: list[str], workspace: Workspace) -> str:
    """The engine's type for values of all these types, or text where there is none."""
    if len(types) == 1:
        return types[0]
    values = " UNION ALL ".join(f"SELECT CAST(NULL AS {type_}) AS v" for type_ in types)
    try:
        return str(workspace.engine.query(f"DESCRIBE {values}")[0]["column_type"])
    except QueryRejected:
        return "VARCHAR"


def _notes(pieces: Sequence[Piece]) -> tuple[str, ...]:
    every = list(dict.fromkeys(key for piece in pieces for key in _keys(piece.table)))
    notes = [f"{len(pieces)} files: {_shortened([piece.file for piece in pieces])}"]
    for piece in pieces[: _FILES_NAMED * 4]:
        present = set(_keys(piece.table))
        if missing := [key[0] for key in every if key not in present]:
            notes.append(f"{piece.file} lacks {_shortened(missing)}")
    notes += dict.fromkeys(note for piece in pieces for note in piece.table.notes)
    return tuple(notes[: _FILES_NAMED * 8])


def _shortened(names: list[str]) -> str:
    shown = ", ".join(names[:_FILES_NAMED])
    return f"{shown} and {len(names) - _FILES_NAMED} more" if len(names) > _FILES_NAMED else shown
