"""Key figures that the user asks for, parsed and checked before anything runs.

An aggregate such as ``sum(amount) / count(*)`` is measured over all rows and by period; a SELECT gives one value or a
series. Either may only read the analysed table and known columns, and must give the same answer whenever it is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from voyant.analysis import expressions
from voyant.analysis.kpi.figures import Figure
from voyant.domain.kpi import DeclaredKpi, KpiKind
from voyant.domain.table import Dataset
from voyant.errors import Code, InvalidInput

if TYPE_CHECKING:
    from sqlglot import exp

_UNITS = {"percent": "%", "days": "days", "hours": "hours"}


def parse_all(declared: Sequence[DeclaredKpi], dataset: Dataset) -> dict[str, Figure | str]:
    """Each figure of an aggregate, or the checked text of a SELECT, by name.

    Raises:
        InvalidInput: As ``parse`` does, and where two have the same name.
    """
    parsed: dict[str, Figure | str] = {}
    for kpi in declared:
        name = kpi.name.strip()
        if name in parsed:
            raise _bad(kpi, "another one has the same name")
        parsed[name] = parse(kpi, dataset)
    return parsed


def parse(declared: DeclaredKpi, dataset: Dataset) -> Figure | str:
    """The figure of an aggregate, or the checked text of a SELECT.

    Raises:
        InvalidInput: ``BAD_KPI`` where it is no single read-only aggregate or SELECT over the table,
            ``UNKNOWN_COLUMN`` where it names a column that the table lacks.
    """
    from sqlglot import exp

    try:
        tree = _single_statement(declared)
        expressions.refuse_foreign(tree, (dataset.name,))
        expressions.resolve_columns(tree, dataset, count_personal_only=True)
    except expressions.UnknownColumn as error:
        raise InvalidInput(
            f"The KPI {declared.name!r} is refused: {error}.",
            code=Code.UNKNOWN_COLUMN,
            data={"column": error.column, "columns": error.columns[:200]},
        ) from error
    except expressions.NotUsable as error:
        raise _bad(declared, str(error)) from error
    if isinstance(tree, exp.Query):
        return tree.sql(dialect="duckdb", pretty=True)
    return _aggregate(declared, tree)


def _single_statement(declared: DeclaredKpi) -> exp.Expr:
    from sqlglot import exp

    if not declared.name.strip():
        raise _bad(declared, "a KPI needs a name")
    tree = expressions.parse(declared.sql)
    if not isinstance(tree, exp.Query | exp.Condition | exp.Filter | exp.WithinGroup):
        raise _bad(declared, "it is neither an aggregate nor a SELECT")
    return tree


def _aggregate(declared: DeclaredKpi, tree: exp.Expr) -> Figure:
    from sqlglot import exp

    if tree.find(exp.Subquery, exp.Query, exp.Window):
        raise _bad(declared, "an aggregate holds no subquery or window; give a whole SELECT")
    if tree.find(exp.AggFunc) is None:
        raise _bad(declared, "it aggregates nothing")
    for column in tree.find_all(exp.Column):
        if column.find_ancestor(exp.AggFunc, exp.Filter, exp.WithinGroup) is None:
            raise _bad(declared, f"the column {column.name} stands outside of an aggregate")
    for aggregate in tree.find_all(exp.AggFunc):
        if aggregate.find_ancestor(exp.AggFunc) is not None:
            raise _bad(declared, "aggregates cannot be nested")
    kind, numerator, denominator = _taken_apart(tree)
    amount = _amount(tree)
    for quotient in list(tree.find_all(exp.Div)):
        # Engines disagree on what a division by zero gives: NaN, NULL or an error. Here it has no value.
        if not isinstance(quotient.expression.unnest(), exp.Literal | exp.Nullif):
            quotient.set("expression", exp.Nullif(this=quotient.expression, expression=exp.Literal.number(0)))
    return Figure(
        name=declared.name.strip(),
        kind=kind,
        expression=tree.sql(dialect="duckdb"),
        columns=tuple(sorted({column.name for column in tree.find_all(exp.Column) if column.name != "*"})),
        numerator=numerator,
        denominator=denominator,
        amount=amount,
        unit=unit_of(declared.name),
        declared=True,
    )


def unit_of(name: str) -> str | None:
    """The unit that the end of a name says: of shares, whose changes are told in points, and of times.

    >>> unit_of("late in percent"), unit_of("lead time in days"), unit_of("orders in March")
    ('%', 'days', None)
    """
    _, found, unit = name.strip().rpartition(" in ")
    return _UNITS.get(unit) if found else None


def _taken_apart(tree: exp.Expr) -> tuple[KpiKind, str | None, str | None]:
    """The kind of an aggregate with the sums it is made of."""
    from sqlglot import exp

    whole = tree.unnest()
    if _adds_up(whole):
        kind = KpiKind.COUNT if isinstance(whole, exp.Count) else KpiKind.TOTAL
        return kind, whole.sql(dialect="duckdb"), None
    factor, rest = _factor(whole)
    prefix = f"{factor} * " if factor else ""
    if isinstance(rest, exp.Avg) and not rest.find(exp.Distinct):
        argument = rest.this.sql(dialect="duckdb")
        return KpiKind.AVERAGE, f"{prefix}sum({argument})", f"count({argument})"
    if isinstance(rest, exp.Div):
        over = rest.expression.unnest()
        if isinstance(over, exp.Nullif):
            over = over.this
        if _adds_up(rest.this.unnest()) and _adds_up(over):
            return KpiKind.RATIO, f"{prefix}({rest.this.sql(dialect='duckdb')})", over.sql(dialect="duckdb")
    return KpiKind.OTHER, None, None


def _amount(tree: exp.Expr) -> str | None:
    """What a row adds to a sum or to a mean; None for figures that are neither."""
    from sqlglot import exp

    factor, rest = _factor(tree.unnest())
    if not isinstance(rest, exp.Sum | exp.Avg) or rest.find(exp.Distinct, exp.Order):
        return None
    argument = rest.this.sql(dialect="duckdb")
    return f"{factor} * ({argument})" if factor else argument


def _factor(tree: exp.Expr) -> tuple[str | None, exp.Expr]:
    from sqlglot import exp

    if isinstance(tree, exp.Mul):
        for constant, rest in ((tree.this, tree.expression), (tree.expression, tree.this)):
            if isinstance(constant, exp.Literal) and not constant.is_string:
                return constant.sql(dialect="duckdb"), rest.unnest()
    return None, tree


def _adds_up(tree: exp.Expr) -> bool:
    """Whether the values of parts of the rows add up to that of all rows."""
    from sqlglot import exp

    tree = tree.unnest()
    if isinstance(tree, exp.Sum | exp.Count | exp.CountIf):
        return tree.find(exp.Distinct) is None
    if isinstance(tree, exp.Filter | exp.Neg):
        return _adds_up(tree.this)
    if isinstance(tree, exp.Add | exp.Sub):
        return _adds_up(tree.this) and _adds_up(tree.expression)
    factor, rest = _factor(tree)
    return factor is not None and _adds_up(rest)


def _bad(declared: DeclaredKpi, reason: str) -> InvalidInput:
    return InvalidInput(
        f"The KPI {declared.name!r} = {declared.sql[:200]!r} is refused: {reason}.",
        code=Code.BAD_KPI,
        data={"name": declared.name, "sql": declared.sql[:500]},
    )
