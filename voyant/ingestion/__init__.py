"""How data comes in: files, URLs and databases become tables staged in an engine."""

from voyant.ingestion.discover import Discovery, discover, source_of
from voyant.ingestion.files import local_files, stage
from voyant.ingestion.protocol import Limits, Progress, StagedColumn, StagedTable, no_progress

__all__ = [
    "Discovery",
    "Limits",
    "Progress",
    "StagedColumn",
    "StagedTable",
    "discover",
    "local_files",
    "no_progress",
    "source_of",
    "stage",
]
