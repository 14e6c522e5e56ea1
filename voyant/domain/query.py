"""Callers' tables and the answers to their SQL."""

from __future__ import annotations

from typing import Any

from msgspec import Struct, field

from voyant.domain.table import PersonalData, Role


class TableSummary(Struct, frozen=True, kw_only=True):
    """A table as lists show it.

    Attributes:
        source: Where its rows come from, a job's id where that made them; None where that is not known any more.
        snapshot: Pins the rows; the SHA-256 of the file where a job made them.
    """

    name: str
    rows: int
    columns: int
    source: str | None
    snapshot: str


class TableColumn(Struct, frozen=True, kw_only=True):
    """A column of a table; what is not known is None.

    Attributes:
        type: The engine's, such as ``DECIMAL(18,2)``.
        kind: What its values are, such as ``decimal``.
        nullable: Whether any row lacks a value; known once the table was analysed.
    """

    name: str
    type: str
    original_name: str | None = None
    kind: str | None = None
    role: Role | None = None
    unit: str | None = None
    personal: PersonalData | None = None
    nullable: bool | None = None


class ResultColumn(Struct, frozen=True, kw_only=True):
    """A column of an answer, with the engine's type."""

    name: str
    type: str


class QueryResult(Struct, frozen=True, kw_only=True):
    """The first rows of a statement's result.

    Attributes:
        rows: As JSON values, see ``voyant.lake.json_values``.
        omitted: Empty where these are all rows; else ``cut_by`` (rows, bytes, tokens), the ``limit`` met and ``how`` to
            get the rest.
    """

    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Any, ...], ...]
    omitted: dict[str, Any] = field(default_factory=dict)


class ArrowResult(Struct, frozen=True, kw_only=True):
    """The same rows as an Arrow IPC stream."""

    columns: tuple[ResultColumn, ...]
    rows: int
    stream: bytes
    omitted: dict[str, Any] = field(default_factory=dict)
