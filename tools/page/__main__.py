"""Writes the assets of the report that others have made: Vega for its charts, a typeface, and their licences.

They are committed, since a report must be written without Node and without network; this says exactly how they came
to be. Run ``python -m tools.page`` after changing a version in ``package.json``; it needs npm.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ASSETS = HERE.parent.parent / "voyant" / "report" / "assets"
FONT = "@fontsource/source-serif-4"
WEIGHTS = (400, 600)


def main() -> None:
    """Installs the locked packages into a scratch folder and writes the assets from them."""
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch)
        for name in ("package.json", "package-lock.json", "entry.js"):
            shutil.copy(HERE / name, work)
        _run("npm", "ci", "--no-audit", "--no-fund", at=work)
        bundled = _bundle(work)
        modules = work / "node_modules"
        for weight in WEIGHTS:
            font = modules / FONT / "files" / f"source-serif-4-latin-{weight}-normal.woff2"
            shutil.copy(font, ASSETS / f"source-serif-{weight}.woff2")
        (ASSETS / "LICENSES.txt").write_text(_licences(modules, [*bundled, FONT]))


def _bundle(work: Path) -> list[str]:
    """Writes vega.js; the names of the packages that went into it."""
    _run(
        *("node_modules/.bin/esbuild", "entry.js", "--bundle", "--minify", "--format=iife", "--target=es2020"),
        *("--charset=utf8", "--legal-comments=none", "--metafile=meta.json", "--outfile=vega.js"),
        at=work,
    )
    # A report is a redistribution, so the licences' texts travel in it.
    texts = [(work / "node_modules" / name / "LICENSE").read_text().strip() for name in ("vega-view", "d3-array")]
    banner = "\n\n".join(("Vega", texts[0], "D3", texts[1])).replace("*/", "")
    (ASSETS / "vega.js").write_text(f"/*\n{banner}\n*/\n{(work / 'vega.js').read_text()}")
    inputs = json.loads((work / "meta.json").read_text())["inputs"]
    return sorted({path.split("/")[1] for path in inputs if path.startswith("node_modules/")})


def _licences(modules: Path, names: list[str]) -> str:
    """Each licence's text once, under the packages that come with it."""
    holders: dict[str, list[str]] = {}
    for name in names:
        about = json.loads((modules / name / "package.json").read_text())
        found = next(iter(sorted((modules / name).glob("LICEN[SC]E*"))), None)
        text = found.read_text().strip() if found else ""
        holders.setdefault(text, []).append(f"{name} {about['version']} ({about['license']})")
    parts = ["Parts of the report that others have made, with their licences."]
    parts += ["\n".join(packages) + "\n\n" + text for text, packages in holders.items()]
    return f"\n\n{'-' * 100}\n\n".join(parts) + "\n"


def _run(*command: str, at: Path) -> None:
    subprocess.run(command, cwd=at, check=True)  # noqa: S603 - the commands stand above


if __name__ == "__main__":
    main()
