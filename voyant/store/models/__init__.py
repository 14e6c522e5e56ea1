"""Our tables, a file per noun."""

from voyant.store.models.artifact import Artifact
from voyant.store.models.baseline import Baseline
from voyant.store.models.contract import Contract
from voyant.store.models.iceberg import IcebergNamespaceProperty, IcebergTable
from voyant.store.models.job import IdempotencyKey, Job, JobEvent, Step
from voyant.store.models.score import Score
from voyant.store.models.source import Source
from voyant.store.models.worker import Worker

__all__ = [
    "Artifact",
    "Baseline",
    "Contract",
    "IcebergNamespaceProperty",
    "IcebergTable",
    "IdempotencyKey",
    "Job",
    "JobEvent",
    "Score",
    "Source",
    "Step",
    "Worker",
]
