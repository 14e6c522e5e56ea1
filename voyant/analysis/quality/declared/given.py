"""SQL that a rule holds: conditions on a row, and SELECTs of the rows that fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from voyant.analysis import expressions
from voyant.analysis.expressions import NotUsable
from voyant.domain.table import ROW, Dataset, Table
from voyant.errors import VoyantError
from voyant.lake.sql import identifier

if TYPE_CHECKING:
    from sqlglot import exp

LONGEST_SQL = 10_000
PLACEHOLDER = "${table}"
"""Stands for the table of the rule, so that one rule serves every delivery of it."""
OWN = "voyant_own_table"
"""What the placeholder is while the table is not known."""


def condition_of(sql: str) -> exp.Expr:
    """A condition that says of each row by itself whether it holds.

    Raises:
        NotUsable: It looks at other rows or tables, or does anything that no condition may.
    """
    from sqlglot import exp

    tree = expressions.parse(_bounded(sql))
    if isinstance(tree, exp.Query) or not isinstance(tree, exp.Condition):
        raise NotUsable("it is no condition such as amount > 0")
    if tree.find(exp.Query, exp.Subquery, exp.Window, exp.AggFunc):
        raise NotUsable("a condition looks at one row; what compares rows is a rule of the kind sql")
    expressions.refuse_foreign(tree, ())
    _refuse_series(tree)
    return tree


def condition_sql(sql: str, table: Table) -> str:
    """The condition over the columns of the table.

    Raises:
        NotUsable: The table lacks a column, the engine refuses the condition, or it is neither true nor false.
    """
    tree = condition_of(sql)
    expressions.resolve_columns(tree, table.dataset)
    written = tree.sql(dialect="duckdb")
    try:
        [described] = table.query(f"DESCRIBE SELECT ({written}) FROM {identifier(table.dataset.name)}")
    except VoyantError as error:
        raise NotUsable(error.message) from error
    if described["column_type"] != "BOOLEAN":
        raise NotUsable(f"{written} gives {described['column_type']}, neither true nor false")
    return f"({written})"


def columns_in(sql: str, dataset: Dataset) -> tuple[str, ...]:
    """The columns of the table that the SQL names, in table order."""
    from sqlglot import exp

    tree = expressions.parse(sql)
    named = {column.name for column in tree.find_all(exp.Column)}
    return tuple(column.name for column in dataset.columns if column.name in named)


def selection_of(sql: str, own: str = OWN) -> exp.Query:
    """A SELECT that gives the rows that fail, with the placeholder as the table ``own``.

    Raises:
        NotUsable: It is none, or does anything but read tables.
    """
    from sqlglot import exp

    tree = expressions.parse(_bounded(sql).replace(PLACEHOLDER, identifier(own)))
    if not isinstance(tree, exp.Query):
        raise NotUsable("it is no SELECT")
    expressions.refuse_foreign(tree, expressions.tables_of(tree))
    _refuse_series(tree)
    return tree


class Selection(Struct, frozen=True):
    """The rows that a SELECT says fail.

    Attributes:
        sql: The SELECT as it was checked.
        condition: Of the failing rows, where it looks at one row at a time.
        rows: A SELECT of the numbers of the failing rows; None where what it gives are no rows of the table, such as
            groups of them.
    """

    sql: str
    condition: str | None
    rows: str | None


def selection(sql: str, table: Table, tables: Mapping[str, Dataset]) -> Selection:
    """The SELECT over the table and the others that it may read.

    Raises:
        NotUsable: It reads other tables or columns than there are.
    """
    tree = selection_of(sql, table.dataset.name)
    expressions.refuse_foreign(tree, (table.dataset.name, *tables))
    expressions.resolve_columns(tree, table.dataset, others=tuple(tables.values()))
    return Selection(
        sql=tree.sql(dialect="duckdb", pretty=True),
        condition=_plain_condition(tree, table.dataset.name),
        rows=_row_numbers(tree, table),
    )


def _refuse_series(tree: exp.Expr) -> None:
    """Refuses lists that are made rather than read: of any size, in each row, and nothing can stop one half-way."""
    from sqlglot import exp

    if tree.find(exp.GenerateSeries):
        raise NotUsable("it makes a series of numbers, which may be of any size")


def _bounded(sql: str) -> str:
    if len(sql) > LONGEST_SQL:
        raise NotUsable(f"its SQL has {len(sql):,} characters, more than {LONGEST_SQL:,}")
    return sql


def _gives_own_rows(tree: exp.Query, name: str) -> bool:
    """Whether each row that it gives is one of the table, maybe more than once."""
    from sqlglot import exp

    if not isinstance(tree, exp.Select) or any(
        tree.args.get(part) for part in ("group", "having", "distinct", "limit", "offset", "sample")
    ):
        return False
    computed = [found for each in tree.expressions for found in each.find_all(exp.AggFunc, exp.UDTF, exp.Explode)]
    source = tree.args.get("from_")
    return not computed and source is not None and isinstance(source.this, exp.Table) and _is(source.this, name)


def _is(table: exp.Expr, name: str) -> bool:
    return table.name.lower() == name.lower() and not table.args.get("pivots") and not table.args.get("sample")


def _plain_condition(tree: exp.Query, name: str) -> str | None:
    from sqlglot import exp

    if not _gives_own_rows(tree, name) or any(
        tree.args.get(part) for part in ("joins", "laterals", "with_", "qualify")
    ):
        return None
    where = tree.args.get("where")
    if where is None:
        return "true"
    condition = where.this.copy()
    if condition.find(exp.Query, exp.Subquery, exp.Window):
        return None
    for column in condition.find_all(exp.Column):
        column.set("table", None)
    return f"({condition.sql(dialect='duckdb')})"


def _row_numbers(tree: exp.Query, table: Table) -> str | None:
    import sqlglot
    from sqlglot import exp

    if not _gives_own_rows(tree, table.dataset.name):
        return None
    numbered = tree.copy()
    alias = numbered.args["from_"].this.alias_or_name
    other = sqlglot.parse_one(f"SELECT 1 FROM {table.numbered} AS {identifier(alias)}", read="duckdb")
    numbered.set("from_", other.args["from_"])
    numbered.set("order", None)
    numbered.set(
        "expressions", [exp.column(exp.to_identifier(ROW, quoted=True), exp.to_identifier(alias, quoted=True))]
    )
    return numbered.sql(dialect="duckdb")
