"""Presets as people read them in a terminal."""

from __future__ import annotations

from voyant.cli.session import console
from voyant.domain.preset import Preset
from voyant.services.presets import ways_to_find


def print_preset(preset: Preset) -> None:
    """What it is for, its parameters, and what it asks of the steps."""
    out = console()
    out.print(f"{preset.name}: {preset.title}", style="bold", markup=False)
    out.print(preset.description, markup=False)
    if preset.parameters:
        out.print("\nParameters", style="bold")
    for parameter in preset.parameters:
        what = f"{parameter.kind}: {parameter.description}"
        choices = f" ({', '.join(parameter.choices)})" if parameter.choices else ""
        out.print(f"  {parameter.name}  {what}{choices}; where not given: {ways_to_find(parameter)}", markup=False)
    for term in preset.terms:
        needed = "; required" if term.required else ""
        out.print(f"  {term.name}  {term.description}: {', or '.join(term.sql)}{needed}", markup=False)
    out.print("\nSteps", style="bold")
    for step, wanted in preset.steps.items():
        names = [str(entry.get("name") or entry.get("kind")) for entry in wanted] if isinstance(wanted, list) else []
        out.print(f"  {step}" + (f": {', '.join(names)}" if names else ""), markup=False)
