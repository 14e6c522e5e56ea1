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

from benchmarks import results
from tools.reference.markdown import table

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
PICTURE = ROOT / "docs" / "images" / "report.png"
README = ROOT / "README.md"
DEMONSTRATED = "orders"
MARK = "<!-- From here on written by `make examples`. -->"
FINDINGS_WITH_SQL = 3
CHARTS = 2


def main(*, with_picture: bool) -> None:
    """Writes the page of every example."""
    for folder in sorted(path for path in EXAMPLES.iterdir() if path.is_dir()):
        with tempfile.TemporaryDirectory() as scratch:
            out = Path(scratch)
            write_page(folder, out)
            if folder.name == DEMONSTRATED:
                _update_readme(path_of_page(folder).read_text("utf-8"))
                if with_picture:
                    _take_picture(out / "report.html")
        print(f"examples/{folder.name} written")


def write_page(folder: Path, out: Path) -> None:
    """Analyses the folder's data and writes its page and the charts on it; the artifacts go to ``out``."""
    path = path_of_page(folder)
    head = path.read_text("utf-8").split(MARK)[0].rstrip()
    path.write_text(f"{head}\n\n{MARK}\n\n{section(folder.name, out)}\n", "utf-8")
    for number, (_, picture) in enumerate(_first_charts(out), start=1):
        shutil.copy(picture, folder / f"chart{number}.svg")


def path_of_page(folder: Path) -> Path:
    return folder / "README.md"


def section(example: str, out: Path) -> str:
    """What Voyant makes of the example, as Markdown; the artifacts go to ``out``."""
    source = f"examples/{example}/{example}.csv.gz"
    summary = _voyant(out.parent / f"{out.name}-home", source, out)
    narrative = json.loads((out / "narrative.json").read_text("utf-8"))
    parts = [
        "## What Voyant makes of it",
        f"    voyant analyze {source}",
        f"```text\n{summary}\n```",
        *(f"![{title}](chart{number}.svg)" for number, (title, _) in enumerate(_first_charts(out), start=1)),
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


def _first_charts(out: Path) -> list[tuple[str, Path]]:
    """Title and picture of the charts of most interest."""
    described = {path: json.loads(path.read_text("utf-8"))["usermeta"] for path in (out / "charts").glob("*.vl.json")}
    first = sorted(described, key=lambda path: int(described[path]["place"]))[:CHARTS]
    return [(described[path]["title"], path.with_name(path.name.replace(".vl.json", ".svg"))) for path in first]


def _statement(finding: dict[str, Any]) -> str:
    return f"{finding['text']}\n\n```sql\n{finding['sql']}\n```"


def _columns(normalization: dict[str, Any]) -> str:
    rows = [
        [f"`{column['name']}`", column["type"], column["role"], column["role_reason"]]
        for column in normalization["dataset"]["columns"]
    ]
    return table(["Column", "Type", "Role", "Why"], rows)


def _update_readme(page: str) -> None:
    """Quotes the example's summary and the measured figures."""
    summary = "```text\n" + page.split("```text\n")[1].split("```")[0] + "```"
    text = _between(README.read_text("utf-8"), "What `make demo` prints", summary)
    text = _between(text, "Figures of benchmarks/results.json", _figures(results.results()))
    README.write_text(text, "utf-8")


def _figures(kept: results.Results) -> str:
    parts = [f"**{title}**\n\n{results.table(figures)}" for title, figures in results.sections(kept).items()]
    return "\n\n".join([*parts, results.made_on(kept)])


def _between(text: str, opening: str, content: str) -> str:
    """The text with new content between a comment that begins so and the comment that ends it."""
    head, rest = text.split(f"<!-- {opening}", maxsplit=1)
    comment, rest = rest.split("-->\n", maxsplit=1)
    _, tail = rest.split("<!-- End of", maxsplit=1)
    return f"{head}<!-- {opening}{comment}-->\n\n{content}\n\n<!-- End of{tail}"


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
