"""How values travel from the engine to the profile: as integers wherever exact arithmetic is possible.

Decimals come as integers of their last digit, dates as days and timestamps as microseconds since 1970, so that sums
and comparisons are exact in any order, in the engine and in Python alike.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

from msgspec import Struct

from voyant.domain.profile import Scalar
from voyant.domain.table import Column, ColumnType
from voyant.lake.sql import identifier

TEXT_LIMIT = 1000
"""Longer texts are brought as their first characters, their length and a hash: told apart, never held whole."""
SHOWN_LIMIT = 200
BLANKS = " \t\n\r\v\f"
"""A text of only these is empty."""
_LENGTH_DIGITS = 12
_EXACT_IN_DOUBLE = 2**50
_INT64 = 2**63
_BEYOND_BIGINT = ("DECIMAL", "HUGEINT", "UBIGINT", "UHUGEINT")
_MICROSECONDS = Fraction(1_000_000)
_SECONDS_OF_DAY = 86_400
_EPOCH = date(1970, 1, 1)


class Kind(Enum):
    """What can be computed from a column's codes."""

    WHOLE = "integers in exact arithmetic: numbers, and booleans as 0 and 1"
    FLOAT = "doubles"
    INSTANT = "integers that count time"
    TEXT = "strings"
    OPAQUE = "hashes: told apart and nothing else"


class Coding(Struct, frozen=True):
    """The codes of one column.

    Attributes:
        expression: SQL that gives a value's code; NULL for a value that is left out (NaN, an infinity).
        per_unit: Codes in one unit of the column; for times, in one second.
    """

    column: Column
    kind: Kind
    expression: str
    per_unit: Fraction = Fraction(1)

    @property
    def is_number(self) -> bool:
        return self.kind in {Kind.WHOLE, Kind.FLOAT} and self.column.type is not ColumnType.BOOLEAN

    @property
    def has_order(self) -> bool:
        return self.kind in {Kind.WHOLE, Kind.FLOAT, Kind.INSTANT}

    def decode(self, code: Any) -> Scalar:
        """The value behind a code, as JSON can hold it."""
        match self.column.type:
            case ColumnType.BOOLEAN:
                return bool(code)
            case ColumnType.INTEGER:
                return int(code) if -_INT64 <= code < _INT64 else float(code)
            case ColumnType.DECIMAL:
                return float(code / int(self.per_unit))
            case ColumnType.FLOAT:
                return float(code)
            case ColumnType.DATE | ColumnType.TIMESTAMP | ColumnType.TIME:
                return _decode_time(self.column, code)
            case _:
                return shown(code)

    def encode(self, number: int | Decimal) -> int:
        """The code of an integer or a decimal."""
        return int(Fraction(number) * self.per_unit)

    def distance(self, codes: float) -> float:
        """A difference of codes in the column's unit; in seconds for times."""
        return float(Fraction(codes) / self.per_unit)


def coding_of(column: Column, largest: Any = 0) -> Coding:
    """The coding of a column whose values lie within ``largest`` of zero (only decimals ask for it)."""
    name = identifier(column.name)
    if column.personal is not None:
        return Coding(column, Kind.OPAQUE, _hashed(name))
    match column.type:
        case ColumnType.BOOLEAN:
            return Coding(column, Kind.WHOLE, f"CAST({name} AS INTEGER)")
        case ColumnType.INTEGER:
            wide = column.engine_type.upper().startswith(_BEYOND_BIGINT)
            return Coding(column, Kind.WHOLE, f"CAST({name} AS {'HUGEINT' if wide else 'BIGINT'})")
        case ColumnType.DECIMAL:
            per_unit = 10 ** decimal_scale(column)
            return Coding(column, Kind.WHOLE, _unscaled(name, per_unit, largest), Fraction(per_unit))
        case ColumnType.FLOAT:
            return Coding(column, Kind.FLOAT, f"CASE WHEN isfinite({name}) THEN CAST({name} AS DOUBLE) END")
        case ColumnType.DATE:
            days = f"CAST({name} - DATE '1970-01-01' AS BIGINT)"
            return Coding(
                column, Kind.INSTANT, f"CASE WHEN isfinite({name}) THEN {days} END", Fraction(1, _SECONDS_OF_DAY)
            )
        case ColumnType.TIMESTAMP:
            microseconds = f"CASE WHEN isfinite({name}) THEN epoch_us({name}) END"
            return Coding(column, Kind.INSTANT, microseconds, _MICROSECONDS)
        case ColumnType.TIME:
            return Coding(column, Kind.INSTANT, f"epoch_us(CAST({name} AS TIME))", _MICROSECONDS)
        case ColumnType.BINARY:
            return Coding(column, Kind.OPAQUE, _hashed(name))
        case _:
            return Coding(column, Kind.TEXT, _abridged(f"CAST({name} AS VARCHAR)"))


def decimal_scale(column: Column) -> int:
    """Digits after the point of a decimal column."""
    found = re.search(r",\s*(\d+)\)", column.engine_type)
    return int(found.group(1)) if found else 0


def text_length(code: str) -> int:
    """Characters of the text behind a code."""
    return int(code[TEXT_LIMIT : TEXT_LIMIT + _LENGTH_DIGITS]) if len(code) > TEXT_LIMIT else len(code)


def shown(code: str) -> str:
    """A text as a profile shows it: cut, with an ellipsis, where it is long."""
    return code if len(code) <= SHOWN_LIMIT else code[:SHOWN_LIMIT] + "…"


def _hashed(name: str) -> str:
    # hash(NULL) is a number like any other.
    return f"CASE WHEN {name} IS NOT NULL THEN hash({name}) END"


def _unscaled(name: str, per_unit: int, largest: Any) -> str:
    if abs(largest) * per_unit < _EXACT_IN_DOUBLE:
        return f"CAST(round(CAST({name} AS DOUBLE) * {per_unit}) AS BIGINT)"
    # Slow, yet right for 38 digits, which neither doubles nor a product of decimals can hold.
    return f"CAST(replace(CAST({name} AS VARCHAR), '.', '') AS HUGEINT)"


def _abridged(text: str) -> str:
    length = f"lpad(CAST(length({text}) AS VARCHAR), {_LENGTH_DIGITS}, '0')"
    return (
        f"CASE WHEN length({text}) > {TEXT_LIMIT} "
        f"THEN left({text}, {TEXT_LIMIT}) || {length} || hex(hash({text})) ELSE {text} END"
    )


def _decode_time(column: Column, code: int) -> str:
    if column.type is ColumnType.TIME:
        return (datetime.min + timedelta(microseconds=code)).time().isoformat()
    try:
        if column.type is ColumnType.DATE:
            return (_EPOCH + timedelta(days=code)).isoformat()
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=code)
        return moment.isoformat() if "ZONE" in column.engine_type else moment.replace(tzinfo=None).isoformat()
    except OverflowError:  # years that Python's dates do not know
        import numpy as np

        return str(np.datetime64(code, "D" if column.type is ColumnType.DATE else "us"))
