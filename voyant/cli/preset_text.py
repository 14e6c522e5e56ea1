"""Presets as people read them in a terminal."""

from __future__ import annotations

from rich.markup import escape
from rich.table import Table

from voyant.cli.session import console
from voyant.domain.preset import Parameter, Preset
from voyant.services.presets import ways_to_find


def print_preset(preset: Preset) -> None:
    """What it is for, its parameters, and what it asks of the steps."""
    out = console()
    out.print(f"{preset.name}: {preset.title}", style="bold", markup=False)
    out.print(preset.description, markup=False)
    if preset.parameters:
        table = Table(box=None, pad_edge=False)
        for title in ("parameter", "kind", "what it is", "where not given"):
            table.add_column(title)
        for parameter in preset.parameters:
            table.add_row(*map(escape, (parameter.name, parameter.kind, _told(parameter), ways_to_find(parameter))))
        out.print(table)
    for term in preset.terms:
        needed = " (required)" if term.required else ""
        out.print(f"{term.name}{needed}: {term.description}: {', or '.join(term.sql)}", markup=False)
    for step, wanted in preset.steps.items():
        names = [str(entry.get("name", entry.get("kind", ""))) for entry in wanted] if isinstance(wanted, list) else []
        out.print(f"{step}: {', '.join(names)}" if names else step, style="dim", markup=False)


def _told(parameter: Parameter) -> str:
    choices = f" ({', '.join(parameter.choices)})" if parameter.choices else ""
    return f"{parameter.description}{choices}"
