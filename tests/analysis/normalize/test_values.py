"""Columns whose values are counted are read as those are whose rows are all looked at."""

from __future__ import annotations

import pytest

from tests.analysis.normalize.conftest import stage_text
from voyant.analysis.normalize import Normalized, normalize, values
from voyant.lake.engine import Engine

ROWS = 12_000

GIVEN = {
    "counted": [str(row % 700) if row % 50 else "n/a" for row in range(ROWS)],
    "amount": [f"{row % 900}.50" if row % 41 else " " for row in range(ROWS)],
    "slipped": [str(row % 300) if row != 7_777 else "12 or so" for row in range(ROWS)],
    "day": [f"2024-{row // 1_000 + 1:02}-{row % 28 + 1:02}" for row in range(ROWS)],
    "shop": [("Berlin", " Bonn", "Köln ", "-", None)[row % 5] for row in range(ROWS)],
    "minute": [f"2024-01-{row // 20_000 + 1:02}T{row // 600 % 24:02}:{row // 10 % 60:02}:00Z" for row in range(ROWS)],
    "receipt": [f"R{row:07}" for row in range(ROWS)],
    "weight": [f"{row * 7919 % ROWS}.{row % 97:02}" for row in range(ROWS)],
}


def _read(engine: Engine) -> tuple[Normalized, list[tuple[object, ...]], list[tuple[object, ...]]]:
    found = normalize(stage_text(engine, GIVEN), engine)
    return found, engine.tuples(found.select), engine.tuples(found.rejects)


def test_values_that_are_counted_are_read_as_rows_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "ROWS_OF_A_GROUP", 0)
    with Engine(threads=1) as engine:
        counted = _read(engine)
        tables = {name for (name,) in engine.tuples("SELECT table_name FROM duckdb_tables()")}
    monkeypatch.setattr(values, "MOST_VALUES", 0)
    with Engine(threads=1) as engine:
        looked_at = _read(engine)
    assert counted == looked_at
    assert counted[0].rejected_cells == 1
    assert sum(name.startswith("values") for name in tables) == len(GIVEN) - 2, "all but receipts and weights"
