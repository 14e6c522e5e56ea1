"""What callers give for the parameters of a preset, checked as far as that can be done without the table."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from voyant.domain.kpi import Grain
from voyant.domain.preset import Parameter, ParameterKind, Preset
from voyant.domain.source import table_name, without_credentials
from voyant.errors import InvalidInput

LONGEST_TEXT = 10_000
MOST_COLUMNS = 100
_NAMED = re.compile(r"([^=/\\:]*[^=/\\:\s][^=/\\:]*)=(.+)", re.DOTALL)
"""What stands before the first = is a name, unless it is the beginning of a path or address."""


class Misfit(Exception):
    """Why a value cannot be given, as the end of a sentence."""


def checked(preset: Preset, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as their parameters take them; those that are None are left out.

    Raises:
        InvalidInput: The preset has no such parameter, or a value is none that it takes.
    """
    names = [parameter.name for parameter in preset.parameters]
    for name in arguments:
        if name not in names:
            near = difflib.get_close_matches(str(name), names, n=1)
            raise InvalidInput(
                f"{preset.name} has no parameter {str(name)[:100]!r}" + (f"; perhaps {near[0]}." if near else "."),
                remedy=f"Give only: {', '.join(names)}." if names else "Give none: it has no parameters.",
                data={"preset": preset.name, "parameter": str(name)[:200], "parameters": names},
            )
    made = {}
    for name, value in arguments.items():
        if value is None:
            continue
        try:
            made[name] = argument(preset.parameter(name), value)
        except Misfit as misfit:
            raise InvalidInput(
                f"The parameter {name!r} of {preset.name} cannot be {_shown(value)[:100]!r}: {misfit}.",
                data={"preset": preset.name, "parameter": name},
            ) from None
    return made


def _shown(value: Any) -> str:
    """The value without what an address in it may hold of credentials."""
    if isinstance(value, Mapping):
        return str({name: _shown(one) for name, one in value.items()})
    return str([_shown(one) for one in value]) if isinstance(value, list | tuple) else without_credentials(str(value))


def argument(parameter: Parameter, value: Any) -> Any:
    """The value as the parameter takes it: numbers may come as text, one of several columns by itself.

    Raises:
        Misfit: It is none that the parameter takes.
    """
    match parameter.kind:
        case ParameterKind.COLUMN | ParameterKind.TEXT:
            return _text(value)
        case ParameterKind.COLUMNS | ParameterKind.TEXTS:
            return _texts(value)
        case ParameterKind.SOURCES:
            return _sources(value)
        case ParameterKind.NUMBER:
            return _number(parameter, value)
        case ParameterKind.DATE:
            return _date(value)
        case ParameterKind.GRAIN:
            return _one_of(value, tuple(Grain))
        case ParameterKind.CHOICE:
            return _one_of(value, parameter.choices)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_TEXT or "\0" in value:
        raise Misfit("it takes a text, such as the name of a column")
    return value


def _texts(value: Any, what: str = "texts, such as names of columns") -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    if not 0 < len(values) <= MOST_COLUMNS:
        raise Misfit(f"it takes 1 to {MOST_COLUMNS} {what}")
    return list(dict.fromkeys(map(_text, values)))


def _sources(value: Any) -> dict[str, str]:
    """By name; a text may begin with the name, else the source goes by its own, as its table will."""
    named = list(value.items()) if isinstance(value, Mapping) else list(map(_named_source, _texts(value, "sources")))
    try:
        texts = [(_text(name).strip(), _text(source)) for name, source in named]
    except Misfit:
        raise Misfit('it takes sources by name, such as {"Hunts": "hunts.csv"}') from None
    if not texts:
        raise Misfit(f"it takes 1 to {MOST_COLUMNS} sources")
    sources = dict(texts)
    if len(sources) < len(texts):
        raise Misfit("two of the sources go by one name; give them names of their own, as NAME=SOURCE")
    return sources


def _named_source(text: str) -> tuple[str, str]:
    named = _NAMED.fullmatch(text)
    return (named[1], named[2]) if named else (table_name(text), text)


def _number(parameter: Parameter, value: Any) -> int | float:
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise Misfit("it takes a number")
    if parameter.whole and number != round(number):
        raise Misfit("it takes a whole number")
    least, most = parameter.minimum, parameter.maximum
    if (least is not None and number < least) or (most is not None and number > most):
        bounds = [f"at least {least:g}"] * (least is not None) + [f"at most {most:g}"] * (most is not None)
        raise Misfit(f"it takes {' and '.join(bounds)}")
    return int(number) if number == round(number) else number


def _date(value: Any) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise Misfit("it takes a date, such as 2024-12-31") from None


def _one_of(value: Any, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise Misfit(f"it takes one of {', '.join(choices)}")
    return str(value)
