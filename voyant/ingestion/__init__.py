"""How data comes in: files, URLs and databases become tables staged in an engine."""

from voyant.ingestion.files import stage
from voyant.ingestion.protocol import Limits, Progress, StagedColumn, StagedTable, no_progress

__all__ = ["Limits", "Progress", "StagedColumn", "StagedTable", "no_progress", "stage"]
