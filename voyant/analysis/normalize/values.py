"""The different values of long columns, where they are few: what depends on a value alone is asked of each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from msgspec.structs import replace

from voyant.analysis.normalize.measuring import COLUMNS_A_LONG_QUERY, ROWS_OF_A_GROUP
from voyant.analysis.normalize.rows import CELLS, Rows, TextColumn, chunks
from voyant.lake.engine import Engine

MOST_VALUES = 50_000
FEWEST_ROWS_A_VALUE = 5
"""On average: with fewer, counting the values takes longer than looking at each row."""


def with_values(
    engine: Engine, rows: Rows, columns: Sequence[TextColumn], sampled: Sequence[Counter[str]]
) -> list[TextColumn]:
    """The columns, those with few values of a long table with their values counted.

    Args:
        columns: Their cells are columns of the staged rows, as they stand there.
        sampled: Values of a part of the rows, which tell how many there may be.
    """
    if rows.count <= ROWS_OF_A_GROUP:
        return list(columns)
    most = min(MOST_VALUES, rows.count / FEWEST_ROWS_A_VALUE)
    few = {column.cell for column, values in zip(columns, sampled, strict=True) if _expected(values) <= most}
    # Where rows stand in the order of a column, rows far from each other differ in it more often than chance has it.
    few |= {cell for cell, found in _estimated(engine, rows, columns, but=few).items() if found <= most}
    return [_counted(engine, rows, column) if column.cell in few else column for column in columns]


def _estimated(engine: Engine, rows: Rows, columns: Sequence[TextColumn], *, but: Collection[str]) -> Mapping[str, int]:
    """About how many different values each of the other columns has, by a look at all rows."""
    cells = [column.cell for column in columns if column.cell not in but]
    asked = [f"approx_count_distinct({cell})" for cell in cells]
    found = (
        engine.tuples(f"SELECT {', '.join(chunk)} FROM {rows.relation}")[0]
        for chunk in chunks(asked, COLUMNS_A_LONG_QUERY)
    )
    return dict(zip(cells, (number for numbers in found for number in numbers), strict=True))


def _expected(sampled: Counter[str]) -> float:
    """About how many different values all rows have (Chao 1984, bias-corrected)."""
    frequencies = Counter(sampled.values())
    once, twice = frequencies[1], frequencies[2]
    return len(sampled) + once * (once - 1) / (2 * (twice + 1))


def _counted(engine: Engine, rows: Rows, column: TextColumn) -> TextColumn:
    name = engine.new_name("values")
    engine.execute(
        f"CREATE TABLE {name} AS SELECT {column.cell}, count(*) AS {CELLS} FROM {rows.relation} GROUP BY {column.cell}"
    )
    return replace(column, values=name)
