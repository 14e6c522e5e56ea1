"""Files that callers sent: kept in the home until the source that they are is removed."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath

from voyant.artifacts.store import digest_of, file_chunks
from voyant.settings.configuration import settings

SHOWN = "upload:"
LONGEST_STEM = 100


def uploads_of(tenant: str) -> Path:
    """The folder of a tenant's uploads, symbolic links resolved."""
    return Path(os.path.realpath(settings().uploads_path / tenant))


def keep(tenant: str, name: str, file: Path) -> Path:
    """Moves a file that has arrived whole to where it stays: the same name and bytes, the same place."""
    folder = uploads_of(tenant) / digest_of(file_chunks(file))
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / safe_name(name)
    file.replace(kept)
    kept.chmod(0o600)
    return kept


def holds(tenant: str, location: str) -> bool:
    """Whether it is the place of an upload of that tenant."""
    return Path(location).is_relative_to(uploads_of(tenant))


def shown(tenant: str, location: str) -> str:
    """An upload's place as callers may see it, who need not know the server's folders; any other place as it is."""
    path, folder = Path(location), uploads_of(tenant)
    return f"{SHOWN}{path.relative_to(folder)}" if path.is_relative_to(folder) else location


def found(tenant: str, location: str) -> str:
    """The place that is shown so."""
    inner = location.removeprefix(SHOWN)
    return location if inner == location else str(uploads_of(tenant) / inner)


def discard(tenant: str, location: str) -> None:
    """Removes an upload; nothing happens where the location is none."""
    path = Path(location)
    if path.is_relative_to(uploads_of(tenant)) and path.parent != uploads_of(tenant):
        path.unlink(missing_ok=True)
        if not any(path.parent.iterdir()):
            path.parent.rmdir()


def safe_name(name: str) -> str:
    """The last part of a client's file name, of letters, digits and a few signs that no system reads anything into.

    >>> safe_name("../../etc/pass wd.csv")
    'pass wd.csv'
    """
    last = PurePosixPath(name.replace("\\", "/")).name
    plain = re.sub(r"[^\w.() +-]", "_", last).strip(". ")
    path = PurePosixPath(plain or "upload")
    suffixes = "".join(path.suffixes[-2:])[-20:]
    return path.name.removesuffix(suffixes)[:LONGEST_STEM] + suffixes
