"""Every setting is documented, and something reads it."""

from __future__ import annotations

import re

import msgspec

from tests.repo.tree import ROOT, python_files
from voyant.settings.configuration import Settings

NAMES = [field.name for field in msgspec.structs.fields(Settings)]
SOURCES = "\n".join(path.read_text("utf-8") for path in python_files(ROOT / "voyant"))
PAGE = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")


def test_every_setting_is_documented() -> None:
    assert [name for name in NAMES if f"`VOYANT_{name.upper()}`" not in PAGE] == [], "run: make docs"


def test_every_setting_is_read() -> None:
    assert [name for name in NAMES if not re.search(rf"\.{name}\b", SOURCES)] == []


def test_every_variable_that_is_named_exists() -> None:
    """Remedies and pages tell people to set variables; each must be one that we read."""
    read_elsewhere = {"HOME"}
    pages = "\n".join(path.read_text("utf-8") for path in (ROOT / "docs").rglob("*.md"))
    named = {name.lower() for name in re.findall(r"\bVOYANT_([A-Z_]+)\b", SOURCES + pages)}
    assert named - {name.lower() for name in read_elsewhere} <= set(NAMES)
