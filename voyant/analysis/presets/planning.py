"""A preset fitted to a table: what is asked of the steps, what is not, and for lack of what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from voyant.analysis.presets.binding import Binding, bind
from voyant.analysis.presets.filling import filled
from voyant.analysis.wording import listed, sentence
from voyant.domain.preset import Asked, Chosen, LeftOut, Missing, Plan, Preset, PresetRun
from voyant.domain.profile import Profile
from voyant.domain.table import Dataset
from voyant.errors import Code, InvalidInput


def plan(run: PresetRun, dataset: Dataset, profile: Profile, time_column: str | None = None) -> Plan:
    """What the preset comes to for this table.

    Args:
        time_column: Stands for the parameter that periods are formed by, unless that is given.

    Raises:
        InvalidInput: Something required is not there: ``MISSING_PARAMETER`` where columns could be given for it, else
            ``NOT_ENOUGH_DATA``; or a given column cannot be used.
    """
    preset = run.preset
    when = preset.time
    given = run.arguments if when is None or time_column is None else {when: time_column} | run.arguments
    binding = bind(preset, given, dataset, profile)
    if binding.lacking:
        raise _lacking(preset, binding.lacking, dataset)
    made = filled(preset, binding.values, dataset.name)
    if made.asked == Asked():
        raise _nothing_left(preset, made.left_out, dataset)
    return Plan(
        preset=preset.name,
        title=preset.title,
        table=dataset.name,
        bound=binding.bound,
        missing=binding.missing,
        left_out=made.left_out,
        time_column=time_column if when is None else binding.values.get(when),
        tables=made.tables,
        of=made.of,
        asked=made.asked,
        notes=tuple(_notes(binding, made.left_out)),
    )


def _lacking(preset: Preset, missing: tuple[Missing, ...], dataset: Dataset) -> InvalidInput:
    instead = [f"{name} ({preset.parameter(name).description})" for name in _instead(preset, missing)]
    can_be_given = bool(instead) or all(entry.candidates for entry in missing)
    offered = "; ".join(
        f"for {entry.name} one of {', '.join(entry.candidates)}" for entry in missing if entry.candidates
    )
    ways = [f"Say which column it is: {offered}."] if offered else []
    ways += [f"{'Or give' if ways else 'Give'} {listed(instead)}."] if instead else []
    return InvalidInput(
        f"{preset.name} needs {listed([f'{entry.name} ({entry.description})' for entry in missing])}, and nothing in "
        f"the table {dataset.name} is surely that.",
        code=Code.MISSING_PARAMETER if can_be_given else Code.NOT_ENOUGH_DATA,
        remedy=" ".join(ways) or "Choose a table that has it, or another preset.",
        data={
            "preset": preset.name,
            "missing": [{"name": entry.name, "candidates": list(entry.candidates)} for entry in missing],
            "columns": [column.name for column in dataset.columns][:200],
        },
    )


def _instead(preset: Preset, missing: Iterable[Missing]) -> list[str]:
    """The parameters that take the place of those that are missing."""
    names = {entry.name for entry in missing}
    found = (parameter.unless for parameter in preset.parameters if parameter.name in names)
    return list(dict.fromkeys(filter(None, found)))


def _nothing_left(preset: Preset, left_out: tuple[LeftOut, ...], dataset: Dataset) -> InvalidInput:
    names = sorted({name for entry in left_out for name in entry.lacks})
    return InvalidInput(
        f"Nothing of {preset.name} can be done with the table {dataset.name}: nothing stands for {listed(names)}.",
        code=Code.NOT_ENOUGH_DATA,
        remedy="Give columns for these parameters, or choose another preset.",
        data={"preset": preset.name, "missing": names},
    )


def _notes(binding: Binding, left_out: tuple[LeftOut, ...]) -> Iterator[str]:
    found = [entry for entry in binding.bound if entry.chosen is Chosen.FOUND]
    if found:
        named = (entry.value if isinstance(entry.value, str) else ", ".join(entry.value) for entry in found)
        pairs = [f"{entry.parameter} is {name}" for entry, name in zip(found, named, strict=True)]
        yield sentence(f"columns were found by their names and roles: {listed(pairs)}")
    by_lack: dict[tuple[str, ...], list[str]] = {}
    for entry in left_out:
        by_lack.setdefault(entry.lacks, []).append(entry.what)
    for lacks, what in by_lack.items():
        yield sentence(f"for lack of {listed(lacks)}, this was not done: {', '.join(what)}")
