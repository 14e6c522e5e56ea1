"""How the values of a grouping are called in a sentence."""

from __future__ import annotations

import re

from voyant.analysis.insights.frame import Factor
from voyant.analysis.wording import month, readable, shown
from voyant.domain.table import ColumnType

_NOTHING = frozenset(
    [
        *("", "blank", "empty", "missing", "n a", "na", "nan", "nil", "no answer", "none", "none listed", "none given"),
        *("not applicable", "not available", "not given", "not known", "not provided", "not specified", "not stated"),
        *("null", "unassigned", "undefined", "unknown", "unspecified"),
    ]
)
_MONTHS = {str(index): month(index) for index in range(1, 13)}


def group_label(factor: Factor, value: object) -> str:
    """A value beside the name of its column: true, 5, Hardware."""
    if factor.column.type is ColumnType.BOOLEAN:
        return "true" if value in {True, "true"} else "false"
    if factor.column.type.is_numeric:
        return _month(factor, value) or str(value)
    return shown(value)


def value_name(factor: Factor, index: int) -> str:
    """A value with its column, as in ``Declined (state)`` and ``level 5``."""
    return named(factor, factor.values[index])


def named(factor: Factor, value: object) -> str:
    """The same for a value as a statement gives it."""
    words = readable(factor.name)
    if factor.is_boolean:
        return words if value in {True, "true"} else f"not {words}"
    if factor.column.type.is_numeric and not _month(factor, value):
        return f"{words} {value}"
    return f"{group_label(factor, value)} ({words})"


def speaks_for_itself(factor: Factor) -> bool:
    """Whether a value says something without its column: true and 1 do not."""
    return not factor.is_boolean and not factor.column.type.is_numeric


def says_nothing(value: object) -> bool:
    """Whether a value only stands for the lack of one: that it is frequent is no finding about what there is."""
    return re.sub(r"[\W_]+", " ", str(value)).strip().casefold() in _NOTHING


def _month(factor: Factor, value: object) -> str | None:
    """The month that a number stands for, in a column of months."""
    return _MONTHS.get(str(value)) if factor.name.split("_")[-1] == "month" else None
