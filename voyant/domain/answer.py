"""What a job that predicts, groups or compares hands over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

from msgspec import Struct, field

if TYPE_CHECKING:
    import pyarrow

T = TypeVar("T")

ANSWERING = ("forecast", "regression", "anomaly", "segment", "benchmark")
"""The kinds of artifacts that hold answers."""

ROWS_SCHEMA = "job"
"""Where the rows of a job's artifacts stand in SQL: ``job.forecast`` are those of ``forecast.parquet``."""


class Answer(Struct, Generic[T], frozen=True, kw_only=True):
    """An answer, and the rows behind it.

    Attributes:
        result: What the artifact ``<kind>.json`` holds; it has ``notes``, sentences on what limits it.
        rows: By name, the first the kind's own: ``forecast`` becomes ``forecast.parquet``, further ones begin with it,
            such as ``forecast_errors``. A table, or the SELECT that gives it.
    """

    result: T
    rows: Mapping[str, pyarrow.Table | str] = field(default_factory=dict)
