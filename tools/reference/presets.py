"""The page of presets: those that come with Voyant."""

from __future__ import annotations

from collections.abc import Iterator

from tools.reference.markdown import code, table
from voyant.analysis.presets import built_in
from voyant.domain.preset import Parameter, Preset
from voyant.services.presets import ways_to_find


def page() -> str:
    """Each preset with what it takes and what it asks for."""
    parts = [
        "# Presets",
        "Analyses under a name, which find the columns they need themselves. "
        "[How to run them, and how to write one](../guide/presets.md).",
    ]
    for preset in built_in().values():
        parts += _preset(preset)
    return "\n\n".join(parts)


def _preset(preset: Preset) -> Iterator[str]:
    yield f"## {preset.name}"
    yield preset.description
    if preset.parameters:
        rows = [[code(one.name), _kind(one), one.description, ways_to_find(one)] for one in preset.parameters]
        yield table(["Parameter", "Kind", "What it is", "Where left out"], rows)
    for term in preset.terms:
        if all(len(way) < 80 for way in term.sql):  # longer ones are whole statements
            needed = ", which is required" if term.required else ""
            yield f"{code(term.name)}, {term.description}{needed}: {', or '.join(map(code, term.sql))}."
    steps = [
        f"{code(step)} ({', '.join(str(entry.get('name') or entry.get('kind')) for entry in wanted)})"
        if isinstance(wanted, list) and wanted
        else code(step)
        for step, wanted in preset.steps.items()
    ]
    yield f"Asks for {', '.join(steps)}."


def _kind(parameter: Parameter) -> str:
    return f"one of {', '.join(parameter.choices)}" if parameter.choices else str(parameter.kind)
