"""Presets: those that come with Voyant, and those of the operator's own folder.

What reads and fits them is imported where it is used: most jobs are of no preset.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from voyant.domain.caller import Caller
from voyant.domain.preset import Fit, FoundBy, Parameter, ParameterKind, Preset, PresetRun
from voyant.domain.profile import Profile
from voyant.domain.table import Dataset
from voyant.errors import Code, InvalidInput, NotFound
from voyant.services.yaml_files import read_yaml_file
from voyant.settings.configuration import settings
from voyant.workflows.pipelines import is_preset

MOST_FILES = 500
_FOUND = {
    FoundBy.BY_NAME: "found by its name: {words} …",
    FoundBy.BY_ROLE: "found by its role",
    FoundBy.NAMING: "the one whose values further columns are named after, else found by its name: {words} …",
    FoundBy.LEADING_TIME: "the column that says when a row happened",
    FoundBy.EXPLAINING: "dimensions with few values",
    FoundBy.KEY: "the columns that identify a row",
    FoundBy.NEVER: "left out",
}


class PresetSummary(Struct, frozen=True, kw_only=True):
    """A preset as lists show it.

    Attributes:
        requires: Parameters, and what can be computed from them, without which it cannot be run; found by themselves
            where the table's columns say it.
        own: Whether it comes from the folder of presets rather than with Voyant.
    """

    name: str
    title: str
    description: str
    requires: tuple[str, ...]
    own: bool


class Shelf(Struct, frozen=True, kw_only=True):
    """The presets of the folder, and what keeps others of its files from being any.

    Attributes:
        refused: By the file's name without its ending.
    """

    presets: Mapping[str, Preset] = field(default_factory=dict)
    refused: Mapping[str, InvalidInput] = field(default_factory=dict)


def list_presets(caller: Caller) -> tuple[PresetSummary, ...]:
    """All presets, by name."""
    from voyant.analysis.presets import built_in

    return tuple(_summary(preset, own=preset.name not in built_in()) for preset in _all().values())


def refused_presets(caller: Caller) -> tuple[InvalidInput, ...]:
    """What is wrong with files of the folder of presets, which are left out."""
    return tuple(_own().refused.values())


def show_preset(caller: Caller, name: str) -> Preset:
    """The preset of that name, whole.

    Raises:
        NotFound: There is none.
        InvalidInput: ``BAD_PRESET``: there is a file of that name, or one that says so, but it holds none.
    """
    found = _all()
    if name in found:
        return found[name]
    refused = _own().refused
    for stem, refusal in refused.items():
        if name in {stem, refusal.data.get("preset")}:
            raise refusal
    near = difflib.get_close_matches(name, found, n=1, cutoff=0.5)
    raise NotFound(
        f"There is no preset {name[:100]!r}" + (f"; perhaps {near[0]}." if near else "."),
        code=Code.NO_TEMPLATE,
        remedy=f"Use one of: {', '.join(found)}." + _among_refused(refused),
        data={"preset": name[:200], "presets": list(found)},
    )


def _among_refused(refused: Mapping[str, InvalidInput]) -> str:
    """That it may stand in a file which could not be read."""
    if not refused:
        return ""
    first = next(iter(refused.values())).message
    others = f"; and {len(refused) - 1} more, which the list of presets tells" if len(refused) > 1 else ""
    return f" Or mend what is no preset yet: {first}{others}"


def preset_run(caller: Caller, kind: str, arguments: Mapping[str, Any] | None) -> PresetRun | None:
    """What a job of that kind is asked for, the preset whole; None where the kind is no preset.

    Args:
        arguments: By parameter; None where none could be given, as only presets take them.

    Raises:
        NotFound: There is no such preset.
        InvalidInput: An argument is none that it takes, or there are arguments and no preset to take them.
    """
    if is_preset(kind):
        from voyant.analysis.presets.arguments import checked

        preset = show_preset(caller, kind)
        return PresetRun(preset=preset, arguments=checked(preset, arguments or {}))
    if arguments is not None:
        raise InvalidInput(
            f"A job of the kind {kind!r} is no preset, so it takes no parameters.",
            remedy="Leave them out, or name a preset.",
            data={"kind": kind},
        )
    return None


def fitting_presets(caller: Caller, dataset: Dataset, profile: Profile) -> tuple[Fit, ...]:
    """How well each preset fits a table that was profiled, best first."""
    from voyant.analysis.presets import fitting

    return fitting(_all().values(), dataset, profile)


def _summary(preset: Preset, *, own: bool) -> PresetSummary:
    return PresetSummary(
        name=preset.name,
        title=preset.title,
        description=preset.description,
        requires=preset.required,
        own=own,
    )


def _all() -> dict[str, Preset]:
    from voyant.analysis.presets import built_in

    return dict(sorted({**_own().presets, **built_in()}.items()))


def _own() -> Shelf:
    """Read again whenever a file has changed: a server need not be started anew for a preset."""
    folder = settings().presets_path
    if folder is None:
        return Shelf()
    if not folder.is_dir():
        refusal = InvalidInput(f"VOYANT_PRESETS_PATH is {str(folder)!r}, which is no folder.", code=Code.BAD_PRESET)
        return Shelf(refused={"VOYANT_PRESETS_PATH": refusal})
    return _read(folder, tuple(_state(file) for file in _files(folder)))


@lru_cache(maxsize=1)
def _read(folder: Path, _state_of_files: tuple[tuple[str, int, int], ...]) -> Shelf:
    from voyant.analysis.presets import built_in

    presets: dict[str, Preset] = {}
    refused: dict[str, InvalidInput] = {}
    for file in _files(folder):
        try:
            presets[file.stem] = _preset(file, {*built_in(), *presets})
        except InvalidInput as error:
            refused[file.stem] = error
    return Shelf(presets=presets, refused=refused)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in {".yaml", ".yml"} and path.is_file())[:MOST_FILES]


def _state(file: Path) -> tuple[str, int, int]:
    told = file.stat()
    return file.name, told.st_mtime_ns, told.st_size


def _preset(file: Path, taken: Collection[str]) -> Preset:
    from voyant.analysis.presets import NotAPreset, preset_from, refuse_what_cannot_run

    written = read_yaml_file(file, "preset")
    try:
        preset = preset_from(written)
        if preset.name != file.stem:
            raise NotAPreset(f"its name is {preset.name!r}; the file of that preset is {preset.name}.yaml")
        if preset.name in taken:
            raise NotAPreset("there is another preset of that name")
        refuse_what_cannot_run(preset)
    except NotAPreset as error:
        raise InvalidInput(
            f"The preset {str(file)!r} is refused: {error}.",
            code=Code.BAD_PRESET,
            data={"file": file.name, "preset": written.get("name") if isinstance(written, dict) else None},
        ) from None
    return preset


def ways_to_find(parameter: Parameter) -> str:
    """What becomes of a parameter that is not given, in words."""
    if parameter.kind is ParameterKind.SOURCES:
        return "left out"
    if not parameter.kind.is_of_columns:
        return "left to the analysis" if parameter.default is None else str(parameter.default)
    found = _FOUND[parameter.found].format(words=", ".join(parameter.words[:4]))
    needed = f"{found}; required" if parameter.required else found
    return needed if parameter.unless is None else f"{needed}, unless {parameter.unless} is given"
