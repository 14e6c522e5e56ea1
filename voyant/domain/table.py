"""Tables as analysis sees them: columns with types, roles and units, and a way to query them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    import pyarrow

Found = TypeVar("Found")


class ColumnType(StrEnum):
    """What a column's values are, whichever engine holds them."""

    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    DATE = "date"
    TIMESTAMP = "timestamp"
    TIME = "time"
    TEXT = "text"
    BINARY = "binary"
    NESTED = "nested"

    @property
    def is_numeric(self) -> bool:
        return self in {ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT}

    @property
    def is_temporal(self) -> bool:
        return self in {ColumnType.DATE, ColumnType.TIMESTAMP}


class Role(StrEnum):
    """What a column is for."""

    TIME = "time"
    MEASURE = "measure"
    DIMENSION = "dimension"
    IDENTIFIER = "identifier"
    TEXT = "text"
    GEOGRAPHY = "geography"
    CONSTANT = "constant"
    EMPTY = "empty"


class Aggregation(StrEnum):
    """How values of a measure may be put together."""

    SUM = "sum"  # additive: amounts, counts
    MEAN = "mean"  # levels: prices, temperatures, durations, scores
    RATIO = "ratio"  # shares and rates: averaged, never added
    CIRCULAR = "circular"  # directions, of which 359 and 1 are neighbours: neither added nor averaged


class PersonalData(StrEnum):
    """Kinds of personal data; their values never appear in findings, charts or top values."""

    EMAIL = "email"
    PHONE = "phone"
    CARD = "card"
    IBAN = "iban"
    NATIONAL_ID = "national_id"
    NAME = "name"
    ADDRESS = "address"
    IP = "ip"


class Column(Struct, frozen=True, kw_only=True):
    """One column of a normalized table.

    Attributes:
        name: snake_case, unique in its table.
        original_name: As the source has it.
        engine_type: The SQL type of the stored values, such as ``DECIMAL(18,2)``.
        role_confidence: 0 to 1.
        unit: Such as ``USD``, ``%``, ``seconds``, ``days``; ``UTC`` for times that came with a zone, which others are
            not: these stand as they are written. None where none is known.
        formula: The SQL expression of a derived column (not stored, computed by the table's view); else None.
    """

    name: str
    original_name: str
    type: ColumnType
    engine_type: str
    role: Role
    role_confidence: float
    role_reason: str
    aggregation: Aggregation | None = None
    personal: PersonalData | None = None
    unit: str | None = None
    formula: str | None = None


class Dataset(Struct, frozen=True, kw_only=True):
    """What is known of a table before any statistic is computed.

    Attributes:
        name: The table's name in the lake and in every SQL statement shown.
        rows: All rows of the pinned snapshot.
    """

    name: str
    rows: int
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def with_role(self, *roles: Role) -> tuple[Column, ...]:
        """The columns of any of these roles, in table order."""
        return tuple(column for column in self.columns if column.role in roles)


ROW = "_row"
"""The column of a row's number, which no column of a normalized table can be called."""


class Table(Protocol):
    """A pinned table that analysis queries: DuckDB here, Trino on a cluster."""

    @property
    def dataset(self) -> Dataset: ...

    @property
    def numbered(self) -> str:
        """The relation, in SQL, of the same rows and columns with each row's number besides: ``ROW``, from 1, in the
        order of the snapshot."""
        ...

    def time_limit(self, seconds: float) -> AbstractContextManager[None]:
        """Stops the statements inside once the time is up, with an error."""
        ...

    def gather(self, looks: Iterable[Callable[[], Found]]) -> list[Found]:
        """What each of them returns, in their order; several may run at once, each in a thread of its own."""
        ...

    def query(self, sql: str, parameters: tuple[Any, ...] = ()) -> list[dict[str, Any]]:
        """The rows of a SELECT written in DuckDB's dialect; the table stands under its dataset's name, derived
        columns included."""
        ...

    def arrow(self, sql: str) -> pyarrow.Table:
        """The same rows as Arrow columns, for statistics over arrays; the caller bounds how many rows it asks for."""
        ...
