"""Measures the named cases, or all: ``python -m benchmarks [CASE …]``; writes the figures to benchmarks/results.md.

After some cases only, the figures of the others stay as they were."""

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
    kept = {} if set(chosen) == CASES.keys() else _kept()
    RESULTS.write_text(_page(kept | {figure.what: _row(figure) for figure in figures}))
    return sum(not figure.is_met for figure in figures)


def _row(figure: Figure) -> str:
    return f"| {figure.what} | {figure.measured} | {figure.bar:g} | {'met' if figure.is_met else 'missed'} |"


def _kept() -> dict[str, str]:
    """The rows of the page by what they are of."""
    rows = [line for line in RESULTS.read_text().splitlines() if line.endswith(("| met |", "| missed |"))]
    return {row.split("|")[1].strip(): row for row in rows}


def _page(figures: dict[str, str]) -> str:
    """The page of these rows, by what they are of."""
    rows = "\n".join(figures.values())
    return (
        f"# Benchmarks\n\nVoyant {__version__}, measured by `make bench` on {machine()}.\n\n"
        f"| what | measured | at most | |\n| --- | --- | --- | --- |\n{rows}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
