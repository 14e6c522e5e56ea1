"""The bundle for desktop hosts is one by its own tool's judgement, and names what the server has; so does the skill."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

from tests.mcp.node_tools import run_node
from tests.repo.tree import ROOT
from tools.bundle import main
from voyant.mcp.server import TOOLS

NAMES = {tool.name for tool in TOOLS}


def test_the_bundle_is_valid_and_whole(tmp_path: Path) -> None:
    bundle = main(tmp_path / "voyant.mcpb")
    done = run_node("mcpb", "unpack", bundle, tmp_path / "unpacked")
    assert done.returncode == 0, done.stdout + done.stderr
    unpacked = tmp_path / "unpacked"
    done = run_node("mcpb", "validate", unpacked / "manifest.json")
    assert done.returncode == 0, done.stdout + done.stderr
    manifest = json.loads((unpacked / "manifest.json").read_text())
    assert {tool["name"] for tool in manifest["tools"]} == NAMES
    assert (unpacked / manifest["server"]["entry_point"]).is_file()
    assert (unpacked / "voyant" / "mcp" / "view.html").is_file()


def test_the_same_source_gives_the_same_bundle(tmp_path: Path) -> None:
    first, second = main(tmp_path / "a.mcpb"), main(tmp_path / "b.mcpb")
    assert first.read_bytes() == second.read_bytes()
    assert not [name for name in zipfile.ZipFile(first).namelist() if "__pycache__" in name]


def test_the_skill_and_the_guide_name_tools_that_there_are() -> None:
    skill = (ROOT / "skills" / "voyant" / "SKILL.md").read_text("utf-8")
    assert re.match(r"---\nname: voyant\ndescription: .", skill)
    assert set(re.findall(r"voyant_[a-z]+", skill)) <= NAMES
    guide = (ROOT / "docs" / "guide" / "mcp.md").read_text("utf-8")
    assert set(re.findall(r"voyant_[a-z]+", guide)) == NAMES
