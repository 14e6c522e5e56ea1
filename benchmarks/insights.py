"""How many planted insights the first fifteen findings state: ``python -m benchmarks.insights [--data FOLDER]``.

The tables are those of InsightBench (ServiceNow, MIT licence), each with the insights planted in it. What counts as
stated was written down by hand in ``planted_insights.json`` before counting, one entry for each planted insight:

- ``stated_by``: any of these ways; a finding counts when it is of one of ``kinds``, speaks of all ``columns``, and its
  sentence contains each text of ``says``.
- ``unsupported``: why the table given does not bear the insight out (checked on its rows), or needs what is not given.
  Such entries are left out of the figure.

Insights without text are not listed. Nothing in Voyant knows these tables or their columns.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

PLANTED = Path(__file__).parent / "planted_insights.json"
BAR = 0.7


def main() -> int:
    """0 where the share reaches the bar."""
    parser = argparse.ArgumentParser(prog="benchmarks.insights", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data/insights"), help="folder of the tables")
    folder = parser.parse_args().data
    planted = json.loads(PLANTED.read_text())
    if not folder.is_dir():
        parser.error(f"no folder {folder}: give the one with flag-1.csv and its like")
    with tempfile.TemporaryDirectory() as home:
        os.environ["VOYANT_HOME"] = home
        findings = {name: _findings(folder / f"{name}.csv", Path(home)) for name in {e["table"] for e in planted}}
    supported = [entry for entry in planted if "stated_by" in entry]
    stated = [entry for entry in supported if _stating(entry, findings[entry["table"]])]
    for entry in planted:
        print(_line(entry, findings[entry["table"]], folder))
    misses = Counter(entry["table"] for entry in supported if entry not in stated)
    share = len(stated) / len(supported)
    print(f"\nStated: {len(stated)} of {len(supported)} supported insights ({share:.0%}); misses: {dict(misses)}")
    return int(share < BAR)


def _findings(path: Path, home: Path) -> list[dict[str, Any]]:
    import voyant

    out = home / path.stem
    voyant.analyze(path, out=out)
    found: list[dict[str, Any]] = json.loads((out / "narrative.json").read_text())["findings"]
    return found


def _stating(entry: dict[str, Any], findings: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The first finding that states the planted insight."""
    for finding in findings:
        for way in entry["stated_by"]:
            if (
                finding["kind"] in way["kinds"]
                and set(way["columns"]) <= set(finding["columns"])
                and all(text in finding["text"] for text in way["says"])
            ):
                return finding
    return None


def _line(entry: dict[str, Any], findings: list[dict[str, Any]], folder: Path) -> str:
    text = json.loads((folder / f"{entry['table']}.json").read_text())["insights"][entry["insight"]]["insight"]
    if "unsupported" in entry:
        return f"  --  {entry['table']}: {text[:90]}\n      not supported: {entry['unsupported']}"
    finding = _stating(entry, findings)
    told = f"{finding['id']}: {finding['text']}" if finding else "not stated"
    return f"{'  ok' if finding else 'MISS'}  {entry['table']}: {text[:90]}\n      {told}"


if __name__ == "__main__":
    sys.exit(main())
