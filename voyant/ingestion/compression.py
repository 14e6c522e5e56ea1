"""What files are wrapped in, taken off within limits: a small archive can hold more than any disk."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

from msgspec import Struct

from voyant.domain.source import Compression
from voyant.errors import Code, InvalidInput, as_disk_full
from voyant.ingestion.staging import Workspace

_CHUNK_BYTES = 1 << 20
_RATIO_FROM_BYTES = 256 << 20  # below, no ratio does harm
_SUFFIXES = {".gz", ".gzip", ".zst", ".zstd", ".bz2", ".xz", ".zip"}


def unpack(path: Path, compression: Compression, workspace: Workspace) -> list[Path]:
    """The files inside, expanded into the scratch folder; of a zip archive in the order of their names.

    Raises:
        InvalidInput: ``Code.TOO_LARGE`` beyond the limits, ``Code.UNREADABLE`` where it is broken or encrypted.
    """
    folder = workspace.new_folder()
    with _mapped_errors(path, compression):
        if compression is Compression.ZIP:
            return _unpack_zip(path, folder, workspace)
        name = path.stem if path.suffix.lower() in _SUFFIXES else path.name
        target = folder / (name or "data")
        with path.open("rb") as packed, _opened(packed, compression) as stream:
            _copy(stream, target, _Budget(path, workspace))
        return [target]


class Sample(Struct, frozen=True, kw_only=True):
    """The beginning of what a compressed file holds, of an archive that of its first file.

    Attributes:
        name: Of the file inside.
        size: Bytes of all that is inside: known of an archive and of what ends within the sample, else by how far the
            beginning expands.
    """

    name: str
    head: bytes
    size: int


def sample(path: Path, compression: Compression, most: int) -> Sample:
    """The first bytes of what is inside, ``most`` of them.

    Raises:
        InvalidInput: ``Code.UNREADABLE`` where it is broken, encrypted or empty.
    """
    with _mapped_errors(path, compression):
        if compression is Compression.ZIP:
            with zipfile.ZipFile(path) as archive:
                members = _members(archive)
                if not members:
                    return Sample(name=path.stem, head=b"", size=0)
                with archive.open(members[0]) as stream:
                    head = stream.read(most)
                return Sample(name=members[0].filename, head=head, size=sum(member.file_size for member in members))
        with path.open("rb") as packed, _opened(packed, compression) as stream:
            head = stream.read(most)
            read, whole = packed.tell(), path.stat().st_size
        ended = len(head) < most
        return Sample(name=path.stem, head=head, size=len(head) if ended else round(len(head) * whole / read))


def is_hidden(name: str) -> bool:
    """Whether an archive or folder holds the file for a system's own sake."""
    parts = PurePosixPath(name).parts
    return any(
        (part.startswith((".", "__MACOSX")) and part != "..") or part in {"Thumbs.db", "desktop.ini"} for part in parts
    )


def _unpack_zip(path: Path, folder: Path, workspace: Workspace) -> list[Path]:
    budget = _Budget(path, workspace)
    targets = []
    with zipfile.ZipFile(path) as archive:
        members = _members(archive)
        if len(members) > workspace.limits.max_files:
            raise InvalidInput(
                f"{path.name!r} holds {len(members):,} files; the limit max_files is {workspace.limits.max_files:,}.",
                code=Code.TOO_LARGE,
            )
        for number, member in enumerate(members):
            # A folder for each: two members can have one name, and a member's own folders are not to be trusted.
            target = folder / str(number) / (PurePosixPath(member.filename.replace("\\", "/")).name or "data")
            target.parent.mkdir()
            with archive.open(member) as stream:
                _copy(stream, target, budget)
            targets.append(target)
    return targets


def _members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files of an archive in the order of their names."""
    members = [member for member in archive.infolist() if not member.is_dir() and not is_hidden(member.filename)]
    return sorted(members, key=lambda member: member.filename)


def _opened(packed: IO[bytes], compression: Compression) -> Any:
    if compression is Compression.GZIP:
        import gzip

        return gzip.open(packed)
    if compression is Compression.BZIP2:
        import bz2

        return bz2.open(packed)
    if compression is Compression.XZ:
        return lzma.open(packed)
    import pyarrow as pa

    return pa.input_stream(packed, compression="zstd")


class _Budget:
    """What a file may still expand to."""

    def __init__(self, path: Path, workspace: Workspace) -> None:
        self._name = path.name
        self._limits = workspace.limits
        self._progress: Callable[[float], None] = workspace.progress
        self._packed = max(path.stat().st_size, 1)
        self._expanded = 0

    def spend(self, count: int) -> None:
        self._expanded += count
        if self._expanded > self._limits.max_expanded_bytes:
            self._refuse(f"max_expanded_bytes of {self._limits.max_expanded_bytes:,}")
        ratio = self._expanded / self._packed
        if self._expanded > _RATIO_FROM_BYTES and ratio > self._limits.max_expansion_ratio:
            self._refuse(f"max_expansion_ratio of {self._limits.max_expansion_ratio}")
        self._progress(0.0)

    def _refuse(self, limit: str) -> None:
        raise InvalidInput(
            f"{self._name!r} of {self._packed:,} bytes expands beyond the limit {limit}.",
            code=Code.TOO_LARGE,
            remedy="Make sure the file is what you expect, then unpack it yourself or raise the limit.",
        )


def _copy(stream: IO[bytes], target: Path, budget: _Budget) -> None:
    with target.open("wb") as file:
        while chunk := stream.read(_CHUNK_BYTES):
            budget.spend(len(chunk))
            file.write(chunk)


@contextmanager
def _mapped_errors(path: Path, compression: Compression) -> Iterator[None]:
    try:
        yield
    except EOFError as error:
        raise InvalidInput(f"The {compression} file {path.name!r} is cut off.", code=Code.UNREADABLE) from error
    except RuntimeError as error:  # zipfile's word for a member that needs a password
        raise InvalidInput(
            f"The zip archive {path.name!r} cannot be opened: {error}.",
            code=Code.UNREADABLE,
            remedy="Unpack it with its password first.",
        ) from error
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError) as error:
        raise InvalidInput(f"The {compression} file {path.name!r} is broken: {error}.", code=Code.UNREADABLE) from error
    except OSError as error:  # gzip's BadGzipFile and Arrow's errors are of this kind too
        if full := as_disk_full(error):
            raise full from error
        raise InvalidInput(
            f"The {compression} file {path.name!r} cannot be expanded: {error}.", code=Code.UNREADABLE
        ) from error
