"""A part of the staged rows, to see which formats are worth checking on all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from voyant.lake.engine import Engine

SAMPLED_ROWS = 1_000
SAMPLED_CELLS = 200_000
FEWEST_ROWS = 50
FEWEST_VALUES = 20


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A column of written values: its name in the source, and the SQL that gives a cell."""

    name: str
    cell: str


@dataclass(frozen=True, slots=True)
class Rows:
    """The staged rows; ``number`` is the SQL of a row's number in the source."""

    relation: str
    number: str
    count: int


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
    return [
        values if values.total() >= FEWEST_VALUES else values + _elsewhere(engine, rows, column)
        for column, values in zip(columns, counted, strict=True)
    ]


def _elsewhere(engine: Engine, rows: Rows, column: TextColumn) -> Counter[str]:
    # By hash: an order that is the same in every run and has nothing to do with the values.
    found = engine.tuples(
        f"SELECT DISTINCT {column.cell} AS cell FROM {rows.relation} WHERE cell IS NOT NULL "
        f"ORDER BY hash(cell), cell LIMIT {FEWEST_ROWS}"
    )
    return Counter(value for (value,) in found)
