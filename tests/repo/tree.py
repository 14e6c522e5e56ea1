"""The files of the project, with or without git."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = {".py", ".md", ".toml", ".lock", ".json", ".html", ".js", ".css", ".txt", ".yml", ".yaml", ""}
# What running and building leave behind, as git is told to ignore it: folders, by name or by path from the root.
IGNORED = {line.strip("/") for line in (ROOT / ".gitignore").read_text("utf-8").split() if line.endswith("/")}


def folders(under: Path) -> list[Path]:
    """Every folder of the project below that one, by name."""
    found = [path for path in sorted(under.iterdir()) if path.is_dir() and not _is_leftover(path)]
    return [folder for path in found for folder in (path, *folders(path))]


def text_files() -> list[Path]:
    """Every file of the project that people read or write as text."""
    kept = [ROOT, *(folder for folder in folders(ROOT)), ROOT / ".ci"]
    files = (path for folder in kept for path in sorted(folder.iterdir()))
    return [path for path in files if path.is_file() and path.suffix in TEXT]


def python_files(under: Path) -> list[Path]:
    return [path for path in text_files() if path.suffix == ".py" and path.is_relative_to(under)]


def _is_leftover(path: Path) -> bool:
    names = {path.name, str(path.relative_to(ROOT))}
    return path.name.startswith(".") or bool(names & IGNORED) or path.name.endswith(".egg-info")
