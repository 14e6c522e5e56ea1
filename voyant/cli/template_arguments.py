"""KPI templates as the command line asks for them."""

from __future__ import annotations

import json
from typing import Any

from voyant.errors import Code, InvalidInput


def given_parameters(given: list[str]) -> dict[str, Any]:
    """The parameters of the command line; one that is given again is a list."""
    found: dict[str, Any] = {}
    for entry in given:
        name, separator, text = entry.partition("=")
        name, value = name.strip(), _value(text.strip())
        if not separator or not name or text.strip() == "":
            raise InvalidInput(f"--param must be NAME=VALUE; this is {entry!r}.", code=Code.BAD_KPI)
        if name in found:
            earlier = found[name] if isinstance(found[name], list) else [found[name]]
            value = [*earlier, value]
        found[name] = value
    return found


def calls(given: list[str]) -> list[dict[str, Any]]:
    """What ``--template`` asks for: ``NAME``, or ``NAME:PARAM=VALUE,PARAM=VALUE``."""
    parts = [entry.partition(":") for entry in given]
    return [
        {"name": name.strip(), "parameters": given_parameters(text.split(",") if text else [])}
        for name, _, text in parts
    ]


def _value(text: str) -> Any:
    """A number or a list where it is one, else the text itself: names of columns and dates are given bare."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, int | list | str) and not isinstance(value, bool) else text
