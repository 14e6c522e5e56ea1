"""Compares two Parquet files whose columns and profiles are known already; prints the columns that drifted."""

from __future__ import annotations

import sys
from pathlib import Path

from voyant.analysis.drift import compare
from voyant.domain.profile import Profile
from voyant.domain.serialization import from_json, to_json
from voyant.domain.table import Dataset
from voyant.lake.engine import Engine
from voyant.lake.sql import identifier, literal
from voyant.lake.table import EngineTable
from voyant.settings.configuration import Settings


def main() -> None:
    with Engine(memory_limit=Settings().memory_limit) as engine:
        reference, current = (_opened(engine, Path(path)) for path in sys.argv[1:])
        profiles = [from_json(Path(path).with_suffix(".profile.json").read_bytes(), Profile) for path in sys.argv[1:]]
        found = compare(reference, current, *profiles, label="before", current_label="after")
    to_json(found)
    print(*sorted(column.column for column in found.drifted))


def _opened(engine: Engine, path: Path) -> EngineTable:
    dataset = from_json(path.with_suffix(".json").read_bytes(), Dataset)
    engine.execute(f"CREATE VIEW {identifier(dataset.name)} AS SELECT * FROM read_parquet({literal(str(path))})")
    return EngineTable(engine, dataset)


if __name__ == "__main__":
    main()
