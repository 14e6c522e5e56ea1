"""Measures the named cases, or all: ``python -m benchmarks [CASE …]``; ``benchmarks.results`` keeps what came out."""

from __future__ import annotations

import argparse
import sys

from benchmarks.cases import CASES
from benchmarks.results import keep, row


def main() -> int:
    """The number of figures that miss their bar."""
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measures what the README quotes.")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"any of: {', '.join(CASES)}; all by default")
    chosen = parser.parse_args().cases or list(CASES)
    unknown = sorted(set(chosen) - CASES.keys())
    if unknown:
        parser.error(f"no such case: {', '.join(unknown)}; there are {', '.join(CASES)}")
    missed = 0
    for name in chosen:
        figures = []
        for figure in CASES[name]():
            print(row(figure), flush=True)
            figures.append(figure)
        keep(name, figures)
        missed += sum(not figure.is_met for figure in figures)
    return missed


if __name__ == "__main__":
    sys.exit(main())
