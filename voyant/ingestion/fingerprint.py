"""What identifies the content of a source, whatever it is called and whenever it was written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

_CHUNK_BYTES = 1 << 20


class _Stopped(Exception):
    """Nobody asks for the fingerprint any more."""


def fingerprint(paths: Sequence[Path], root: Path | None = None) -> str:
    """``sha256:`` and the hash of a file's bytes; of several files, of their sorted names and hashes.

    Args:
        root: Names are taken relative to it, so that a folder keeps its fingerprint when it moves; the files' common
            parent where none is given.
    """
    return _fingerprint(paths, root, Event())


@contextmanager
def fingerprint_meanwhile(paths: Sequence[Path]) -> Iterator[Callable[[], str]]:
    """Takes the fingerprint in a thread beside what is done inside, and gives it when asked; whoever leaves without it
    does not wait for it."""
    stop = Event()
    with ThreadPoolExecutor(1, thread_name_prefix="fingerprint") as pool:
        taken = pool.submit(_fingerprint, paths, None, stop)
        try:
            yield taken.result
        finally:
            stop.set()


def _fingerprint(paths: Sequence[Path], root: Path | None, stop: Event) -> str:
    if len(paths) == 1:
        return f"sha256:{_hash_of(paths[0], stop)}"
    base = root or _common_parent(paths)
    total = hashlib.sha256()
    for name, path in sorted((path.relative_to(base).as_posix(), path) for path in paths):
        total.update(f"{name}\0{_hash_of(path, stop)}\n".encode())
    return f"sha256:{total.hexdigest()}"


def _hash_of(path: Path, stop: Event) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            if stop.is_set():
                raise _Stopped
            found.update(chunk)
    return found.hexdigest()


def _common_parent(paths: Sequence[Path]) -> Path:
    parents = set(paths[0].parents)
    for path in paths[1:]:
        parents &= set(path.parents)
    return max(parents, key=lambda parent: len(parent.parts), default=Path())
