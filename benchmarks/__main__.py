"""Measures the named cases, or all: ``python -m benchmarks [CASE …]``; writes benchmarks/results.md after all."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.cases import CASES
from benchmarks.measuring import Figure, machine
from voyant import __version__

RESULTS = Path(__file__).parent / "results.md"


def main() -> int:
    """The number of figures that miss their bar."""
    parser = argparse.ArgumentParser(prog="benchmarks", description="Measures what the README quotes.")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"any of: {', '.join(CASES)}; all by default")
    chosen = parser.parse_args().cases or list(CASES)
    unknown = sorted(set(chosen) - CASES.keys())
    if unknown:
        parser.error(f"no such case: {', '.join(unknown)}; there are {', '.join(CASES)}")
    figures = []
    for name in chosen:
        for figure in CASES[name]():
            print(_row(figure), flush=True)
            figures.append(figure)
    if set(chosen) == CASES.keys():
        RESULTS.write_text(_page(figures))
    return sum(not figure.is_met for figure in figures)


def _row(figure: Figure) -> str:
    return f"| {figure.what} | {figure.measured} | {figure.bar:g} | {'met' if figure.is_met else 'missed'} |"


def _page(figures: list[Figure]) -> str:
    rows = "\n".join(map(_row, figures))
    return (
        f"# Benchmarks\n\nVoyant {__version__}, measured by `make bench` on {machine()}.\n\n"
        f"| what | measured | at most | |\n| --- | --- | --- | --- |\n{rows}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
