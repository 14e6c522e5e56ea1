"""The page of KPI templates: what each takes, what it gives, how it counts."""

from __future__ import annotations

from tools.reference.markdown import code, table
from voyant.analysis.kpi.templates import TEMPLATES, definition_of, render
from voyant.analysis.kpi.templates.definition import Definition
from voyant.domain.template import OutputColumn, Template, TemplateCall, TemplateParameter, TemplateParameterKind


def page() -> str:
    """Every template, in the order in which they are listed."""
    return "\n\n".join(
        [
            "# KPI templates",
            "Figures under a name. A template is one SELECT that is made from the columns of a table: how they are "
            "asked for, and how columns are found, stands in the [guide](../guide/templates.md). A finding of a "
            "template is of the kind that is called as the template is.",
            *(part for template in TEMPLATES for part in _template(template)),
        ]
    )


def _template(template: Template) -> list[str]:
    return [
        f"## {template.name}",
        template.description,
        table(["Parameter", "Given as", "What it is"], [_parameter(entry) for entry in template.parameters]),
        table(["Column", "Type", "What it holds"], [_column(entry) for entry in template.columns]),
        "\n".join(f"- {note}" for note in template.notes),
        f"The statement of `{template.name}`, in DuckDB's dialect:",
        f"```sql\n{_example(definition_of(template.name))}\n```",
    ]


def _parameter(parameter: TemplateParameter) -> list[str]:
    choices = " or ".join(map(code, parameter.choices)) if parameter.choices else ""
    bounds = f" {parameter.minimum} to {parameter.maximum:,}." if parameter.maximum is not None else ""
    default = f" {code(str(parameter.default))} where left out." if parameter.default is not None else ""
    needed = " Needed." if parameter.required else ""
    given = choices if parameter.kind is TemplateParameterKind.CHOICE else str(parameter.kind)
    return [code(parameter.name), given, parameter.description + bounds + default + needed]


def _column(column: OutputColumn) -> list[str]:
    when = f" Only {column.when}." if column.when else ""
    unit = f" ({column.unit})" if column.unit and not column.unit.startswith("{") else ""
    return [code(column.name), column.type + unit, column.description + when]


def _example(definition: Definition) -> str:
    """With each needed parameter standing for a column of its own name."""
    names = {parameter.name for parameter in definition.template.parameters if parameter.required}
    names |= {group[0] if "time" not in group else "time" for group in definition.needs}
    parameters = {name: [name] if name == "columns" else name for name in names}
    return render(TemplateCall(name=definition.name, parameters=parameters)).sql
