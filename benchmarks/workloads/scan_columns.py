"""Every value of a Parquet file read once by DuckDB; hashed, since a footer answers for less."""

from __future__ import annotations

import sys

from voyant.lake.engine import Engine
from voyant.lake.sql import literal
from voyant.settings.configuration import Settings


def main() -> None:
    with Engine(memory_limit=Settings().memory_limit) as engine:
        engine.query(f"SELECT bit_xor(hash(COLUMNS(*))) FROM read_parquet({literal(sys.argv[1])})")


if __name__ == "__main__":
    main()
