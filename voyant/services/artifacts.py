"""Artifacts: listed and read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from voyant.domain.artifact import PARQUET
from voyant.domain.caller import Caller
from voyant.domain.result import ResultArtifact
from voyant.errors import InvalidInput, as_disk_full
from voyant.services.access import artifact_of, job_of
from voyant.services.wiring import artifact_store
from voyant.settings.configuration import settings
from voyant.store.models import Artifact as ArtifactRow


def list_artifacts(caller: Caller, job_id: str) -> list[ResultArtifact]:
    """The artifacts of a job, by name."""
    return [_shown(row) for row in job_of(caller, job_id).artifacts.order_by("name")]


def show_artifact(caller: Caller, job_id: str, name: str) -> ResultArtifact:
    """What an artifact is, without its bytes.

    Raises:
        NotFound: There is none of that name, or no such job.
    """
    return _shown(artifact_of(caller, job_id, name))


def read_artifact(caller: Caller, job_id: str, name: str, *, part: range | None = None) -> Iterator[bytes]:
    """The bytes of an artifact, or those at the positions of ``part``, some at a time."""
    artifact_of(caller, job_id, name)
    return artifact_store().chunks(caller.tenant, job_id, name, part)


def read_rows(
    caller: Caller, job_id: str, name: str, *, offset: int = 0, limit: int = 100
) -> tuple[tuple[str, ...], tuple[tuple[Any, ...], ...], int]:
    """Column names and some rows of an artifact that is a table, and how many rows it has.

    Raises:
        NotFound: There is none of that name, or no such job.
        InvalidInput: It is no table.
    """
    if artifact_of(caller, job_id, name).media_type != PARQUET:
        raise InvalidInput(f"{name} is no table.", remedy="Read its bytes instead.")
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(pyarrow.BufferReader(artifact_store().read(caller.tenant, job_id, name)))
    part = table.slice(offset, limit)
    columns = [column.to_pylist() for column in part.columns]
    return tuple(table.column_names), tuple(zip(*columns, strict=True)), table.num_rows


def _shown(row: ArtifactRow) -> ResultArtifact:
    return ResultArtifact(
        name=row.name,
        type=row.type,
        media_type=row.media_type,
        bytes=row.bytes,
        sha256=row.sha256,
        uri=f"voyant://jobs/{row.job_id}/artifacts/{row.name}",
    )


def export_artifacts(caller: Caller, job_id: str, folder: Path) -> None:
    """Copies all artifacts of a job into a folder, which is made where it is missing.

    Raises:
        InvalidInput: The folder cannot be written.
    """
    for artifact in list_artifacts(caller, job_id):
        path = folder / artifact.name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.writelines(read_artifact(caller, job_id, artifact.name))
        except OSError as error:
            raise as_disk_full(error) or InvalidInput(
                f"{path} cannot be written: {error.strerror}.", remedy="Name a folder that can be written."
            ) from error


def local_path(caller: Caller, job_id: str, name: str) -> Path | None:
    """Where the artifact's file stands on this machine, or None where there is none."""
    path = settings().artifacts_path / caller.tenant / job_id / name
    return path if path.is_file() else None
