"""Everything that can be set, by environment variables that begin with ``VOYANT_``."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from voyant.errors import ConfigurationError
from voyant.settings.secret import Secret

PREFIX = "VOYANT_"
MEMORY = r"^\d+(\.\d+)?\s?[KMGT]i?B$"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One deployment's settings; each has a default that suits a single machine."""

    home: Annotated[
        Path, Meta(description="Where the database, the lake and the artifacts of a single machine stand.")
    ] = Path(".voyant")
    database_url: Annotated[
        Secret | None,
        Meta(
            description="The PostgreSQL database where all processes of a deployment keep jobs, sources and pointers "
            "to tables, such as `postgresql://user:password@host/name`. Unset, a machine keeps them in its home."
        ),
    ] = None
    memory_limit: Annotated[
        str,
        Meta(pattern=MEMORY, description="Memory the engine may use before it spills to disk."),
    ] = "1GB"
    threads: Annotated[
        Annotated[int, Meta(ge=1)] | None, Meta(description="Cores the engine may use; all when unset.")
    ] = None
    step_timeout_seconds: Annotated[float, Meta(gt=0, description="The longest that one step of a job may take.")] = (
        3600
    )
    max_source_bytes: Annotated[
        int, Meta(gt=0, description="The largest source read, after decompression, in bytes.")
    ] = 20 * 1024**3
    max_expansion_ratio: Annotated[
        int, Meta(gt=1, description="How many times larger than its archive decompressed data may be.")
    ] = 250
    max_record_bytes: Annotated[
        int, Meta(gt=0, description="The longest row of text or JSON record read, in bytes; longer ones are rejected.")
    ] = 32 * 1024**2
    max_columns: Annotated[int, Meta(ge=1, description="The most columns that a table may have.")] = 20_000
    query_timeout_seconds: Annotated[
        float, Meta(gt=0, description="The longest that a database may take over one statement of a source.")
    ] = 3600
    url_timeout_seconds: Annotated[
        float, Meta(gt=0, description="The longest that the download of one URL may take.")
    ] = 600
    allow_private_addresses: Annotated[
        bool,
        Meta(
            description="Whether URLs, and databases that callers over the network name, may lead to private, loopback "
            "and link-local addresses."
        ),
    ] = False
    sql_row_limit: Annotated[
        int, Meta(ge=1, description="Rows that one SQL statement of a caller returns at most.")
    ] = 1000
    sql_timeout_seconds: Annotated[
        float, Meta(gt=0, description="The longest that a caller's SQL statement may run; then its process is ended.")
    ] = 60
    sql_byte_limit: Annotated[
        int, Meta(ge=1000, description="Bytes that the rows of one SQL statement's answer may take.")
    ] = 10 * 1024**2
    sql_statement_limit: Annotated[int, Meta(ge=1, description="Bytes that a caller's SQL statement may have.")] = (
        50_000
    )
    sql_memory_limit: Annotated[
        str,
        Meta(
            pattern=MEMORY,
            description="Memory that a caller's SQL statement may hold; the engine spills beyond a third of it.",
        ),
    ] = "1GB"
    sql_spill_limit: Annotated[
        str, Meta(pattern=MEMORY, description="Disk that a caller's SQL statement may spill to.")
    ] = "4GB"
    sql_concurrency: Annotated[
        int, Meta(ge=1, description="Callers' SQL statements that one process of Voyant runs at once; others wait.")
    ] = 2

    max_queued_jobs: Annotated[int, Meta(ge=1, description="Jobs that may wait for their turn.")] = 1000
    max_running_jobs: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(description="Jobs of one tenant that run at a time; as many as there are slots when unset."),
    ] = None
    worker_slots: Annotated[
        int, Meta(ge=1, description="Jobs that one worker runs at a time; each may use the memory limit.")
    ] = 2
    heartbeat_timeout_seconds: Annotated[
        float, Meta(ge=3, description="How long a worker may be silent before its step is run by another.")
    ] = 15
    temporal_address: Annotated[str, Meta(description="Where the Temporal server that keeps jobs answers.")] = (
        "127.0.0.1:7233"
    )
    temporal_namespace: Annotated[str, Meta(description="The namespace on it.")] = "default"
    temporal_task_queue: Annotated[
        str, Meta(description="The task queue that this deployment's workers share with no other deployment's.")
    ] = "voyant"
    retention_days: Annotated[
        Annotated[float, Meta(gt=0)] | None,
        Meta(description="Jobs that ended longer ago are removed with their artifacts, daily; never when unset."),
    ] = None
    secret_key: Annotated[
        Secret | None,
        Meta(
            description="The key that seals credentials of sources: 32 bytes in URL-safe base64. "
            "A single machine makes its own in the home."
        ),
    ] = None

    source_roots: Annotated[
        str | None,
        Meta(
            description="Folders whose files callers over the network may name as sources, separated as in PATH. "
            "Without any they upload, or give an address."
        ),
    ] = None
    presets_path: Annotated[
        Path | None,
        Meta(description="A folder of presets of your own, each a file of YAML, besides those that come with Voyant."),
    ] = None
    max_upload_bytes: Annotated[int, Meta(gt=0, description="The largest file that may be uploaded, in bytes.")] = (
        2 * 1024**3
    )
    max_body_bytes: Annotated[
        int, Meta(gt=0, description="The largest body of any other request over HTTP, in bytes.")
    ] = 1024**2
    allowed_hosts: Annotated[
        str | None,
        Meta(description="Host names, separated by commas, under which the server answers besides those of loopback."),
    ] = None
    allow_tenant_header: Annotated[
        bool,
        Meta(
            description="Whether the header X-Tenant-ID chooses the tenant. Only behind a proxy that sets it: "
            "it proves nothing."
        ),
    ] = False

    host: Annotated[str, Meta(description="Where the server listens: a loopback address.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535, description="The port of REST and MCP.")] = 8765
    temporal_port: Annotated[
        int, Meta(ge=1, le=65535, description="The port of the workflow engine that `voyant serve` starts.")
    ] = 7233

    @property
    def source_folders(self) -> tuple[Path, ...]:
        """The source roots, with symbolic links resolved."""
        names = self.source_roots.split(os.pathsep) if self.source_roots else []
        return tuple(Path(name).expanduser().resolve() for name in names if name)

    @property
    def host_names(self) -> frozenset[str]:
        """The names under which the server answers."""
        named = (name.strip().lower() for name in (self.allowed_hosts or "").split(","))
        return frozenset({"localhost", "127.0.0.1", "[::1]", *filter(None, named)})

    @property
    def database_path(self) -> Path:
        return self.home / "voyant.db"

    @property
    def lake_path(self) -> Path:
        return self.home / "lake"

    @property
    def artifacts_path(self) -> Path:
        return self.home / "artifacts"

    @property
    def scratch_path(self) -> Path:
        return self.home / "scratch"

    @property
    def uploads_path(self) -> Path:
        return self.home / "uploads"


def in_bytes(size: str) -> int:
    """A size such as ``1GB`` or ``512 MiB`` in bytes.

    >>> in_bytes("1.5GB"), in_bytes("1 KiB")
    (1500000000, 1024)
    """
    number, prefix, binary = re.fullmatch(r"([\d.]+)\s?([KMGT])(i?)B", size).groups()  # type: ignore[union-attr]
    return int(float(number) * (1024 if binary else 1000) ** ("KMGT".index(prefix) + 1))


@cache
def settings() -> Settings:
    """This process's settings.

    Raises:
        ConfigurationError: A variable holds what it may not; the message names it and the value received.
    """
    given: dict[str, Any] = {}
    for field in msgspec.structs.fields(Settings):
        variable = PREFIX + field.name.upper()
        if value := os.environ.get(variable):
            given[field.name] = _converted(variable, value, field.type)
    configured = Settings(**given)
    return msgspec.structs.replace(configured, home=configured.home.expanduser().absolute())


def _converted(variable: str, value: str, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind, strict=False, dec_hook=lambda own, text: own(text))
    except msgspec.ValidationError as error:
        raise ConfigurationError(
            f"The setting {variable} cannot be {value!r}: {error}. It was read from the environment.",
            remedy=f"Correct or unset the environment variable {variable}.",
        ) from None
