"""Proving a result: hashes against the manifest, and the computation done again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from voyant.artifacts.store import ArtifactStore, digest_of, file_chunks
from voyant.domain.artifact import Artifact
from voyant.domain.caller import Caller
from voyant.domain.manifest import MANIFEST_NAME, Manifest
from voyant.domain.parameters import JobParameters
from voyant.domain.serialization import from_builtins, from_json
from voyant.errors import Code, InvalidInput, NotFound
from voyant.services.access import artifact_of
from voyant.services.execution import with_uploads
from voyant.services.recording import Progress, ignore_progress
from voyant.services.wiring import artifact_store, lake
from voyant.settings.configuration import settings
from voyant.workflows.context import JobContext
from voyant.workflows.execution import Execution
from voyant.workflows.pipelines import pipeline_of
from voyant.workflows.runner import run_pipeline

READING_STEP = "normalize"
"""The step that reads the source; all later ones can be computed again from the snapshot it pinned."""


class Comparison(Struct, frozen=True, kw_only=True):
    """One artifact against the manifest.

    Attributes:
        found: Its SHA-256 now; None where it is missing.
        computed: Whether the bytes were computed anew; else they were only read.
    """

    name: str
    expected: str
    found: str | None
    computed: bool = False

    @property
    def same(self) -> bool:
        return self.found == self.expected


class Verdict(Struct, frozen=True, kw_only=True):
    """Whether all artifacts are as the manifest says."""

    job_id: str
    comparisons: tuple[Comparison, ...]

    @property
    def holds(self) -> bool:
        return all(comparison.same for comparison in self.comparisons)


class ArtifactsOfJob:
    """The artifacts of one job, wherever they stand: in the store, or beside a manifest in a folder."""

    def __init__(self, manifest: Manifest, chunks: Callable[[str], Iterator[bytes]]) -> None:
        self.manifest = manifest
        self.chunks = chunks

    @classmethod
    def locate(cls, caller: Caller, reference: str) -> ArtifactsOfJob:
        """Those of a job id, or of the path of a manifest.

        Raises:
            NotFound: There is no such job or file.
            InvalidInput: The file is no manifest.
        """
        if reference.startswith("job_"):
            artifact_of(caller, reference, MANIFEST_NAME)
            store = artifact_store()
            data = store.read(caller.tenant, reference, MANIFEST_NAME)
            return cls(_decoded(data, reference), lambda name: store.chunks(caller.tenant, reference, name))
        path = Path(reference)
        path = path / MANIFEST_NAME if path.is_dir() else path
        if not path.is_file():
            raise NotFound(
                f"There is no manifest {reference!r}.",
                code=Code.NO_ARTIFACT,
                remedy="Give a job id, the path of a manifest.json, or the folder that it stands in.",
            )
        folder = path.parent.resolve()
        return cls(_decoded(path.read_bytes(), reference), lambda name: file_chunks(_inside(folder, name)))

    def digest(self, name: str) -> str | None:
        """The SHA-256 of an artifact, or None where it is missing."""
        try:
            return digest_of(self.chunks(name))
        except (OSError, NotFound):
            return None


def verify(caller: Caller, reference: str) -> Verdict:
    """Compares the hash of every artifact with the manifest's."""
    located = ArtifactsOfJob.locate(caller, reference)
    return Verdict(
        job_id=located.manifest.job.id,
        comparisons=tuple(
            Comparison(name=artifact.name, expected=artifact.sha256, found=located.digest(artifact.name))
            for artifact in located.manifest.artifacts
        ),
    )


def replay(caller: Caller, reference: str, *, on_progress: Progress = ignore_progress) -> Verdict:
    """Computes every step after the reading of the source again, from the pinned snapshot, and compares the bytes.

    What the reading itself made is not computed again, since the source may have changed; its hashes are compared.

    Raises:
        NotFound: There is no such manifest, or the lake no longer holds its snapshot.
    """
    located = ArtifactsOfJob.locate(caller, reference)
    manifest = located.manifest
    pipeline = pipeline_of(manifest.job.kind).after(READING_STEP)
    read = [artifact for artifact in manifest.artifacts if artifact.step == READING_STEP]
    with tempfile.TemporaryDirectory() as folder:
        store = ArtifactStore.in_folder(Path(folder) / "artifacts")
        for artifact in read:
            store.write(caller.tenant, manifest.job.id, artifact.name, b"".join(located.chunks(artifact.name)))
        context = JobContext(
            tenant=caller.tenant,
            job_id=manifest.job.id,
            source_id="",
            lake=lake(),
            store=store,
            scratch=Path(folder) / "scratch",
            pinned=manifest.inputs[0],
            find_reference=lambda _pinned: manifest.inputs[1:],
            artifacts={artifact.name: artifact for artifact in read},
            moment=datetime.fromisoformat(manifest.job.created_at) if manifest.job.created_at else None,
            sql_seconds=settings().sql_timeout_seconds,
            progress=on_progress,
        )
        parameters = with_uploads(caller.tenant, from_builtins(manifest.job.parameters, JobParameters))
        with context:
            run_pipeline(
                pipeline, context, parameters, _Unobserved(on_progress), time_limit=settings().step_timeout_seconds
            )
        return Verdict(job_id=manifest.job.id, comparisons=tuple(_compared(manifest, context.artifacts, located)))


def _compared(manifest: Manifest, computed: dict[str, Artifact], located: ArtifactsOfJob) -> Iterator[Comparison]:
    for artifact in manifest.artifacts:
        if artifact.step == READING_STEP:
            yield Comparison(name=artifact.name, expected=artifact.sha256, found=located.digest(artifact.name))
        else:
            again = computed.get(artifact.name)
            found = again.sha256 if again else None
            yield Comparison(name=artifact.name, expected=artifact.sha256, found=found, computed=True)


class _Unobserved:
    """A replay leaves no trace: nothing is written down."""

    def __init__(self, on_progress: Progress) -> None:
        self._on_progress = on_progress

    def step_started(self, position: int, step: str) -> None:
        self._on_progress(step, 0.0)

    def step_finished(self, position: int, execution: Execution) -> None:
        pass


def _decoded(data: bytes, reference: str) -> Manifest:
    try:
        return from_json(data, Manifest)
    except msgspec.DecodeError as error:
        raise InvalidInput(f"{reference!r} is no manifest: {error}", code=Code.UNREADABLE) from None


def _inside(folder: Path, name: str) -> Path:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder):
        raise NotFound(f"The artifact {name!r} would stand outside of the manifest's folder.", code=Code.NO_ARTIFACT)
    return path
