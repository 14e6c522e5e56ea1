"""The series of a table: one for each combination of the grouping columns, read from the engine by period."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from voyant.analysis.forecast.grid import Grid
from voyant.analysis.forecast.seasons import Floats
from voyant.analysis.kpi.values import Value
from voyant.domain.table import Column, Table
from voyant.errors import InvalidInput
from voyant.lake.sql import identifier

MOST_SERIES = 5_000
MOST_VALUES = 2_000_000
"""Of all series together, which bounds the memory."""


class Series(Struct, frozen=True, kw_only=True):
    """One series.

    Attributes:
        place: Among those of most rows.
        key: The value of each grouping column, as text; None for rows without one.
        rows: Of the table, in the periods of the grid.
        first: Index in the grid of its first period.
        values: From there to its last period with a value; NaN where none is known.
        columns: Known ahead: a row for each of these periods, and for those to come.
    """

    place: int
    key: tuple[str | None, ...]
    rows: int
    first: int
    values: Floats
    columns: Floats | None = None

    @property
    def end(self) -> int:
        """Index in the grid behind its last value."""
        return self.first + len(self.values)


class Loaded(Struct, frozen=True, kw_only=True):
    """The series that were read, those of most rows first, and how many there are."""

    series: tuple[Series, ...]
    total: int


def load(table: Table, grid: Grid, target: Value, by: Sequence[Column]) -> Loaded:
    """The series of most rows, as many as can be held.

    A series begins with its first row. A period without rows holds 0 where the target is a total, and nothing known
    elsewhere, nor where the whole table has none and the periods are those of its own rows.

    Raises:
        InvalidInput: A grouping column holds personal data.
    """
    for column in by:
        if column.personal is not None:
            raise InvalidInput(
                f"The column {column.name!r} holds personal data, whose values no artifact may show.",
                data={"column": column.name},
            )
    keys, most = keys_of(by), most_of(grid)
    groups = table.query(_groups(table, grid, keys, most))
    total = groups[0]["total"] if groups else 0
    values = table.arrow(by_series(table, grid, f"CAST({target.expression} AS DOUBLE) AS value", keys, most))
    places = np.asarray(values.column("series").to_numpy(), dtype=np.int64)
    periods = np.asarray(values.column("period").to_numpy(), dtype="datetime64[us]")
    figures = np.asarray(values.column("value").to_numpy(zero_copy_only=False), dtype=np.float64)
    figures = np.where(np.isfinite(figures), figures, np.nan)
    starts = np.array(grid.starts, dtype="datetime64[us]")
    index = np.searchsorted(starts, periods)
    on_grid = (index < len(starts)) & (starts[np.minimum(index, len(starts) - 1)] == periods)
    edges = np.searchsorted(places[on_grid], np.arange(len(groups) + 1))
    index, figures = index[on_grid], figures[on_grid]
    holds_zero = np.array([target.additive and not (grid.has_holes and start in grid.empty) for start in grid.starts])
    made = []
    for place, group in enumerate(groups):
        held = slice(edges[place], edges[place + 1])
        key = tuple(group[f"k{position}"] for position in range(len(keys)))
        values_of, first = _placed(index[held], figures[held], holds_zero)
        made.append(Series(place=place, key=key, rows=group["n"], first=first, values=values_of))
    return Loaded(series=tuple(series for series in made if len(series.values)), total=total)


def _placed(
    index: np.ndarray[tuple[int], np.dtype[np.int64]], figures: Floats, holds_zero: NDArray[np.bool_]
) -> tuple[Floats, int]:
    """The values from the first known one to the last, and the index of the first; none where none is known."""
    values = np.where(holds_zero, 0.0, np.nan)
    values[index] = figures
    if not np.isfinite(figures).any():
        return np.zeros(0), 0
    first = int(index[np.isfinite(figures)][0])
    end = int(np.flatnonzero(np.isfinite(values))[-1]) + 1
    return values[first:end], first


def keys_of(by: Sequence[Column]) -> list[str]:
    """The SQL of the grouping columns' values, as text."""
    return [f"CAST({identifier(column.name)} AS VARCHAR)" for column in by]


def most_of(grid: Grid) -> int:
    """How many series of that many periods are held."""
    return max(1, min(MOST_SERIES, MOST_VALUES // len(grid.starts)))


def _groups(table: Table, grid: Grid, keys: Sequence[str], most: int) -> str:
    named = "".join(f"{key} AS k{position}, " for position, key in enumerate(keys))
    order = "".join(f", k{position} NULLS LAST" for position in range(len(keys)))
    group = f"GROUP BY {', '.join(f'k{position}' for position in range(len(keys)))}" if keys else "HAVING count(*) > 0"
    return (
        f"SELECT {named}count(*) AS n, count(*) OVER () AS total\n"
        f"FROM {identifier(table.dataset.name)}\nWHERE {grid.within}\n{group}\n"
        f"ORDER BY n DESC{order}\nLIMIT {most}"
    )


def by_series(table: Table, grid: Grid, figures: str, keys: Sequence[str], most: int) -> str:
    """``series``, the place of a group among those of most rows, ``period``, and the figures of each."""
    source = identifier(table.dataset.name)
    if not keys:
        return (
            f"SELECT 0 AS series, {grid.bucket} AS period, {figures}\nFROM {source}\nWHERE {grid.within}\n"
            "GROUP BY 2\nORDER BY 1, 2"
        )
    named = ", ".join(f"k{position}" for position in range(len(keys)))
    same = " AND ".join(f"chosen.k{position} IS NOT DISTINCT FROM {key}" for position, key in enumerate(keys))
    return (
        f"WITH chosen AS (\n  SELECT row_number() OVER (ORDER BY n DESC"
        f"{''.join(f', k{position} NULLS LAST' for position in range(len(keys)))}) - 1 AS series, {named}\n"
        f"  FROM (\n{_groups(table, grid, keys, most)}\n) AS groups\n)\n"
        f"SELECT series, {grid.bucket} AS period, {figures}\nFROM {source} JOIN chosen ON {same}\n"
        f"WHERE {grid.within}\nGROUP BY 1, 2\nORDER BY 1, 2"
    )
