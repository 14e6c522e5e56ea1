"""Tables on their way in: read and typed, and not yet anybody's to see."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from voyant.domain.drift import SchemaChange
from voyant.domain.serialization import to_json
from voyant.domain.source import Source
from voyant.domain.table import Dataset
from voyant.workflows.staged import main_table

if TYPE_CHECKING:
    from voyant.analysis.normalize import Normalized
    from voyant.ingestion import StagedTable
    from voyant.ingestion.protocol import Limits
    from voyant.lake.engine import Engine
    from voyant.lake.lake import Lake


class Incoming(Struct, frozen=True, kw_only=True):
    """A table that was read and typed.

    Attributes:
        name: That it will have in the lake.
        fingerprint: Of the source.
        is_main: What its source is about; other tables of it are taken in beside it.
        kept: Gives the rows that are taken in, ``rows`` of them, where others are kept apart; None where all are.
        apart: Says which rows those others are.
    """

    name: str
    staged: StagedTable
    normalized: Normalized
    fingerprint: str
    is_main: bool
    kept: str | None = None
    rows: int = 0
    apart: str = ""

    @property
    def dataset(self) -> Dataset:
        """What is known of the rows that are taken in."""
        rows = self.normalized.dataset.rows if self.kept is None else self.rows
        return replace(self.normalized.dataset, name=self.name, rows=rows)

    @property
    def select(self) -> str:
        return self.normalized.select if self.kept is None else self.kept

    @property
    def content(self) -> str:
        """Says what rows and columns are taken in."""
        columns = to_json(self.normalized.dataset.columns)
        return sha256(f"{self.fingerprint} {self.select} {self.apart}".encode() + columns).hexdigest()


def read_in(
    source: Source,
    engine: Engine,
    scratch: Path,
    *,
    limits: Limits,
    name_for: Callable[[str], str],
    progress: Callable[[float], None],
) -> tuple[Incoming, ...]:
    """All tables of a source, typed; nothing of them is in the lake.

    Args:
        name_for: The name in the lake of a table that wants to be called so.
        progress: Told the share of it that is done.
    """
    from voyant.analysis.normalize import normalize
    from voyant.ingestion.reading import read_source

    scratch.mkdir(parents=True, exist_ok=True)
    reading = read_source(source, engine, scratch, limits=limits, progress=lambda share: progress(share / 2))
    main = main_table(reading.tables)
    tables: list[Incoming] = []
    for number, staged in enumerate(reading.tables):
        tables.append(
            Incoming(
                name=name_for(staged.name),
                staged=staged,
                normalized=normalize(staged, engine),
                fingerprint=reading.fingerprint,
                is_main=staged is main,
            )
        )
        progress((1 + (number + 1) / len(reading.tables)) / 2)
    return tuple(tables)


def changes_of(table: Incoming, lake: Lake, tenant: str) -> tuple[SchemaChange, ...]:
    """What differs in its columns from the table's snapshot before; nothing where there is none."""
    from voyant.analysis.drift.schema import schema_changes

    before = lake.earlier(tenant, table.name, table.content)
    return schema_changes(before, table.dataset) if before is not None else ()
