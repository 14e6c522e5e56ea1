"""Every code of the catalogue is used, documented and in its range."""

from __future__ import annotations

import re

from tests.repo.tree import ROOT, python_files
from voyant.errors import Code

SOURCES = "\n".join(path.read_text("utf-8") for path in python_files(ROOT / "voyant"))
PAGE = (ROOT / "docs" / "reference" / "errors.md").read_text("utf-8")


def test_every_code_is_used() -> None:
    unused = [code.name for code in Code if not re.search(rf"\bCode\.{code.name}\b", SOURCES)]
    assert unused == [], "it stands in the catalogue, but nothing raises it"


def test_every_code_is_documented() -> None:
    assert [code.name for code in Code if f"`{code}`" not in PAGE] == [], "run: make docs"


def test_codes_are_unique() -> None:
    numbers = [code.number for code in Code]
    assert len(set(numbers)) == len(numbers)


def test_no_code_is_written_out_elsewhere() -> None:
    """A number in the text of a module would escape the catalogue."""
    written = {
        path.relative_to(ROOT)
        for path in python_files(ROOT / "voyant")
        if path.name != "errors.py" and re.search(r"VYNT-\d", path.read_text("utf-8"))
    }
    assert not written
