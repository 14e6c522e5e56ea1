"""The profile step over a Parquet file whose columns are known already, as its artifact's bytes; a third argument is
where these are written."""

from __future__ import annotations

import sys
from pathlib import Path

from voyant.analysis.profile import profile
from voyant.domain.serialization import from_json, to_json
from voyant.domain.table import Dataset
from voyant.lake.engine import Engine
from voyant.lake.sql import identifier, literal
from voyant.lake.table import EngineTable
from voyant.settings.configuration import Settings


def main() -> None:
    path, described = Path(sys.argv[1]), Path(sys.argv[2])
    dataset = from_json(described.read_bytes(), Dataset)
    with Engine(memory_limit=Settings().memory_limit) as engine:
        engine.execute(f"CREATE VIEW {identifier(dataset.name)} AS SELECT * FROM read_parquet({literal(str(path))})")
        made = to_json(profile(EngineTable(engine, dataset)))
    for out in sys.argv[3:]:
        Path(out).write_bytes(made)


if __name__ == "__main__":
    main()
