"""What identifies the content of a source, whatever it is called and whenever it was written."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path


def fingerprint(paths: Sequence[Path], root: Path | None = None) -> str:
    """``sha256:`` and the hash of a file's bytes; of several files, of their sorted names and hashes.

    Args:
        root: Names are taken relative to it, so that a folder keeps its fingerprint when it moves; the files' common
            parent where none is given.
    """
    if len(paths) == 1:
        return f"sha256:{_hash_of(paths[0])}"
    base = root or _common_parent(paths)
    total = hashlib.sha256()
    for name, path in sorted((path.relative_to(base).as_posix(), path) for path in paths):
        total.update(f"{name}\0{_hash_of(path)}\n".encode())
    return f"sha256:{total.hexdigest()}"


def _hash_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _common_parent(paths: Sequence[Path]) -> Path:
    parents = set(paths[0].parents)
    for path in paths[1:]:
        parents &= set(path.parents)
    return max(parents, key=lambda parent: len(parent.parts), default=Path())
