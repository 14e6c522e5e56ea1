"""Pages lead somewhere, and the commands they show exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from tests.repo.tree import ROOT, text_files

PAGES = [path for path in text_files() if path.suffix == ".md"]


def anchors(page: Path) -> set[str]:
    """The anchors that headings make."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        if not linked.exists() or (anchor and anchor not in anchors(linked)):
            broken.append(target)
    assert broken == []


def test_every_command_shown_exists() -> None:
    from voyant.cli.main import app

    root = typer.main.get_command(app)
    shown = {
        tuple(line.split()[1:3])
        for page in PAGES
        for line in re.findall(r"(?:^|`|\$ )(voyant [a-z]+[^`\n]*)", page.read_text("utf-8"), flags=re.MULTILINE)
    }
    commands = root.commands  # type: ignore[attr-defined]
    unknown = []
    for words in sorted(shown):
        command = commands.get(words[0])
        nested = getattr(command, "commands", None)
        if command is None or (nested and len(words) > 1 and words[1] not in nested):
            unknown.append(" ".join(words))
    assert unknown == []


def test_every_make_target_shown_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))
    shown = {name for page in PAGES for name in re.findall(r"`make ([a-z-]+)", page.read_text("utf-8"))}
    assert shown <= targets
