"""Every setting is documented, and something reads it."""

from __future__ import annotations

import re

import msgspec
import pytest

from tests.repo.tree import ROOT, python_files
from voyant.settings.configuration import Settings

NAMES = [field.name for field in msgspec.structs.fields(Settings)]
SOURCES = "\n".join(path.read_text("utf-8") for path in python_files(ROOT / "voyant"))
PAGE = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_is_documented(name: str) -> None:
    assert f"`VOYANT_{name.upper()}`" in PAGE, "run: make docs"


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_is_read(name: str) -> None:
    assert re.search(rf"\.{name}\b", SOURCES), f"nothing reads the setting {name}"


def test_every_variable_that_is_named_exists() -> None:
    """Remedies and pages tell people to set variables; each must be one that we read."""
    read_elsewhere = {"HOME"}
    pages = "\n".join(path.read_text("utf-8") for path in (ROOT / "docs").rglob("*.md"))
    named = {name.lower() for name in re.findall(r"\bVOYANT_([A-Z_]+)\b", SOURCES + pages)}
    assert named - {name.lower() for name in read_elsewhere} <= set(NAMES)
