"""Values that are given for a template's parameters, checked one by one."""

from __future__ import annotations

import difflib
from datetime import date, datetime
from typing import Any

from voyant.analysis.columns import find_column
from voyant.analysis.kpi.templates.parameters import NUMERIC
from voyant.domain.table import Column, ColumnType, Dataset, Role
from voyant.domain.template import Template, TemplateParameter, TemplateParameterKind
from voyant.errors import Code, InvalidInput

EARLIEST, LATEST = 1000, 2999
"""Years that a calendar can hold."""


class Checker:
    """Checks what is given for the parameters of a template.

    Args:
        dataset: The table; None where columns are taken at their word.
    """

    def __init__(self, template: Template, dataset: Dataset | None) -> None:
        self._template, self._dataset = template, dataset

    def columns(self, parameter: TemplateParameter, value: Any) -> tuple[Column, ...]:
        is_many = parameter.kind is TemplateParameterKind.COLUMNS
        names = list(value) if is_many and isinstance(value, list | tuple) else [value]
        if not names or not all(isinstance(name, str) and name for name in names):
            raise self.bad(f"{parameter.name} takes the name of a column; this is {_shown(value)}.")
        return tuple(self._column(parameter, name) for name in dict.fromkeys(names))

    def _column(self, parameter: TemplateParameter, name: str) -> Column:
        if self._dataset is None:
            return _unknown(parameter, name)
        column = find_column(self._dataset, name)
        if column is None:
            raise self._unknown_column(self._dataset, parameter, name)
        is_year = column.type is not ColumnType.INTEGER or column.role is Role.TIME
        is_time = ColumnType.DATE in parameter.types and ColumnType.TEXT not in parameter.types
        if parameter.types and (column.type not in parameter.types or (is_time and not is_year)):
            wanted = "times" if is_time else "numbers" if parameter.types == NUMERIC else "values that can be grouped"
            raise self.bad(f"{parameter.name} takes a column of {wanted}; {column.name} holds {column.type} values.")
        if parameter.shown and column.personal is not None:
            raise self.bad(
                f"{parameter.name} cannot be {column.name}, which holds personal data: its values would be shown."
            )
        return column

    def _unknown_column(self, dataset: Dataset, parameter: TemplateParameter, name: str) -> InvalidInput:
        names = [column.name for column in dataset.columns]
        near = difflib.get_close_matches(name.lower(), names, n=3)
        hint = f" Perhaps {' or '.join(near)} is meant." if near else ""
        return InvalidInput(
            f"The template {self._template.name} cannot take {name[:200]!r} as {parameter.name}: the table "
            f"{dataset.name} has {', '.join(names[:40])}.{hint}",
            code=Code.UNKNOWN_COLUMN,
            data={"column": name[:200], "columns": names[:200]},
        )

    def value(self, parameter: TemplateParameter, value: Any) -> Any:
        match parameter.kind:
            case TemplateParameterKind.DATE:
                return self._day(parameter, value)
            case TemplateParameterKind.NUMBER:
                least, most = parameter.minimum or 0, parameter.maximum or 0
                if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                    raise self.bad(
                        f"{parameter.name} takes a whole number from {least} to {most:,}; this is {_shown(value)}."
                    )
                return value
            case _:
                if value not in parameter.choices:
                    choices = ", ".join(parameter.choices)
                    raise self.bad(f"{parameter.name} is one of {choices}; this is {_shown(value)}.")
                return str(value)

    def _day(self, parameter: TemplateParameter, value: Any) -> date:
        try:
            day = value if isinstance(value, date) else date.fromisoformat(value)
        except (TypeError, ValueError):
            raise self.bad(f"{parameter.name} is a date such as 2024-12-31; this is {_shown(value)}.") from None
        day = day.date() if isinstance(day, datetime) else day
        if not EARLIEST <= day.year <= LATEST:
            raise self.bad(f"{parameter.name} lies between the years {EARLIEST} and {LATEST}; this is {day}.")
        return day

    def bad(self, reason: str, *, remedy: str | None = None, data: dict[str, Any] | None = None) -> InvalidInput:
        name = self._template.name
        return InvalidInput(
            f"The template {name} cannot be made so: {reason}",
            code=Code.BAD_KPI,
            remedy=remedy or f"See what it takes: voyant template show {name}",
            data={"template": name} | (data or {}),
        )


def _unknown(parameter: TemplateParameter, name: str) -> Column:
    """A column of a table that is not known, taken to be what the parameter wants."""
    engine_types = {ColumnType.DATE: "TIMESTAMP", ColumnType.INTEGER: "DECIMAL(18,2)"}
    first = parameter.types[0] if parameter.types else ColumnType.TEXT
    kind = {ColumnType.DATE: ColumnType.TIMESTAMP, ColumnType.INTEGER: ColumnType.DECIMAL}.get(first, first)
    return Column(
        name=name,
        original_name=name,
        type=kind,
        engine_type=engine_types.get(first, "VARCHAR"),
        role=Role.DIMENSION,
        role_confidence=0.0,
        role_reason="not known",
    )


def _shown(value: Any) -> str:
    return repr(value)[:200]
