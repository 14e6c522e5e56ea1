"""DuckDB's SUMMARIZE over a Parquet file: what the profile step is held against."""

from __future__ import annotations

import sys

import duckdb


def main() -> None:
    duckdb.execute(f"SUMMARIZE SELECT * FROM '{sys.argv[1]}'").fetchall()


if __name__ == "__main__":
    main()
