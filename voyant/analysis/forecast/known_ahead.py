"""Columns known ahead: their values in the periods of each series, past and to come."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec.structs import replace

from voyant.analysis.forecast.grid import Grid
from voyant.analysis.forecast.seasons import Floats
from voyant.analysis.forecast.series import Loaded, Series, by_series, keys_of, most_of
from voyant.domain.table import Column, ColumnType, Table
from voyant.errors import Code, InvalidInput
from voyant.lake.sql import identifier


def past_of(grid: Grid, loaded: Loaded) -> Grid:
    """The grid up to the last period with a value in any series: later rows carry columns known ahead, or nothing."""
    return replace(grid, starts=grid.starts[: max(series.end for series in loaded.series)])


def with_columns(
    table: Table, grid: Grid, loaded: Loaded, by: Sequence[Column], columns: Sequence[Column], past: int, horizon: int
) -> Loaded:
    """The series with what the columns hold in each of their periods and in those to come, averaged where a period has
    several rows.

    Args:
        grid: With the periods to come.
        past: How many periods of it have values.

    Raises:
        InvalidInput: A column holds no numbers, or is not known for as long as the horizon.
    """
    for column in columns:
        if column.personal is not None or not (column.type.is_numeric or column.type is ColumnType.BOOLEAN):
            raise InvalidInput(
                f"The column {column.name!r} cannot be used as known ahead: it holds no numbers.",
                code=Code.UNKNOWN_COLUMN,
                data={"column": column.name},
            )
    figures = ", ".join(
        f"avg(CAST({identifier(column.name)} AS DOUBLE)) AS x{place}" for place, column in enumerate(columns)
    )
    read = table.arrow(by_series(table, grid, figures, keys_of(by), most_of(grid)))
    places = np.asarray(read.column("series").to_numpy(), dtype=np.int64)
    periods = np.asarray(read.column("period").to_numpy(), dtype="datetime64[us]")
    held = np.column_stack([read.column(f"x{place}").to_numpy(zero_copy_only=False) for place in range(len(columns))])
    index = np.searchsorted(np.array(grid.starts, dtype="datetime64[us]"), periods)
    made = []
    for series in loaded.series:
        grown = np.full((len(grid.starts), len(columns)), np.nan)
        mine = places == series.place
        grown[index[mine]] = held[mine].astype(np.float64)
        made.append(_extended(series, grown, grid, columns, past + horizon))
    return replace(loaded, series=tuple(made))


def _extended(series: Series, grown: Floats, grid: Grid, columns: Sequence[Column], until: int) -> Series:
    wanted = grown[series.first : until]
    short = until - series.first - len(wanted)
    for place, column in enumerate(columns):
        known = np.isfinite(wanted[:, place])
        if short > 0 or not known[series.end - series.first :].all():
            last = int(np.flatnonzero(known)[-1]) if known.any() else 0
            raise InvalidInput(
                f"The column {column.name!r} is known until {grid.label(grid.starts[series.first + last])} only; "
                "the forecast needs it for every period to come.",
                code=Code.NOT_ENOUGH_DATA,
                remedy="Give rows with the column and without the value for the periods to come, or a shorter horizon.",
                data={"column": column.name},
            )
        where = np.arange(len(wanted))
        wanted[:, place] = np.interp(where, where[known], wanted[known, place])
    return replace(series, columns=wanted)
