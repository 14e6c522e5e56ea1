"""Writes the lock files: ``python -m tools.lock``.

Each names every package with its version and hashes, for every Python that we support, and no index host: whoever
installs chooses where packages come from, and the hashes hold whatever the place.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INSTALLER = "requirements-pip.lock"
RUNTIME = "requirements.lock"
DEVELOPMENT = "requirements-dev.lock"
UNLOCKED = {"evidently"}
"""It brings a web framework and a client that tells its makers of its use: whoever wants it installs it."""


def main() -> None:
    """Resolves the runtime first; development then keeps to the versions it chose."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [f"--extra={name}" for name in project["optional-dependencies"] if name not in UNLOCKED]
    _compile(INSTALLER, "--group", "pyproject.toml:installer", source=())
    _compile(RUNTIME, *extras, "--group", "build")
    _compile(DEVELOPMENT, *extras, "--group", "build", "--group", "dev", "--constraints", RUNTIME)


def _compile(output: str, *arguments: str, source: tuple[str, ...] = ("pyproject.toml",)) -> None:
    command = [sys.executable, "-m", "uv", "pip", "compile", *source, *arguments]
    # One version of each package for all Pythons, so that results do not depend on which of them runs.
    command += ["--universal", "--python-version", "3.11", "--fork-strategy", "fewest", "--upgrade"]
    command += ["--generate-hashes", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
    command += ["--quiet", "--output-file", output]
    environment = {**os.environ, "UV_CUSTOM_COMPILE_COMMAND": "make lock"}
    subprocess.run(command, cwd=ROOT, check=True, env=environment)  # noqa: S603


if __name__ == "__main__":
    main()
