"""How the values of a grouping are called in a sentence."""

from __future__ import annotations

from voyant.analysis.insights.frame import Factor
from voyant.analysis.wording import readable, shown
from voyant.domain.table import ColumnType


def group_label(factor: Factor, value: object) -> str:
    if factor.column.type is ColumnType.BOOLEAN:
        return "true" if value in {True, "true"} else "false"
    return shown(value)


def value_name(factor: Factor, index: int) -> str:
    """A value with its column, as in ``Declined (state)``."""
    if factor.is_boolean:
        words = readable(factor.name)
        return words if factor.values[index] == "true" else f"not {words}"
    return f"{shown(factor.values[index])} ({readable(factor.name)})"
