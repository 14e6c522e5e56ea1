"""What is found of a column does not hang on how many others are asked at the same time, nor on how."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.analysis.normalize.conftest import stage_text
from voyant.analysis.normalize import measuring, normalize
from voyant.lake.engine import Engine

KINDS = {
    "whole": [str(number) for number in range(40)],
    "padded": [f" {number} " for number in range(40)],
    "decimal": [f"{number},5" for number in range(40)],
    "odd": [*(str(number) for number in range(39)), "about 12"],
    "day": [f"{number % 28 + 1:02}.03.2024" for number in range(40)],
    "word": ["yes", "no", "NA", None] * 10,
    "mail": [f"person{number}@example.org" for number in range(40)],
    "empty": [None] * 40,
}
COLUMNS = {f"{name}_{number}": values for number in range(70) for name, values in KINDS.items()}


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine() as engine:
        yield engine


def test_columns_measured_together_are_as_those_measured_alone(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    staged = stage_text(engine, COLUMNS)
    stacked = normalize(staged, engine)
    monkeypatch.setattr(measuring, "STACKED_ROWS", 0)
    beside = normalize(staged, engine)
    assert stacked == beside
    assert {column.type for column in stacked.dataset.columns} == {"integer", "decimal", "date", "boolean", "text"}


def test_columns_written_in_parts_are_the_table(engine: Engine, tmp_path: Path) -> None:
    normalized = normalize(stage_text(engine, COLUMNS), engine)
    assert len(normalized.parts) > 1
    whole, parts = tmp_path / "whole.parquet", tmp_path / "parts.parquet"
    engine.copy_to_parquet(normalized.select, whole)
    engine.copy_columns_to_parquet(normalized.parts, parts)
    assert engine.query(f"DESCRIBE FROM '{parts}'") == engine.query(f"DESCRIBE FROM '{whole}'")
    assert engine.query(f"FROM '{parts}'") == engine.query(f"FROM '{whole}'")
    assert pq.read_schema(parts).names == [column.name for column in normalized.dataset.columns]
