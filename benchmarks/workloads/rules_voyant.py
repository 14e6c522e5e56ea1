"""The rules checked by Voyant on a Parquet file whose columns are known already."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec

from voyant.analysis.quality.declared import Expectations, bind
from voyant.analysis.quality.rules import run
from voyant.domain.rule import DeclaredRule
from voyant.domain.serialization import from_json
from voyant.domain.table import Dataset
from voyant.lake.engine import Engine
from voyant.lake.sql import identifier, literal
from voyant.lake.table import EngineTable
from voyant.settings.configuration import Settings


def main() -> None:
    path, rules, described = (Path(argument) for argument in sys.argv[1:4])
    dataset = from_json(described.read_bytes(), Dataset)
    declared = msgspec.json.decode(rules.read_bytes(), type=tuple[DeclaredRule, ...])
    with Engine(memory_limit=Settings().memory_limit) as engine:
        engine.execute(f"CREATE VIEW {identifier(dataset.name)} AS SELECT * FROM read_parquet({literal(str(path))})")
        table = EngineTable(engine, dataset)
        checks = run(bind(Expectations(rules=declared), table), table)
    print(json.dumps({check.id: check.failed for check in checks if check.error is None}))


if __name__ == "__main__":
    main()
