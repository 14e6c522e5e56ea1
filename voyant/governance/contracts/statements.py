"""Statements of contracts: refused where they do harm, left out where they cannot run here, else made safe to run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from voyant.analysis.expressions import (
    NotUsable,
    parse,
    refuse_foreign,
    refuse_unsafe,
    resolve_columns,
    tables_of,
)
from voyant.domain.table import Dataset
from voyant.governance.contracts.refusal import refused

if TYPE_CHECKING:
    from sqlglot import exp


def obstacle_of(query: str, names: Sequence[str], where: str) -> str | None:
    """Why the statement cannot run here; None where, as far as it tells by itself, it can.

    Args:
        names: That the contract has for the table which it may read.
        where: It stands.

    Raises:
        InvalidInput: It is no single SELECT, writes, or reads what is no table: nobody means that by a check.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        trees = [tree for tree in sqlglot.parse(query, read="duckdb") if tree is not None]
    except (SqlglotError, RecursionError) as error:
        return f"it cannot be parsed: {str(error).splitlines()[0][:200]}"
    writes = any(tree.find(exp.DML, exp.DDL, exp.Command, exp.Into, exp.Lock) for tree in trees)
    if len(trees) != 1 or not isinstance(trees[0], exp.Query) or writes:
        raise refused(f"{where}: the statement {query[:200]!r} is no single SELECT that only reads.")
    try:
        read = tables_of(trees[0])
    except NotUsable as why:
        raise refused(f"{where}: the statement {query[:200]!r} is refused: {why}.") from None
    own = {name.lower() for name in names}
    foreign = next((name for name in read if name.lower() not in own), None)
    if foreign is not None and not foreign.isidentifier():  # the engine would read a file of such a name
        raise refused(f"{where}: the statement {query[:200]!r} is refused: it reads {foreign!r}, which is no table.")
    if foreign is not None:
        return f"it reads {foreign}, and only the table itself can be read"
    try:
        refuse_unsafe(trees[0])
    except NotUsable as why:
        return str(why)
    return None


def prepared(query: str, names: Sequence[str], dataset: Dataset) -> str:
    """The statement over the table under the name and columns that it has here.

    Args:
        names: That the contract has for the table.

    Raises:
        NotUsable: It reads anything else, or names a column that the table lacks.
    """
    tree = parse(query)
    _rename(tree, names, dataset.name)
    refuse_foreign(tree, [dataset.name])
    resolve_columns(tree, dataset)
    return tree.sql(dialect="duckdb", pretty=True)


def _rename(tree: exp.Expr, names: Sequence[str], name: str) -> None:
    from sqlglot import exp

    own = {alias.lower() for alias in names}
    local = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        called = table.name
        if called.lower() in own - local and not table.args.get("db"):
            table.set("this", exp.to_identifier(name, quoted=True))
            if not table.alias:  # columns may be written with the table's name before them
                table.set("alias", exp.TableAlias(this=exp.to_identifier(called, quoted=True)))
