"""Tables that a preset derives from the analysed one."""

from __future__ import annotations

from voyant.analysis import expressions
from voyant.domain.preset import DerivedColumn, DerivedTable
from voyant.domain.table import Column, ColumnType, Dataset
from voyant.errors import Code, InvalidInput
from voyant.lake.sql import identifier

_STORED = {
    ColumnType.BOOLEAN: "BOOLEAN",
    ColumnType.INTEGER: "BIGINT",
    ColumnType.DECIMAL: "DECIMAL(18,4)",
    ColumnType.FLOAT: "DOUBLE",
    ColumnType.DATE: "DATE",
    ColumnType.TIMESTAMP: "TIMESTAMP",
    ColumnType.TEXT: "VARCHAR",
}
"""What columns can be, and as what they are stored."""


def select_of(derived: DerivedTable, dataset: Dataset) -> str:
    """The statement that gives the rows, each column of its type; checked as all SQL that people write.

    Raises:
        InvalidInput: It reads anything but the analysed table, or may answer differently each time.
    """
    try:
        tree = expressions.parse(derived.sql)
        expressions.refuse_foreign(tree, (dataset.name,))
        expressions.resolve_columns(tree, dataset)
    except expressions.NotUsable as error:
        raise InvalidInput(f"The derived table {derived.name} is refused: {error}.", code=Code.BAD_PRESET) from error
    columns = ", ".join(
        f"CAST({identifier(column.name)} AS {_STORED[column.type]}) AS {identifier(column.name)}"
        for column in derived.columns
    )
    return f"SELECT {columns} FROM ({tree.sql(dialect='duckdb')}) AS made"


def columns_of(derived: DerivedTable) -> tuple[Column, ...]:
    """The columns as analysis sees them."""
    return tuple(map(_column, derived.columns))


def can_be_stored(column: DerivedColumn) -> bool:
    return column.type in _STORED


def _column(column: DerivedColumn) -> Column:
    return Column(
        name=column.name,
        original_name=column.name,
        type=column.type,
        engine_type=_STORED[column.type],
        role=column.role,
        role_confidence=1.0,
        role_reason="the preset says so",
        aggregation=column.aggregation,
        unit=column.unit,
    )
