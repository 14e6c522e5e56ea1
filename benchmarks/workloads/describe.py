"""Writes what normalization finds out about a Parquet file's columns, for the profile step to start from."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from msgspec.structs import replace

from voyant.analysis.normalize import normalize
from voyant.domain.serialization import to_json
from voyant.ingestion import Limits, no_progress, source_of, stage
from voyant.lake.engine import Engine


def main() -> None:
    path, described = Path(sys.argv[1]), Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as scratch, Engine() as engine:
        [staged] = stage(source_of(str(path)), engine, Path(scratch), limits=Limits(), progress=no_progress)
        dataset = normalize(staged, engine).dataset
    stored = tuple(column for column in dataset.columns if column.formula is None)
    described.write_bytes(to_json(replace(dataset, columns=stored)))


if __name__ == "__main__":
    main()
