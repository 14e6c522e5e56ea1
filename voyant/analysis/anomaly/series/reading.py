"""The series read from the table: one pass over its rows, put on the grid in the engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from voyant.analysis.anomaly.series.grid import MOST_POINTS, Grid
from voyant.analysis.anomaly.series.tails import Floats
from voyant.analysis.kpi.values import Value
from voyant.analysis.wording import count, readable, shown
from voyant.domain.table import ROW, Table
from voyant.lake.sql import identifier

if TYPE_CHECKING:
    import pyarrow

MOST_SERIES = 200
"""Of all values and groups together."""
MOST_READ = 20 * MOST_POINTS


class Series(Struct, frozen=True, kw_only=True):
    """One series on the grid, from its first point to its last; NaN where there is no value."""

    name: str
    value: Value
    group: tuple[str | None, ...]
    first: int
    values: Floats


class Read(Struct, frozen=True, kw_only=True):
    """What was read, and sentences on what was left out or put right."""

    series: tuple[Series, ...]
    notes: tuple[str, ...]


def read(table: Table, grid: Grid, split: Sequence[str], values: Sequence[Value]) -> Read:
    """The series of all values, of the groups with most rows."""
    most = max(1, MOST_SERIES // len(values))
    rows = table.arrow(_statement(table, grid, split, values, most))
    notes = list(_notes(table, grid, split, most))
    if rows.num_rows > MOST_READ:
        rows = rows.slice(0, MOST_READ)
        notes.append(f"Only the first {count(MOST_READ)} points, by groups, were read.")
    return Read(series=tuple(_series(rows, grid, split, values)), notes=tuple(notes))


def _statement(table: Table, grid: Grid, split: Sequence[str], values: Sequence[Value], most: int) -> str:
    names = [identifier(name) for name in split]
    figures = [f"CAST({value.expression} AS DOUBLE) AS v{place}" for place, value in enumerate(values)]
    groups = [f"{name} AS g{place}" for place, name in enumerate(names)]
    source = f"FROM {identifier(table.dataset.name)}\nWHERE {grid.axis.timed}"
    if names:
        same = " AND ".join(
            f"kept.{name} IS NOT DISTINCT FROM {identifier(table.dataset.name)}.{name}" for name in names
        )
        columns = ", ".join(names)
        ranked = f"SELECT {columns}, count(*) AS n {source}\nGROUP BY ALL ORDER BY n DESC, {columns} LIMIT {most}"
        source += f"\n  AND EXISTS (SELECT 1 FROM ({ranked}) AS kept WHERE {same})"
    order = ", ".join([*(f"g{place}" for place in range(len(names))), "moment"])
    return (
        f"SELECT {', '.join([*groups, f'{grid.bucket} AS moment', *figures])}\n{source}\n"
        f"GROUP BY ALL ORDER BY {order} LIMIT {MOST_READ + 1}"
    )


def _series(rows: pyarrow.Table, grid: Grid, split: Sequence[str], values: Sequence[Value]) -> Iterator[Series]:
    columns = rows.to_pydict()
    times = columns["moment"]
    keys = (
        list(zip(*(columns[f"g{place}"] for place in range(len(split))), strict=True)) if split else [()] * len(times)
    )
    starts = [place for place in range(len(keys)) if place == 0 or keys[place] != keys[place - 1]]
    for start, end in pairwise([*starts, len(keys)]):
        group = tuple(_as_text(value) for value in keys[start])
        places = np.array([grid.place(at) for at in times[start:end]], dtype=np.intp)
        low, high = int(places[0]), int(places[-1])
        for number, value in enumerate(values):
            found = np.array(columns[f"v{number}"][start:end], dtype=np.float64)
            points = np.full(high - low + 1, 0.0 if value.additive and grid.events else np.nan)
            points[places - low] = np.where(np.isfinite(found), found, np.nan)
            if grid.events and len(points) > 2:
                # What the first and the last period hold is a part of them only, as far as one can tell.
                yield _named(value, split, group, low + 1, points[1:-1])
            else:
                yield _named(value, split, group, low, points)


def _named(value: Value, split: Sequence[str], group: tuple[str | None, ...], first: int, points: Floats) -> Series:
    of = [
        f"{readable(column)} {'without value' if each is None else shown(each)}"
        for column, each in zip(split, group, strict=True)
    ]
    return Series(name=", ".join([value.name, *of]), value=value, group=group, first=first, values=points)


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _notes(table: Table, grid: Grid, split: Sequence[str], most: int) -> Iterator[str]:
    """What a reader has to know of the rows: how they were put together, which count for nothing."""
    source = identifier(table.dataset.name)
    if grid.made:
        yield grid.made
    names = [identifier(name) for name in split]
    key = ", ".join([*names, f"{grid.axis.moment} AS moment"])
    row = table.query(
        f"SELECT count(*) AS timed, (SELECT count(*) FROM {source}) AS everything,\n"
        f"  (SELECT count(*) FROM (SELECT DISTINCT {key} FROM {source} WHERE {grid.axis.timed})) AS times\n"
        f"FROM {source} WHERE {grid.axis.timed}"
    )[0]
    if row["everything"] > row["timed"]:
        left = count(row["everything"] - row["timed"])
        yield f"{left} rows are in no series: they have no time, or one far from all others."
    if row["timed"] > row["times"] and not grid.events:
        yield f"{count(row['timed'] - row['times'])} rows repeat the time of another: each point takes them together."
    if not names and (backwards := _backwards(table, grid)):
        yield f"Time goes backwards {count(backwards)} times from one row to the next: rows were put in order."
    if names:
        groups = table.query(f"SELECT count(*) AS n FROM (SELECT DISTINCT {', '.join(names)} FROM {source})")[0]["n"]
        if groups > most:
            yield f"Of {count(groups)} groups the {count(most)} with most rows were looked at."


def _backwards(table: Table, grid: Grid) -> int:
    earlier = f"{grid.axis.moment} < lag({grid.axis.moment}) OVER (ORDER BY {ROW})"
    return int(
        table.query(f"SELECT count(*) FILTER (earlier) AS n FROM (SELECT {earlier} AS earlier FROM {table.numbered})")[
            0
        ]["n"]
    )
