"""What can be known of columns at next to no cost, where there is no profile yet: it spares looking at each row again.

A Parquet file's footer answers how many values there are and where they begin and end; of texts a first look at some
rows shows whether they are a few that can be counted as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from voyant.analysis.profile.coding import shown
from voyant.domain.profile import ColumnProfile, Count, Profile, Scalar, ValueCount
from voyant.domain.table import Column, ColumnType, Table
from voyant.lake.sql import identifier

FEW_TEXTS = 100
_ROWS_LOOKED_AT = 20_000
_BOUNDED = {ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.DATE, ColumnType.TIMESTAMP}
"""Doubles are not: what is no number would have to be looked for."""


def outline(table: Table, names: Iterable[str]) -> Profile:
    """A profile of these columns with nothing in it but counts, ends, and the texts of columns that have few.

    Args:
        names: Of stored columns; others are left out.
    """
    wanted = set(names)
    columns = [column for column in table.dataset.columns if column.name in wanted and column.formula is None]
    rows, found = _look_over(table, columns)
    listed = _listed(table, [column for column in columns if column.type is ColumnType.TEXT], rows)
    return Profile(
        table=table.dataset.name,
        rows=rows,
        columns=tuple(_described(column, rows, found[column.name], listed.get(column.name)) for column in columns),
        keys=(),
        duplicate_rows=Count(value=0, exact=False),
        associations=(),
        missing=(),
        sample_rows=0,
        notes=("An outline: counts and ends only.",),
    )


def _look_over(table: Table, columns: Sequence[Column]) -> tuple[int, dict[str, tuple[int, Any, Any]]]:
    """All rows, and for each column how many have a value, the smallest and the largest."""
    measures = ["count(*) AS found"]
    for number, column in enumerate(columns):
        name = identifier(column.name)
        measures.append(f"count({name}) AS count_{number}")
        if _is_bounded(column):
            measures += [f"{_end('min', column)} AS low_{number}", f"{_end('max', column)} AS high_{number}"]
    [row] = table.query(f"SELECT {', '.join(measures)} FROM {identifier(table.dataset.name)}")
    return row["found"], {
        column.name: (row[f"count_{number}"], row.get(f"low_{number}"), row.get(f"high_{number}"))
        for number, column in enumerate(columns)
    }


def _end(function: str, column: Column) -> str:
    """Times as text, which an infinite one is too."""
    end = f"{function}({identifier(column.name)})"
    return f"CAST({end} AS VARCHAR)" if column.type.is_temporal else end


def _is_bounded(column: Column) -> bool:
    return column.type in _BOUNDED and column.personal is None


def _listed(table: Table, columns: Sequence[Column], rows: int) -> dict[str, tuple[ValueCount, ...]]:
    """The values of each column that has few; what the first rows show is only where it is worth counting."""
    source = identifier(table.dataset.name)
    open_ones = [column for column in columns if column.personal is None]
    if not open_ones or not rows:
        return {}
    names = [identifier(column.name) for column in open_ones]
    [row] = table.query(
        f"SELECT {', '.join(f'count(DISTINCT {name}) AS n{number}' for number, name in enumerate(names))} "
        f"FROM (SELECT {', '.join(names)} FROM {source} LIMIT {_ROWS_LOOKED_AT})"
    )
    found = {}
    for number, column in enumerate(open_ones):
        if 0 < row[f"n{number}"] <= FEW_TEXTS:
            counted = table.query(
                f"SELECT {names[number]} AS value, count(*) AS n FROM {source} "
                f"WHERE {names[number]} IS NOT NULL GROUP BY 1 LIMIT {FEW_TEXTS + 1}"
            )
            if len(counted) <= FEW_TEXTS and all(shown(each["value"]) == each["value"] for each in counted):
                ordered = sorted(counted, key=lambda each: (-each["n"], each["value"]))
                found[column.name] = tuple(ValueCount(value=each["value"], count=each["n"]) for each in ordered)
    return found


def _described(
    column: Column, rows: int, extent: tuple[int, Any, Any], listed: tuple[ValueCount, ...] | None
) -> ColumnProfile:
    count, low, high = extent
    return ColumnProfile(
        name=column.name,
        type=column.type,
        role=column.role,
        count=count,
        nulls=rows - count,
        distinct=Count(value=count, exact=False) if listed is None else Count(value=len(listed)),
        minimum=_scalar(column, low),
        maximum=_scalar(column, high),
        top=listed or (),
    )


def _scalar(column: Column, value: Any) -> Scalar:
    if value is None or column.type.is_temporal:
        return value  # type: ignore[no-any-return]
    return int(value) if column.type is ColumnType.INTEGER else float(value)
