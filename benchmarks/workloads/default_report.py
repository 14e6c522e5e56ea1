"""fg-data-profiling's default report of a CSV file; runs in the benchmarks' own environment, without Voyant."""

import sys
import tempfile
from pathlib import Path

import pandas as pd  # noqa: TID251 - it runs in the other tool's environment
from data_profiling import ProfileReport


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        report = ProfileReport(pd.read_csv(sys.argv[1]), progress_bar=False)
        report.to_file(Path(folder) / "report.html", silent=True)


if __name__ == "__main__":
    main()
