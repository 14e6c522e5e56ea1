"""The manifest of a job: what went in, what was done, what came out."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from voyant.domain.artifact import Artifact

SCHEMA_VERSION = "1"
MANIFEST_NAME = "manifest.json"


class ManifestJob(Struct, frozen=True, kw_only=True):
    """The job; ``created_at``, in UTC and ISO 8601, is the moment that freshness was measured from."""

    id: str
    kind: str
    tenant: str
    parameters: dict[str, Any]
    created_at: str = ""


class ManifestInput(Struct, frozen=True, kw_only=True):
    """What a job read.

    Attributes:
        source: Its display name, without credentials.
        fingerprint: SHA-256 of the bytes read.
        snapshot: Of the table in the lake that holds them; empty where they were only read to compare with.
        references: Other tables that were read beside it, as those that rules looked values up in, at the snapshots
            that they had.
        earlier_rows: How many rows earlier snapshots of the table had, oldest first, where a rule asked for it.
        reference: By which readers know it as what the table is compared with, such as the brand that it is about; None
            for the table itself.
    """

    source: str
    fingerprint: str
    table: str
    snapshot: str
    rows: int
    columns: int
    references: tuple[ManifestInput, ...] = ()
    earlier_rows: tuple[int, ...] = ()
    reference: str | None = None


class ManifestStep(Struct, frozen=True, kw_only=True):
    """How a step went.

    Attributes:
        started: UTC, ISO 8601.
        libraries: Versions of what computed it.
        seed: Of its random choices.
    """

    name: str
    status: str
    started: str
    seconds: float
    libraries: dict[str, str]
    seed: int
    error: dict[str, Any] | None = None


class Manifest(Struct, frozen=True, kw_only=True):
    """Times and durations stand here only, so that artifacts are reproducible byte by byte.

    Attributes:
        inputs: The table, then what it was compared with.
    """

    schema_version: str
    job: ManifestJob
    inputs: tuple[ManifestInput, ...]
    steps: tuple[ManifestStep, ...]
    artifacts: tuple[Artifact, ...]
    result_sha256: str
    voyant_version: str
