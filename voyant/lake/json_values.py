"""Arrow columns as JSON values that lose nothing.

| values | in JSON |
| --- | --- |
| integers | a number up to 2^53 − 1 either way, beyond it a string of digits |
| decimals | a number where at most 15 significant digits say it, otherwise a string |
| floats | a number; ``"NaN"``, ``"Infinity"``, ``"-Infinity"`` |
| dates, times | ISO 8601: ``2024-02-29``, ``13:45:00.5``, ``2024-02-29T13:45:00``; ``Z`` where a time zone is known |
| beyond the calendar | ``"infinity"``, ``"-infinity"`` |
| intervals | ISO 8601: ``P1Y2M3DT4H5M6.5S`` with months, days and seconds apart |
| blobs | base64 |
| lists, structs | an array, an object |
| maps | an array of ``[key, value]`` |
| all else | the engine's own text |
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

LARGEST_INTEGER = 2**53 - 1
"""Every reader of JSON holds integers up to this one exactly (RFC 8259, section 6)."""
DIGITS = 15
"""A double holds every decimal of so many digits, and gives it back."""
ENDLESS_DAYS = 2**31 - 1
ENDLESS_TIME = 2**63 - 1
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def json_values(column: Any) -> list[Any]:
    """The values of an Arrow array."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return json_values(column.dictionary_decode())
    if pa.types.is_nested(kind):
        return _nested(column)
    if pa.types.is_temporal(kind):
        return _temporal(column)
    convert = _converter(kind)
    return column.to_pylist() if convert is None else _each(convert, column.to_pylist())


def _each(convert: Callable[[Any], Any], values: list[Any]) -> list[Any]:
    return [None if value is None else convert(value) for value in values]


def _converter(kind: Any) -> Callable[[Any], Any] | None:
    if pa.types.is_integer(kind):
        return _integer if kind.bit_width == 64 else None
    if pa.types.is_decimal(kind):
        return _decimal
    if pa.types.is_floating(kind):
        return _float
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return lambda value: base64.b64encode(value).decode()
    return None


def _integer(value: int) -> int | str:
    return value if -LARGEST_INTEGER <= value <= LARGEST_INTEGER else str(value)


def _decimal(value: Decimal) -> int | float | str:
    if value == value.to_integral_value():
        return _integer(int(value))
    return float(value) if len(value.normalize().as_tuple().digits) <= DIGITS else str(value)


def _float(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _temporal(column: Any) -> list[Any]:
    kind = column.type
    if pa.types.is_date(kind):
        return _each(_date, column.view(pa.int32()).to_pylist())
    if pa.types.is_timestamp(kind):
        zone = "Z" if kind.tz else ""
        return _each(lambda value: _timestamp(value, kind.unit, zone), column.view(pa.int64()).to_pylist())
    if pa.types.is_time(kind):
        width = pa.int32() if kind.bit_width == 32 else pa.int64()
        return _each(lambda value: _time(value, kind.unit), column.view(width).to_pylist())
    return _each(_interval, column.to_pylist())


def _date(days: int) -> str:
    if abs(days) == ENDLESS_DAYS:
        return "infinity" if days > 0 else "-infinity"
    return _signed(str(np.datetime64(days, "D")))


def _timestamp(value: int, unit: str, zone: str) -> str:
    if abs(value) == ENDLESS_TIME:
        return "infinity" if value > 0 else "-infinity"
    whole, fraction = divmod(value, PER_SECOND[unit])
    return _signed(str(np.datetime64(whole, "s"))) + _fraction(fraction, unit) + zone


def _signed(text: str) -> str:
    """Years of four digits at least, and with a sign where they have more or lie before year 0: so ISO 8601 has it."""
    year, _, rest = text.removeprefix("-").partition("-")
    sign = "-" if text.startswith("-") else "+" if len(year) > 4 else ""
    return f"{sign}{year:0>4}-{rest}"


def _time(value: int, unit: str) -> str:
    whole, fraction = divmod(value, PER_SECOND[unit])
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{_fraction(fraction, unit)}"


def _fraction(value: int, unit: str) -> str:
    if not value:
        return ""
    width = len(str(PER_SECOND[unit])) - 1
    return "." + f"{value:0{width}}".rstrip("0")


def _interval(value: Any) -> str:
    months, days, nanoseconds = value
    years, months = _apart(months, 12)
    minutes, rest = _apart(nanoseconds, 60 * 10**9)
    hours, minutes = _apart(minutes, 60)
    seconds = f"{'-' * (rest < 0)}{abs(rest) // 10**9}{_fraction(abs(rest) % 10**9, 'ns')}" if rest else 0
    date = _designated(zip((years, months, days), "YMD", strict=True))
    time = _designated(zip((hours, minutes, seconds), "HMS", strict=True))
    return f"P{date}T{time}" if time else f"P{date}" if date else "PT0S"


def _apart(value: int, size: int) -> tuple[int, int]:
    """Whole parts of that size and the rest, both with the value's own sign."""
    whole, rest = divmod(abs(value), size)
    return (whole, rest) if value >= 0 else (-whole, -rest)


def _designated(parts: Iterable[tuple[Any, str]]) -> str:
    return "".join(f"{value}{letter}" for value, letter in parts if value)


def _nested(column: Any) -> list[Any]:
    kind = column.type
    if pa.types.is_struct(kind):
        return _structs(column)
    if pa.types.is_map(kind):
        return [None if found is None else [list(pair.values()) for pair in found] for found in _lists(column)]
    return _lists(column)


def _lists(column: Any) -> list[Any]:
    return [json_values(scalar.values) if scalar.is_valid else None for scalar in column]


def _structs(column: Any) -> list[Any]:
    names = [field.name for field in column.type]
    parts = zip(*(json_values(part) for part in column.flatten()), strict=True)
    made = [dict(zip(names, part, strict=True)) for part in parts]
    return [value if valid else None for value, valid in zip(made, column.is_valid().to_pylist(), strict=True)]
