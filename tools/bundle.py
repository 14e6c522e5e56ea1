"""Packs the bundle that desktop hosts install with a click: ``python -m tools.bundle``.

It holds the package's source, and the host's own uv installs what it needs. The manifest is written from the code, so
that a host shows the very tools and prompts that the server has.
"""

from __future__ import annotations

import inspect
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

from voyant import __version__

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "dist" / f"voyant-{__version__}.mcpb"
FILES = ("pyproject.toml", "README.md", "LICENSE")
EPOCH = (1980, 1, 1, 0, 0, 0)
"""Of every entry, so that the same source gives the same bytes."""


def main(output: Path = OUTPUT) -> Path:
    """Where the bundle was written."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as bundle:
        _add(bundle, "manifest.json", json.dumps(manifest(), indent=2, ensure_ascii=False).encode())
        for path in _sources():
            _add(bundle, str(path.relative_to(ROOT)), path.read_bytes())
    return output


def manifest() -> dict[str, Any]:
    """What the host shows before it installs, asks of the person, and starts."""
    return {
        "manifest_version": "0.4",
        "name": "voyant",
        "display_name": "Voyant",
        "version": __version__,
        "description": "Analyses files, URLs and databases: findings in which every number can be traced.",
        "author": {"name": "The Voyant authors"},
        "license": "Apache-2.0",
        "keywords": ["data", "analysis", "quality", "sql"],
        "server": {
            "type": "uv",
            "entry_point": "voyant/cli/__main__.py",
            "mcp_config": {
                "command": "uv",
                "args": ["run", "--directory", "${__dirname}", "--extra", "server", "voyant", "mcp"],
                "env": {"VOYANT_HOME": "${user_config.home}"},
            },
        },
        **_offers(),
        "compatibility": {"platforms": ["darwin", "linux"], "runtimes": {"python": ">=3.11"}},
        "user_config": {
            "home": {
                "type": "directory",
                "title": "Home",
                "description": "Where Voyant keeps its tables, jobs and reports.",
                "default": "${HOME}/.voyant",
                "required": True,
            }
        },
    }


def _offers() -> dict[str, Any]:
    from voyant.services.home import open_home

    open_home()  # models can be imported only afterwards
    from voyant.mcp import prompts
    from voyant.mcp.server import TOOLS

    offered = (prompts.what_is_in_this_data, prompts.is_this_data_fit_for_use, prompts.what_changed)
    return {
        "tools": [{"name": tool.name, "description": _first_sentence(tool.description or "")} for tool in TOOLS],
        "prompts": [
            {
                "name": prompt.__name__,
                "description": prompt.__doc__,
                "arguments": list(names := inspect.signature(prompt).parameters),
                "text": prompt(**{name: f"${{arguments.{name}}}" for name in names}),
            }
            for prompt in offered
        ],
    }


def _first_sentence(text: str) -> str:
    return " ".join(text.split(". ")[0].split()).rstrip(".") + "."


def _sources() -> list[Path]:
    code = (path for path in (ROOT / "voyant").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return [*(ROOT / name for name in FILES), *sorted(code)]


def _add(bundle: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    bundle.writestr(entry, data)


if __name__ == "__main__":
    sys.stdout.write(f"{main()}\n")
