"""Which sign the values of a column or an aggregate can take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voyant.analysis.kpi.found import has_no_zero
from voyant.domain.profile import Profile
from voyant.domain.table import Column, ColumnType, Dataset

if TYPE_CHECKING:
    from sqlglot import exp


def has_a_least(column: Column, profile: Profile) -> bool:
    """Whether nothing is less than its 0, as far as its rows tell."""
    if column.type is ColumnType.BOOLEAN:
        return True
    numbers = profile.column(column.name).number
    return numbers is not None and numbers.negatives == 0 and not has_no_zero(column)


def is_never_negative(tree: exp.Expr, dataset: Dataset, profile: Profile) -> bool:
    """Whether an aggregate is 0 or more over whatever rows, as far as the signs of the columns tell; a difference may
    be less, and so may what is not known here."""
    from sqlglot import exp

    def all_of(*parts: exp.Expr | None) -> bool:
        return all(part is not None and is_never_negative(part, dataset, profile) for part in parts)

    match tree:
        case exp.Literal():
            return not tree.is_string
        case exp.Column():
            return has_a_least(dataset.column(tree.name), profile)
        case exp.Count() | exp.CountIf() | exp.Abs():
            return True
        case exp.Add() | exp.Mul() | exp.Div():
            return all_of(tree.this, tree.expression)
        case exp.Coalesce():
            return all_of(tree.this, *tree.expressions)
        case exp.Case():
            default = tree.args.get("default")
            return all_of(*(branch.args["true"] for branch in tree.args["ifs"]), *([default] if default else []))
        case exp.Distinct():
            return all_of(*tree.expressions)
        case exp.Sum() | exp.Avg() | exp.Min() | exp.Max() | exp.Median() | exp.Quantile():
            return all_of(tree.this)
        case exp.Paren() | exp.Filter() | exp.Nullif() | exp.Cast():
            return all_of(tree.this)
    return False
