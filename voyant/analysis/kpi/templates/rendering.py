"""Templates made into SQL for a table, and which of them fit it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from voyant.analysis.grains import as_moment
from voyant.analysis.kpi.templates.binding import bind, check_parameters
from voyant.analysis.kpi.templates.catalogue import DEFINITIONS, definition_of
from voyant.analysis.kpi.templates.definition import Bound, Definition
from voyant.analysis.kpi.templates.telling import amount_unit
from voyant.domain.profile import Profile
from voyant.domain.table import Dataset
from voyant.domain.template import (
    OutputColumn,
    RenderedTemplate,
    Template,
    TemplateCall,
    TemplateFit,
    TemplateParameterKind,
)
from voyant.errors import Code, InvalidInput


def render(
    call: TemplateCall, dataset: Dataset | None = None, profile: Profile | None = None, time_column: str | None = None
) -> RenderedTemplate:
    """The template as one SELECT.

    Args:
        dataset: The table that it reads; None for one that is not known, whose columns are taken at their word.
        profile: Of the table; without it no column is found, all have to be given.

    Raises:
        NotFound: There is no such template.
        InvalidInput: A parameter is missing, unknown, or cannot be what it is.
    """
    definition = definition_of(call.name)
    bound = bind(definition, call.parameters, dataset, profile, time_column)
    return rendered(definition, bound)


def check_call(call: TemplateCall) -> None:
    """Refuses what no table could make sense of.

    Raises:
        NotFound: There is no such template.
        InvalidInput: A parameter is unknown, or holds what it cannot.
    """
    check_parameters(definition_of(call.name), call.parameters)


def rendered(definition: Definition, bound: Bound) -> RenderedTemplate:
    """The statement of parameters that are bound."""
    import sqlglot
    from sqlglot import exp

    template, sql = definition.template, definition.statement(bound)
    tree = sqlglot.parse_one(sql, read="duckdb", into=exp.Select)
    return RenderedTemplate(
        template=template.name,
        title=template.title,
        table=bound.table,
        parameters=plain(template, bound),
        found=dict(bound.found),
        columns=_columns(definition, bound, tree.named_selects),
        sql=sql,
        trino=tree.sql(dialect="trino", pretty=True),
        notes=(*template.notes, *bound.notes),
    )


def _columns(definition: Definition, bound: Bound, names: list[str]) -> tuple[OutputColumn, ...]:
    described = {column.name: column for column in definition.template.columns}
    return tuple(
        OutputColumn(
            name=name,
            type=described[name].type,
            description=described[name].description,
            unit=_unit(described[name].unit, bound),
        )
        for name in names
    )


def _unit(unit: str | None, bound: Bound) -> str | None:
    if unit is None or not unit.startswith("{"):
        return unit
    parameter = unit.strip("{}")
    return amount_unit(bound, parameter) if parameter in {"amount", "value"} else bound.unit(parameter)


def plain(template: Template, bound: Bound) -> dict[str, Any]:
    """The parameters as a caller would give them."""
    columns = {
        name: [column.name for column in given] if _takes_many(template, name) else given[0].name
        for name, given in bound.columns.items()
    }
    values = {name: str(value) if isinstance(value, date) else value for name, value in bound.values.items()}
    return columns | values


def _takes_many(template: Template, parameter: str) -> bool:
    return template.parameter(parameter).kind is TemplateParameterKind.COLUMNS


def fitting(dataset: Dataset, profile: Profile, time_column: str | None = None) -> list[TemplateFit]:
    """Every template, with what its parameters would be, or what it lacks."""
    return [_fit(definition, dataset, profile, time_column) for definition in DEFINITIONS]


def _fit(definition: Definition, dataset: Dataset, profile: Profile, time_column: str | None) -> TemplateFit:
    template = definition.template
    missing: Mapping[str, str] = {}
    parameters: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    try:
        bound = bind(definition, {}, dataset, profile, time_column)
    except InvalidInput as error:
        if error.code is not Code.MISSING_PARAMETER:
            raise
        missing = error.data["missing"]
    else:
        if (days := _days(bound, profile)) is not None and days < definition.least_days:
            missing = {definition.clock: f"At least {definition.least_days} days; the data span {days}."}
        reasons = dict(bound.found)
        parameters = {
            name: value
            for name, value in plain(template, bound).items()
            if name in reasons and name != "columns"  # all of them
        }
    return TemplateFit(
        template=template.name,
        title=template.title,
        fits=not missing,
        parameters=parameters,
        reasons=reasons,
        missing=dict(missing),
    )


def _days(bound: Bound, profile: Profile) -> int | None:
    """From the first to the last time of the table; None where there is none."""
    if bound.axis is None:
        return None
    described = profile.column(bound.axis.column.name)
    if described.minimum is None or described.maximum is None:
        return 0
    return (as_moment(described.maximum) - as_moment(described.minimum)).days
