"""SQL that people give, for key figures and for rules: parsed and checked before anything runs.

It may only read the tables that it is meant to read and columns that they have, and must give the same answer whenever
it is asked. What is left is written anew from the tree that was checked, so that nothing else reaches the engine.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from voyant.domain.table import Dataset
from voyant.errors import VoyantError
from voyant.security.sql_guard import Known, referenced_tables

if TYPE_CHECKING:
    from sqlglot import exp

# Functions that answer differently from one call, clock or order of rows to the next.
_UNREPEATABLE_PREFIXES = ("approx_", "current_", "local", "rand", "utc_", "uuid", "session_")
_UNREPEATABLE = {"any_value", "arg_max", "arg_min", "array_agg", "first", "group_concat", "last", "shuffle", "uniform"}
# Functions that make a value as large as an argument says, which the engine can neither bound nor interrupt.
_UNBOUNDED = {"pad", "repeat", "space"}
# Of the functions that sqlglot has no class for, those that only compute.
_KNOWN_BESIDES = {"even", "isfinite", "isinf", "isnan", "trunc"}
_NAME = re.compile(r"\w+")
_SHOWN_COLUMNS = 40


class NotUsable(Exception):
    """Why SQL is refused, as the end of a sentence; whoever asked knows whose it is."""


class UnknownColumn(NotUsable):
    """It names a column that the table lacks."""

    def __init__(self, column: str, dataset: Dataset) -> None:
        self.column = column
        self.columns = [known.name for known in dataset.columns]
        super().__init__(f"it names the column {column!r}; the table {dataset.name} has {_listed(self.columns)}")


def parse(sql: str) -> exp.Expr:
    """The one statement or expression that the text holds.

    Raises:
        NotUsable: It cannot be parsed, or is not one.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        trees = [tree for tree in sqlglot.parse(sql, read="duckdb") if tree is not None]
    except (SqlglotError, RecursionError) as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise NotUsable(f"it cannot be parsed: {reason}") from error
    if len(trees) != 1:
        raise NotUsable(f"it holds {len(trees)} statements, not one")
    return trees[0].this if isinstance(trees[0], exp.Alias) else trees[0]


def refuse_unsafe(tree: exp.Expr) -> None:
    """Refuses everything that writes, is incomplete, or cannot be repeated, whatever the tables.

    Raises:
        NotUsable: It does one of these.
    """
    from sqlglot import exp

    if tree.find(exp.DML, exp.DDL, exp.Command, exp.Into, exp.Lock):
        raise NotUsable("it does more than read")
    if tree.find(exp.Placeholder, exp.Parameter, exp.SessionParameter):
        raise NotUsable("it has parameters")
    for function in tree.find_all(exp.Func):
        name = function.name.lower() if isinstance(function, exp.Anonymous) else function.sql_name().lower()
        unknown = isinstance(function, exp.Anonymous) and name not in _KNOWN_BESIDES
        if unknown or name in _UNREPEATABLE or name.startswith(_UNREPEATABLE_PREFIXES):
            why = "is not known" if unknown else "may answer differently each time"
            raise NotUsable(f"the function {name} {why}")
        if name in _UNBOUNDED:
            raise NotUsable(f"the function {name} may make values of any size")


def tables_of(tree: exp.Expr) -> tuple[str, ...]:
    """The names of the tables that it reads, each once.

    Raises:
        NotUsable: It reads from a file, a function or another catalogue.
    """
    from sqlglot import exp

    local = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    found: dict[str, None] = {}
    for table in tree.find_all(exp.Table):
        named = isinstance(table.this, exp.Identifier) and not table.args.get("db") and not table.args.get("catalog")
        if not named or not _NAME.fullmatch(table.name):  # what is no word is the path of a file
            raise NotUsable(f"it reads {table.sql(dialect='duckdb')}, which is no table of the lake")
        if table.name.lower() not in local:
            found[table.name] = None
    return tuple(found)


def refuse_foreign(tree: exp.Expr, tables: Collection[str]) -> None:
    """Refuses what ``refuse_unsafe`` does, and everything that reads anything but these tables.

    Raises:
        NotUsable: It does one of these.
    """
    from sqlglot import exp

    refuse_unsafe(tree)
    known = {name.lower() for name in tables}
    for name in tables_of(tree):
        if name.lower() not in known:
            raise NotUsable(f"it reads {name}, but only {' and '.join(tables)} can be read")
    statement = tree if isinstance(tree, exp.Query) else exp.Select(expressions=[tree.copy()])
    try:
        referenced_tables(statement.sql(dialect="duckdb"), Known(tables=tables))
    except VoyantError as error:
        raise NotUsable(error.message.rstrip(".")) from error


def resolve_columns(
    tree: exp.Expr, dataset: Dataset, *, others: Sequence[Dataset] = (), count_personal_only: bool = False
) -> None:
    """Writes each column as the table names it, whichever case or original name was used.

    Args:
        others: Tables that it may read besides; their columns stay as they are written.
        count_personal_only: Whether columns of personal data may be counted and nothing else.

    Raises:
        UnknownColumn: No table has a column of that name.
        NotUsable: It does more than count personal data.
    """
    from sqlglot import exp

    names = {column.name.lower(): column for column in dataset.columns}
    originals = {column.original_name.lower(): column for column in reversed(dataset.columns)}
    elsewhere = {column.name.lower() for other in others for column in other.columns}
    made = {alias.alias.lower() for alias in tree.find_all(exp.Alias)}
    made |= {str(column).lower() for alias in tree.find_all(exp.TableAlias) for column in alias.columns}
    for reference in tree.find_all(exp.Column):
        name = reference.name.lower()
        if isinstance(reference.this, exp.Star) or (name in made | elsewhere and name not in names):
            continue
        column = names.get(name) or originals.get(name)
        if column is None:
            raise UnknownColumn(reference.name, dataset)
        if count_personal_only and column.personal is not None and reference.find_ancestor(exp.Count) is None:
            raise NotUsable(f"{column.name} holds personal data, which can only be counted")
        reference.set("this", exp.to_identifier(column.name, quoted=True))


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN_COLUMNS])
    return shown if len(names) <= _SHOWN_COLUMNS else f"{shown} and {len(names) - _SHOWN_COLUMNS} more"
