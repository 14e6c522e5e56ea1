"""docs/architecture.md names every folder, and no folder that is not there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.repo.tree import ROOT, folders

PAGE = ROOT / "docs" / "architecture.md"
# Folders that only mirror another, or only hold files of one kind, need no line of their own.
MIRRORS = ("tests", "examples", "docs")


def drawn_folders() -> set[Path]:
    """The folders in the page's tree, from the indentation of its lines."""
    tree = PAGE.read_text("utf-8").split("```text\n", maxsplit=1)[1].split("```")[0]
    drawn: set[Path] = set()
    parents: list[str] = []
    for line in tree.splitlines():
        if found := re.match(r"( *)([\w.]+)/(?:\s|$)", line):
            parents = [*parents[: len(found[1]) // 2], found[2]]
            drawn.add(Path(*parents))
    return drawn


def existing_folders() -> set[Path]:
    found = {path.relative_to(ROOT) for path in folders(ROOT)}
    return {path for path in found if len(path.parts) == 1 or path.parts[0] not in MIRRORS}


def test_every_folder_has_a_line() -> None:
    without = {str(path) for path in existing_folders() - drawn_folders()}
    assert not without, "give each of them a line in the tree of docs/architecture.md"


def test_the_tree_draws_only_what_exists() -> None:
    assert {str(path) for path in drawn_folders() if not (ROOT / path).is_dir()} == set()


def test_the_tree_is_read_at_all() -> None:
    assert Path("voyant/domain") in drawn_folders() & existing_folders()
