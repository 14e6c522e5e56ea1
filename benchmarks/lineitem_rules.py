"""A hundred rules for TPC-H's lineitem that every compared tool can express; some of them fail.

Written as plain data, since each tool reads them in an environment of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Rule = dict[str, Any]

_RANGES: dict[str, tuple[float, float]] = {
    "l_orderkey": (1, 6_000_000),
    "l_partkey": (1, 200_000),
    "l_suppkey": (1, 10_000),
    "l_linenumber": (1, 7),
    "l_quantity": (1, 50),
    "l_extendedprice": (900, 105_000),
    "l_discount": (0, 0.1),
    "l_tax": (0, 0.08),
}
_DATES = {
    "l_shipdate": ("1992-01-01", "1998-12-31"),
    "l_commitdate": ("1992-01-01", "1998-12-31"),
    "l_receiptdate": ("1992-01-01", "1998-12-31"),
}
_VALUES = {
    "l_returnflag": ("A", "N", "R"),
    "l_linestatus": ("F", "O"),
    "l_shipinstruct": ("COLLECT COD", "DELIVER IN PERSON", "NONE", "TAKE BACK RETURN"),
    "l_shipmode": ("AIR", "FOB", "MAIL", "RAIL", "REG AIR", "SHIP", "TRUCK"),
}
_PATTERNS = {
    "l_returnflag": "[ANR]",
    "l_linestatus": "[FO]",
    "l_shipinstruct": "[A-Z ]+",
    "l_shipmode": "[A-Z]+( AIR)?",
}
_LENGTHS = {
    "l_returnflag": (1, 1),
    "l_linestatus": (1, 1),
    "l_shipinstruct": (4, 25),
    "l_shipmode": (3, 10),
    "l_comment": (1, 44),
}
_ORDERS = (
    ("l_shipdate", "<=", "l_receiptdate"),
    ("l_shipdate", "<=", "l_commitdate"),
    ("l_commitdate", "<=", "l_receiptdate"),
    ("l_discount", "<=", "l_quantity"),
    ("l_tax", "<=", "l_quantity"),
    ("l_linenumber", "<=", "l_orderkey"),
    ("l_suppkey", "<=", "l_partkey"),
    ("l_quantity", "<", "l_extendedprice"),
    ("l_discount", "<", "l_extendedprice"),
    ("l_tax", "<", "l_extendedprice"),
    ("l_linenumber", "<=", "l_suppkey"),
    ("l_linenumber", "<=", "l_partkey"),
)


def hundred_rules() -> list[Rule]:
    """The rules, as ``DeclaredRule`` reads them."""
    rules = [*_missing(), *_ranges(), *_texts(), *_orders()]
    if len(rules) != 100:
        raise AssertionError(f"{len(rules)} rules")
    return [{"name": f"rule_{number:03}", **rule} for number, rule in enumerate(rules)]


def _missing() -> Iterator[Rule]:
    for column in (*_RANGES, *_DATES, *_VALUES, "l_comment"):
        yield {"kind": "missing", "columns": [column]}


def _ranges() -> Iterator[Rule]:
    """Both ends alone and together, as people write them, and narrower ones that fail."""
    for column, (low, high) in {**_RANGES, **_DATES}.items():
        yield {"kind": "range", "columns": [column], "minimum": low}
        yield {"kind": "range", "columns": [column], "maximum": high}
        yield {"kind": "range", "columns": [column], "minimum": low, "maximum": high}
    narrower = {column: _inner_part(*ends) for column, ends in _RANGES.items()}
    for column, (low, high) in {**narrower, **dict.fromkeys(_DATES, ("1993-01-01", "1997-12-31"))}.items():
        yield {"kind": "range", "columns": [column], "minimum": low}
        yield {"kind": "range", "columns": [column], "maximum": high}


def _inner_part(low: float, high: float) -> tuple[float, float]:
    """Without the outer tenths; whole where the range is."""
    tenth = (high - low) / 10
    inner = (low + tenth, high - tenth)
    return inner if isinstance(high, float) else (round(inner[0]), round(inner[1]))


def _texts() -> Iterator[Rule]:
    for column, values in _VALUES.items():
        yield {"kind": "values", "columns": [column], "values": list(values)}
        yield {"kind": "values", "columns": [column], "values": list(values[:-1])}
    for column, pattern in _PATTERNS.items():
        yield {"kind": "pattern", "columns": [column], "pattern": pattern}
    for column, (least, most) in _LENGTHS.items():
        yield {"kind": "length", "columns": [column], "minimum": least, "maximum": most}


def _orders() -> Iterator[Rule]:
    for left, operator, right in _ORDERS:
        yield {"kind": "comparison", "columns": [left, right], "operator": operator}
