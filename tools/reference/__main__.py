"""The command: writes every page, or says which of them no longer agree with the code."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.reference import artifacts, cli, errors, findings, presets, rest, settings, sql, templates

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "reference"
PAGES = {
    "artifacts.md": artifacts.page,
    "cli.md": cli.page,
    "errors.md": errors.page,
    "findings.md": findings.page,
    "presets.md": presets.page,
    "openapi.json": rest.description,
    "settings.md": settings.page,
    "sql.md": sql.page,
    "templates.md": templates.page,
}
NOTE = "<!-- Written from the code by `make docs`: change the code, not this page. -->\n\n"


def main(*, check: bool) -> int:
    """The exit code: 1 where pages differ and were to be checked."""
    stale = []
    for name, page in PAGES.items():
        path = FOLDER / name
        text = (NOTE if path.suffix == ".md" else "") + page().rstrip() + "\n"
        if path.exists() and path.read_text("utf-8") == text:
            continue
        if check:
            stale.append(name)
        else:
            path.write_text(text, "utf-8")
            print(f"docs/reference/{name} written")
    if stale:
        print(f"docs/reference differs from the code in {', '.join(stale)}. Run: make docs", file=sys.stderr)
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
