"""A part of the staged rows, to see which formats are worth checking on all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from voyant.analysis.normalize.rows import Rows, TextColumn, chunks
from voyant.lake.engine import Engine

SAMPLED_ROWS = 1_000
SAMPLED_CELLS = 200_000
FEWEST_ROWS = 50
FEWEST_VALUES = 20


def sample(engine: Engine, rows: Rows, columns: Sequence[TextColumn]) -> list[Counter[str]]:
    """For each column the values of evenly spaced rows, with how often each stands there.

    A column that is all but empty in those rows gives some of its values from the others.
    """
    if not columns:
        return []
    wanted = max(FEWEST_ROWS, min(SAMPLED_ROWS, SAMPLED_CELLS // len(columns)))
    step = max(1, rows.count // wanted)
    cells = ", ".join(column.cell for column in columns)
    picked = f" WHERE {rows.number} % {step} = 0" if step > 1 else ""
    table = engine.tuples(f"SELECT {cells} FROM {rows.relation}{picked}")
    counted = [Counter(value for value in values if value is not None) for values in zip(*table, strict=True)]
    counted = counted or [Counter() for _ in columns]
    if step == 1:
        return counted
    scarce = [place for place, values in enumerate(counted) if values.total() < FEWEST_VALUES]
    for chunk in chunks(scarce, rows.columns_a_stack):
        for place, value in _elsewhere(engine, rows, [columns[place].cell for place in chunk]):
            counted[chunk[place]][value] += 1
    return counted


def _elsewhere(engine: Engine, rows: Rows, cells: Sequence[str]) -> list[tuple[int, str]]:
    """Some different values of each column, after the place of the column."""
    # By hash: an order that is the same in every run and has nothing to do with the values.
    return engine.tuples(
        f"SELECT place, cell FROM (SELECT DISTINCT place, cell FROM ({rows.stacked(cells)}) WHERE cell IS NOT NULL) "
        f"QUALIFY row_number() OVER (PARTITION BY place ORDER BY hash(cell), cell) <= {FEWEST_ROWS} "
        "ORDER BY place, hash(cell), cell"
    )
