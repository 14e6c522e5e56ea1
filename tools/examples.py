"""Analyses the examples and writes what came out into their pages: ``python -m tools.examples``.

With ``--picture``, and a Chromium on the path, it also takes the picture of a report that the README shows. A browser's
picture is not the same on every machine, so it is taken when the report has changed and not in every run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tools.reference.markdown import table

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
PICTURE = ROOT / "docs" / "images" / "report.png"
PICTURED = "orders"
MARK = "<!-- From here on written by `make examples`. -->"
FINDINGS_WITH_SQL = 3


def main(*, with_picture: bool) -> None:
    """Writes the page of every example."""
    for folder in sorted(path for path in EXAMPLES.iterdir() if path.is_dir()):
        with tempfile.TemporaryDirectory() as scratch:
            out = Path(scratch)
            write_page(folder, out)
            if with_picture and folder.name == PICTURED:
                _take_picture(out / "report.html")
        print(f"examples/{folder.name} written")


def write_page(folder: Path, out: Path) -> None:
    """Analyses the folder's data and writes its page and the chart on it; the artifacts go to ``out``."""
    path = folder / "README.md"
    head = path.read_text("utf-8").split(MARK)[0].rstrip()
    path.write_text(f"{head}\n\n{MARK}\n\n{section(folder, out)}\n", "utf-8")


def section(folder: Path, out: Path) -> str:
    """What Voyant makes of the example, as Markdown."""
    source = f"examples/{folder.name}/{folder.name}.csv.gz"
    summary = _voyant(out.parent / f"{out.name}-home", source, out)
    narrative = json.loads((out / "narrative.json").read_text("utf-8"))
    parts = [
        "## What Voyant makes of it",
        f"    voyant analyze {source}",
        f"```text\n{summary}\n```",
        *_chart(folder, out),
        "## Where the numbers come from",
        f"Every finding has its statement. Those of the first {FINDINGS_WITH_SQL}, to be run with `voyant sql`:",
        *(_statement(finding) for finding in narrative["findings"][:FINDINGS_WITH_SQL]),
        "## What the columns were taken for",
        _columns(json.loads((out / "normalize.json").read_text("utf-8"))),
    ]
    return "\n\n".join(parts)


def _voyant(home: Path, source: str, out: Path) -> str:
    """The summary as a terminal shows it, without what differs from run to run."""
    command = [str(Path(sys.executable).with_name("voyant")), "analyze", source, "--out", str(out)]
    environment = {**os.environ, "VOYANT_HOME": str(home), "COLUMNS": "120"}
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)  # noqa: S603
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return done.stdout.split("\nReport ")[0].rstrip()


def _chart(folder: Path, out: Path) -> list[str]:
    """The first chart, copied beside the page."""
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    pictures = [artifact["name"] for artifact in manifest["artifacts"] if artifact["media_type"] == "image/svg+xml"]
    if not pictures:
        return []
    shutil.copy(out / pictures[0], folder / "chart.svg")
    return [f"![{Path(pictures[0]).stem.replace('_', ' ')}](chart.svg)"]


def _statement(finding: dict[str, Any]) -> str:
    return f"{finding['text']}\n\n```sql\n{finding['sql']}\n```"


def _columns(normalization: dict[str, Any]) -> str:
    rows = [
        [f"`{column['name']}`", column["type"], column["role"], column["role_reason"]]
        for column in normalization["dataset"]["columns"]
    ]
    return table(["Column", "Type", "Role", "Why"], rows)


def _take_picture(report: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("No Chromium on the path: the picture stays as it is.")
    PICTURE.parent.mkdir(exist_ok=True)
    command = [browser, "--headless", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=2"]
    command += ["--window-size=1100,1400", "--virtual-time-budget=10000", f"--screenshot={PICTURE}", report.as_uri()]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603
    print(f"{PICTURE.relative_to(ROOT)} taken")


if __name__ == "__main__":
    main(with_picture="--picture" in sys.argv[1:])
