"""Staged tables: which of a source is meant, and its rows as they are kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voyant.analysis.normalize import Normalized
    from voyant.ingestion import StagedTable
    from voyant.lake.engine import Engine


def main_table(tables: Iterable[StagedTable]) -> StagedTable:
    """The table that its source is about: no other table's child, then the one of the most cells."""
    return max(tables, key=lambda staged: (staged.parent is None, staged.rows * len(staged.columns)))


def write_rows(path: Path, staged: StagedTable, normalized: Normalized, engine: Engine) -> None:
    """Writes the typed rows as Parquet, in the order of the source."""
    from voyant.lake.lake import is_wide

    if normalized.unchanged and staged.parquet is not None:
        shutil.copyfile(staged.parquet, path)
    elif is_wide(staged.rows, len(normalized.dataset.columns)):
        engine.copy_columns_to_parquet(normalized.parts, path)
    else:
        engine.copy_to_parquet(normalized.select, path)
