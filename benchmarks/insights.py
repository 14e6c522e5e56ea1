"""How many planted insights the first fifteen findings state.

The tables are those of InsightBench (ServiceNow, MIT licence), each with the insights planted in it; they stand in
``../shared/data/insights``, or where ``VOYANT_BENCHMARK_INSIGHTS`` says. What counts as stated was written down by hand
in ``planted_insights.json`` before counting, one entry for each planted insight:

- ``stated_by``: any of these ways; a finding counts when it is of one of ``kinds``, speaks of all ``columns``, and its
  sentence contains each text of ``says``.
- ``unsupported``: why the table given does not bear the insight out (checked on its rows), or needs what is not given.
  Such entries are left out of the figure.

Insights without text are not listed. Nothing in Voyant knows these tables or their columns.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measuring import Figure

PLANTED = Path(__file__).parent / "planted_insights.json"
FOLDER = Path(os.environ.get("VOYANT_BENCHMARK_INSIGHTS", "../shared/data/insights"))


def insights() -> Iterator[Figure]:
    """The share of the planted insights that no finding states."""
    planted = json.loads(PLANTED.read_text())
    if not FOLDER.is_dir():
        raise RuntimeError(f"No folder {FOLDER.resolve()}: name the one with flag-1.csv in VOYANT_BENCHMARK_INSIGHTS.")
    with tempfile.TemporaryDirectory(prefix="voyant-benchmark-") as home:
        os.environ["VOYANT_HOME"] = home
        findings = {name: _findings(FOLDER / f"{name}.csv", Path(home)) for name in {e["table"] for e in planted}}
    supported = [entry for entry in planted if "stated_by" in entry]
    missed = [entry for entry in supported if not _is_stated(entry, findings[entry["table"]])]
    yield Figure(
        what="planted insights that the first 15 findings do not state, share",
        measured=f"{len(supported) - len(missed)} of {len(supported)} stated",
        value=len(missed) / len(supported),
        bar=0.3,
        detail="missed: " + "; ".join(f"{entry['table']}, insight {entry['insight'] + 1}" for entry in missed),
    )


def _findings(path: Path, home: Path) -> list[dict[str, Any]]:
    import voyant

    out = home / path.stem
    voyant.analyze(path, out=out)
    found: list[dict[str, Any]] = json.loads((out / "narrative.json").read_text())["findings"]
    return found


def _is_stated(entry: dict[str, Any], findings: list[dict[str, Any]]) -> bool:
    return any(
        finding["kind"] in way["kinds"]
        and set(way["columns"]) <= set(finding["columns"])
        and all(text in finding["text"] for text in way["says"])
        for finding in findings
        for way in entry["stated_by"]
    )
