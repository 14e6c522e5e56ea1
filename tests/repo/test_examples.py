"""Example data are real, small, and say where they come from and on what terms."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.repo.tree import ROOT
from tools.examples import section

EXAMPLES = sorted(path for path in (ROOT / "examples").iterdir() if path.is_dir())
MEBIBYTE = 2**20


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_states_source_and_licence(example: Path) -> None:
    page = (example / "README.md").read_text("utf-8")
    assert "**Source**" in page
    assert "**Licence**" in page


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_small(example: Path) -> None:
    assert sum(path.stat().st_size for path in example.rglob("*") if path.is_file()) < 3 * MEBIBYTE


def test_every_example_is_listed() -> None:
    listing = (ROOT / "examples" / "README.md").read_text("utf-8")
    assert [path.name for path in EXAMPLES if f"({path.name}/README.md)" not in listing] == []


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_a_page_says_what_comes_out_today(example: Path, tmp_path: Path) -> None:
    page = (example / "README.md").read_text("utf-8")
    assert section(example.name, tmp_path / "out") in page, "run: make examples"


def test_the_readme_shows_what_the_demo_prints() -> None:
    summary = (ROOT / "examples" / "orders" / "README.md").read_text("utf-8").split("```text\n")[1].split("```")[0]
    assert summary in (ROOT / "README.md").read_text("utf-8"), "run: make examples"
