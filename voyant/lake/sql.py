"""Writing SQL safely: identifiers and literals quoted, in DuckDB's dialect, which Trino's is made from."""

from __future__ import annotations


def identifier(name: str) -> str:
    """The name as a quoted identifier.

    >>> identifier('sum of "x"')
    '"sum of ""x""\"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """The text as a string literal.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + value.replace("'", "''") + "'"
