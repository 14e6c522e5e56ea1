"""KPI templates as people read them in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.table import Table
from rich.text import Text

from voyant.cli.session import console
from voyant.domain.profile import Scalar
from voyant.domain.result import Result
from voyant.domain.template import OutputColumn, Template, TemplateParameter, TemplateResult, TemplateSummary


def print_templates(templates: Sequence[TemplateSummary]) -> None:
    """A line for each template; of a table, what each would be made of, or lacks."""
    out = console()
    if all(template.fit is None for template in templates):
        table = Table(box=None, pad_edge=False, show_header=False)
        for template in templates:
            table.add_row(template.name, Text(template.description))
        out.print(table)
        return
    for template in templates:
        fit = template.fit
        if fit is not None and fit.fits:
            made = ", ".join(f"{name}={value}" for name, value in fit.parameters.items())
            out.print(Text("fits   ", style="green") + Text(f"{template.name}  ") + Text(made, style="dim"))
        elif fit is not None:
            lacks = "; ".join(f"{name}: {text.rstrip('.')}" for name, text in fit.missing.items())
            out.print(Text("lacks  ", style="yellow") + Text(f"{template.name}  ") + Text(lacks, style="dim"))


def print_template(template: Template) -> None:
    """What it takes, what it gives, how it counts."""
    out = console()
    out.print(Text(f"{template.name}: {template.title}", style="bold"))
    out.print(Text(template.description))
    out.print("\nParameters", style="bold")
    for parameter in template.parameters:
        out.print(Text(f"  {parameter.name:<10} {_takes(parameter)}"))
    out.print("\nColumns of the result", style="bold")
    for column in template.columns:
        out.print(Text(f"  {column.name:<22} {_gives(column)}"))
    out.print("\nHow it counts", style="bold")
    for note in template.notes:
        out.print(Text(f"  {note}"))
    out.print(f"\nRun it: voyant template run {template.name} SOURCE", style="dim", markup=False)


def _takes(parameter: TemplateParameter) -> str:
    need = "" if not parameter.required else " Needed; found by its role where left out."
    choices = f" One of {', '.join(parameter.choices)}." if parameter.choices else ""
    default = "" if parameter.default is None else f" {parameter.default} where left out."
    return f"{parameter.kind}: {parameter.description}{choices}{default}{need}"


def _gives(column: OutputColumn) -> str:
    when = f" Only {column.when}." if column.when else ""
    unit = f", in {column.unit}" if column.unit and not column.unit.startswith("{") else ""
    return f"{column.type}{unit}: {column.description}{when}"


def print_result(result: TemplateResult, job: Result) -> None:
    """The sentence, the rows, what was found, how it counts."""
    out = console()
    for finding in result.findings:
        out.print(Text(finding.text, style="bold"))
    out.print(Text(f"{result.title}, {job.dataset.table} from {job.dataset.source}", style="dim"))
    print_cells([_title(column) for column in result.columns], result.rows)
    if result.total_rows > len(result.rows):
        out.print(f"These are {len(result.rows):,} of {result.total_rows:,} rows: {result.file} has all.", markup=False)
    found = [f"{name} is {result.parameters[name]} ({why})" for name, why in result.found.items() if name != "columns"]
    if found:
        out.print(Text(f"\nFound: {'; '.join(found)}.", style="dim"))
    for note in result.notes:
        out.print(Text(note, style="dim"))
    out.print(f"Job       {job.job_id}    voyant artifact get {job.job_id} templates.json", markup=False)


def _title(column: OutputColumn) -> str:
    return column.name if column.unit in {None, "%", "days"} else f"{column.name} ({column.unit})"


def print_cells(titles: Sequence[str], rows: Sequence[Sequence[Scalar]]) -> None:
    """Rows under the titles of their columns, whole however wide that is; numbers stand to the right."""
    out = console()
    if not rows:
        out.print("There are no rows.")
        return
    columns = [_cells(title, [row[place] for row in rows]) for place, title in enumerate(titles)]
    for line in zip(*columns, strict=True):
        out.print(Text("  ".join(line).rstrip()), soft_wrap=True)


def _cells(title: str, values: Sequence[Scalar]) -> list[str]:
    """A column, its title first, as wide as its widest cell."""
    has_fractions = any(isinstance(value, float) for value in values)
    cells = [title, *(_cell(value, has_fractions) for value in values)]
    width = max(map(cell_len, cells))
    is_text = any(isinstance(value, str) for value in values)
    return [set_cell_size(cell, width) if is_text else " " * (width - cell_len(cell)) + cell for cell in cells]


def _cell(value: Scalar, has_fractions: bool) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.2f}" if has_fractions else f"{value:,}"
    return " ".join(value.split())
