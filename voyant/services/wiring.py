"""Which adapter answers each protocol in this deployment."""

from __future__ import annotations

from functools import cache

from voyant.artifacts.store import ArtifactStore
from voyant.ingestion.protocol import Limits
from voyant.lake.confined.pool import Pool, pool
from voyant.lake.lake import Lake
from voyant.settings.configuration import in_bytes, settings


@cache
def lake() -> Lake:
    """The lake of this home."""
    configured = settings()
    return Lake(
        configured.lake_path,
        scratch=configured.scratch_path,
        memory_limit=configured.memory_limit,
        threads=configured.threads,
    )


@cache
def artifact_store() -> ArtifactStore:
    """The artifact store of this home."""
    return ArtifactStore.in_folder(settings().artifacts_path)


def sql_pool() -> Pool:
    """The processes that run callers' SQL."""
    configured = settings()
    memory = in_bytes(configured.sql_memory_limit)
    return pool(configured.scratch_path, most=configured.sql_concurrency, memory_bytes=memory)


def limits(*, is_local: bool) -> Limits:
    """What sources may cost in this deployment.

    Args:
        is_local: Whether they are read for whoever sits at this machine.
    """
    configured = settings()
    return Limits(
        max_expanded_bytes=configured.max_source_bytes,
        max_expansion_ratio=configured.max_expansion_ratio,
        max_record_bytes=configured.max_record_bytes,
        max_columns=configured.max_columns,
        query_seconds=configured.query_timeout_seconds,
        download_seconds=configured.url_timeout_seconds,
        private_addresses=configured.allow_private_addresses,
        private_databases=is_local or configured.allow_private_addresses,
    )
