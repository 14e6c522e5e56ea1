"""Values that people give, as SQL of the type of the column that they are compared with."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

from voyant.analysis.expressions import NotUsable
from voyant.domain.profile import Scalar
from voyant.domain.table import Column, ColumnType
from voyant.lake.sql import literal


def typed(value: Scalar, column: Column) -> str:
    """The value as SQL, to be compared with the column's values.

    Raises:
        NotUsable: No value of the column could be equal to it, such as a word and a number.
    """
    kind = column.type
    if kind.is_numeric and not isinstance(value, bool):
        return _number(value, column)
    if kind is ColumnType.BOOLEAN and isinstance(value, bool):
        return str(value).lower()
    if kind is ColumnType.TEXT and isinstance(value, str):
        return literal(value)
    if isinstance(value, str):
        try:
            return _temporal(value, kind)
        except ValueError:
            pass
    raise _unfit(value, column)


def _number(value: Scalar, column: Column) -> str:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise _unfit(value, column) from None
    if not number.is_finite():
        raise _unfit(value, column)
    # As many digits as were given: the engine compares decimals exactly.
    return repr(value) if isinstance(value, float) else f"{number:f}"


def _temporal(value: str, kind: ColumnType) -> str:
    if kind is ColumnType.TIME:
        return f"TIME {literal(time.fromisoformat(value).isoformat())}"
    if kind is ColumnType.DATE and len(value) <= len("2024-02-29"):
        return f"DATE {literal(date.fromisoformat(value).isoformat())}"
    if kind.is_temporal:
        return moment_sql(datetime.fromisoformat(value))
    raise ValueError(value)


def moment_sql(moment: datetime) -> str:
    """A moment as the lake keeps them: in UTC, without a zone."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return f"TIMESTAMP {literal(moment.isoformat(sep=' '))}"


def _unfit(value: Scalar, column: Column) -> NotUsable:
    return NotUsable(f"{column.name} is of the type {column.type}, with which {value!r} cannot be compared")
