"""Where the bytes of artifacts stand: one object-store interface, a local folder here."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voyant.errors import Code, ConfigurationError, NotFound, VoyantError, as_disk_full

if TYPE_CHECKING:
    from obstore import GetOptions
    from obstore.store import ObjectStore

CHUNK_BYTES = 2**20


class ArtifactStore:
    """Artifacts of jobs, by tenant, job and name; a name is never visible before all of its bytes are."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @classmethod
    def in_folder(cls, folder: Path) -> ArtifactStore:
        """A store in a local folder, made where it is missing."""
        from obstore.store import LocalStore

        return cls(LocalStore(folder, mkdir=True))

    def write(self, tenant: str, job_id: str, name: str, data: bytes | Path) -> tuple[int, str]:
        """Writes the bytes, or those of a file; gives their number and SHA-256.

        Raises:
            ConfigurationError: The disk is full, or may not be written.
        """
        import obstore

        size, digest = _measured(data)
        try:
            obstore.put(self._store, _key(tenant, job_id, name), data)
        except (OSError, obstore.exceptions.BaseError) as error:
            raise _write_error(name, error) from error
        return size, digest

    def read(self, tenant: str, job_id: str, name: str) -> bytes:
        """The bytes of an artifact.

        Raises:
            NotFound: There is none of that name.
        """
        import obstore

        try:
            return bytes(obstore.get(self._store, _key(tenant, job_id, name)).bytes())
        except (FileNotFoundError, obstore.exceptions.NotFoundError) as error:
            raise NotFound(f"There is no artifact {name!r} of {job_id}.", code=Code.NO_ARTIFACT) from error

    def chunks(self, tenant: str, job_id: str, name: str, part: range | None = None) -> Iterator[bytes]:
        """The bytes of an artifact, or those at the positions of ``part``, some at a time."""
        import obstore

        wanted: GetOptions = {} if part is None else {"range": (part.start, part.stop)}
        try:
            found = obstore.get(self._store, _key(tenant, job_id, name), options=wanted)
            stream = found.stream(min_chunk_size=CHUNK_BYTES)
        except (FileNotFoundError, obstore.exceptions.NotFoundError) as error:
            raise NotFound(f"There is no artifact {name!r} of {job_id}.", code=Code.NO_ARTIFACT) from error
        for chunk in stream:
            yield bytes(chunk)

    def check(self) -> None:
        """Raises where the store does not answer."""
        import obstore

        obstore.list_with_delimiter(self._store)

    def remove(self, tenant: str, job_id: str) -> None:
        """Removes all artifacts of a job, and what a process that was killed has begun to write."""
        import obstore
        from obstore.store import LocalStore

        if isinstance(self._store, LocalStore):
            # A file that is still being written has a name of its own there, which no listing shows.
            shutil.rmtree(Path(str(self._store.prefix)) / tenant / job_id, ignore_errors=True)
            return
        keys = [entry["path"] for batch in obstore.list(self._store, f"{tenant}/{job_id}") for entry in batch]
        if keys:
            obstore.delete(self._store, keys)


def digest_of(chunks: Iterator[bytes]) -> str:
    """The SHA-256 of a stream of bytes, in hexadecimal."""
    digest = sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest()


def file_chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, some at a time."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _key(tenant: str, job_id: str, name: str) -> str:
    return f"{tenant}/{job_id}/{name}"


def _measured(data: bytes | Path) -> tuple[int, str]:
    if isinstance(data, Path):
        return data.stat().st_size, digest_of(file_chunks(data))
    return len(data), sha256(data).hexdigest()


def _write_error(name: str, error: Any) -> VoyantError:
    return as_disk_full(error) or ConfigurationError(
        f"The artifact {name!r} could not be written: {error}", code=Code.DATABASE
    )
