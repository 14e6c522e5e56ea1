"""Which columns hold what a contract's types say."""

from __future__ import annotations

import re

from voyant.domain.table import Column, ColumnType, Role

_NUMBERS = (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT)
_LOGICAL = {
    "string": (ColumnType.TEXT,),
    "integer": (ColumnType.INTEGER,),
    "number": _NUMBERS,
    "boolean": (ColumnType.BOOLEAN,),
    "date": (ColumnType.DATE,),
    "timestamp": (ColumnType.TIMESTAMP, ColumnType.DATE),
    "time": (ColumnType.TIME,),
    "object": (ColumnType.NESTED,),
    "array": (ColumnType.NESTED,),
    "map": (ColumnType.NESTED,),
}
_PHYSICAL = {
    ColumnType.BOOLEAN: "bool boolean bit",
    ColumnType.INTEGER: "int int2 int4 int8 integer tinyint smallint mediumint bigint hugeint serial bigserial "
    "smallserial int16 int32 int64 uint8 uint16 uint32 uint64 long short byteint",
    ColumnType.DECIMAL: "decimal numeric number money bignumeric smallmoney",
    ColumnType.FLOAT: "float float4 float8 float32 float64 real double",
    ColumnType.DATE: "date date32",
    ColumnType.TIMESTAMP: "timestamp timestamptz timestamp_ntz timestamp_ltz timestamp_tz datetime datetime2 "
    "smalldatetime datetimeoffset",
    ColumnType.TIME: "time timetz",
    ColumnType.TEXT: "varchar char nvarchar nchar varchar2 nvarchar2 character string text str clob tinytext "
    "mediumtext longtext bpchar name citext uuid uniqueidentifier xml",
    ColumnType.BINARY: "binary varbinary blob bytea bytes image",
    ColumnType.NESTED: "array map struct record json jsonb variant super object list",
}
_FAMILY = {word: kind for kind, words in _PHYSICAL.items() for word in words.split()}
_LENGTH = re.compile(r"(?i)\s*(?:n?varchar2?|n?char|character(?: varying)?|bpchar|string)\s*\(\s*(\d{1,9})[^)]*\)\s*$")
_WORD = re.compile(r"\s*([A-Za-z_][A-Za-z_0-9]*)")
_INTEGERS = re.compile(r"([iu])(8|16|32|64|128)$")


def of_logical_type(name: str, *, dates_hold_times: bool) -> tuple[ColumnType, ...]:
    """The types of columns that hold that logical type; none where the standard has no such type.

    Args:
        dates_hold_times: Before ODCS 3.1 ``date`` was the only type of moments.
    """
    accepted = _LOGICAL.get(name, ())
    return (*accepted, ColumnType.TIMESTAMP) if name == "date" and dates_hold_times else accepted


def of_physical_type(text: str) -> tuple[ColumnType, ...]:
    """The types of columns that hold what a database calls so; none where the word is not known.

    >>> of_physical_type("NUMERIC(10, 2)") == _NUMBERS, of_physical_type("geography")
    (True, ())
    """
    word = _WORD.match(text)
    family = _FAMILY.get(word[1].lower()) if word else None
    if family is None:
        return ()
    if text.rstrip().endswith("[]"):
        return (ColumnType.NESTED,)
    if family in {ColumnType.DECIMAL, ColumnType.FLOAT}:
        return _NUMBERS
    if family is ColumnType.TIMESTAMP:
        return (ColumnType.TIMESTAMP, ColumnType.DATE)
    return (family,)


def length_of(physical_type: str) -> int | None:
    """The characters that such a column can hold, where the type says so.

    >>> length_of("varchar(18)"), length_of("text")
    (18, None)
    """
    found = _LENGTH.match(physical_type)
    return int(found[1]) if found else None


def range_of(format_: str) -> tuple[int, int] | None:
    """The least and the largest integer of a format such as ``i32``.

    >>> range_of("u8")
    (0, 255)
    """
    found = _INTEGERS.match(format_)
    if not found:
        return None
    bits = int(found[2])
    return (0, 2**bits - 1) if found[1] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def holds(accepted: tuple[str, ...], column: Column, *, as_text: bool) -> bool:
    """Whether the column keeps a promise of these types.

    Args:
        as_text: The source writes its values as text, of which the types were found: text is promised then by
            whatever it was read as, and no value contradicts any type where there is none.
    """
    if column.type in accepted or (as_text and (ColumnType.TEXT in accepted or column.role is Role.EMPTY)):
        return True
    whole = column.type is ColumnType.DECIMAL and re.search(r",\s*0\)$", column.engine_type) is not None
    return whole and ColumnType.INTEGER in accepted
