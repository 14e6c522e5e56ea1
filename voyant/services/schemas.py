"""JSON Schemas of what callers write, made from the dataclasses that hold it."""

from __future__ import annotations

import inspect
import re
from typing import Any

import msgspec

_ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n {8,}.*)*)", re.MULTILINE)


def written_schema(kind: type) -> dict[str, Any]:
    """The schema of the fields of a dataclass, without references, and described as its docstring does."""
    made = msgspec.json.schema(kind)
    named = made.pop("$defs")
    schema: dict[str, Any] = named.pop(kind.__name__)
    described = descriptions(kind)
    properties = {
        name: _inlined(field, named) | ({"description": described[name]} if name in described else {})
        for name, field in schema["properties"].items()
    }
    # Docstrings speak to those who read the code.
    kept = {key: value for key, value in schema.items() if key not in {"title", "description"}}
    return kept | {"properties": properties, "additionalProperties": False}


def descriptions(kind: type) -> dict[str, str]:
    """What the docstring of a dataclass says of its attributes."""
    text = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:")[2]
    return {
        name: " ".join(told.split()).replace("``", "`").replace(" where None", " where left out")
        for name, told in _ATTRIBUTE.findall(text)
    }


def _inlined(field: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    """The schema of a field without references, and without the defaults, which are nothing nearly everywhere."""
    options = [_inlined(option, named) for option in field.get("anyOf", ())]
    kept = {key: value for key, value in field.items() if key not in {"$ref", "anyOf", "default"}}
    if reference := field.get("$ref"):
        target = named[reference.rsplit("/", maxsplit=1)[-1]]
        kept |= {"type": "string", "enum": target["enum"]}
    return kept | ({"anyOf": options} if options else {})
