"""The page of what callers' SQL may use and gives."""

from __future__ import annotations

from tools.reference.markdown import prose
from voyant.lake import json_values
from voyant.security.sql_functions import FUNCTIONS, TABLE_FUNCTIONS


def page() -> str:
    """The values of an answer, and the functions of a statement."""
    values = (json_values.__doc__ or "").partition("\n\n")[2]
    return "\n\n".join(
        [
            "# SQL",
            "The dialect is DuckDB's. How to use it stands in [the guide](../guide/sql.md).",
            "## Values in JSON",
            prose(values).strip(),
            "## In place of a table",
            "Tables of one's own, subqueries, `VALUES`, and these functions:",
            _listed(TABLE_FUNCTIONS),
            "## Functions",
            "All operators, and these; whatever is not listed is refused.",
            _listed(FUNCTIONS),
        ]
    )


def _listed(names: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
