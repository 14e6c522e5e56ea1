"""JSON Schemas of what callers write and are answered, made from the structs that hold it."""

from __future__ import annotations

import inspect
import re
from dataclasses import field, make_dataclass
from functools import cache, reduce
from operator import or_
from types import UnionType
from typing import Any, Generic, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo, fields

_ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n {8,}.*)*)", re.MULTILINE)


def written_schema(kind: type) -> dict[str, Any]:
    """The schema of the fields of a struct, without references, and described as its docstring does."""
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
    """What the docstring of a struct says of its attributes."""
    text = inspect.cleandoc(kind.__doc__ or "").partition("Attributes:")[2]
    return {
        name: " ".join(told.split()).replace("``", "`").replace(" where None", " where left out")
        for name, told in _ATTRIBUTE.findall(text)
    }


@cache
def with_dataclasses(kind: Any) -> Any:
    """The type with a dataclass in the place of each struct: Pydantic, which describes answers, knows no structs."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _dataclass_of(kind)
    if not (arguments := tuple(map(with_dataclasses, get_args(kind)))):
        return kind
    return reduce(or_, arguments) if isinstance(kind, UnionType) else with_dataclasses(get_origin(kind))[arguments]


def _dataclass_of(kind: type[msgspec.Struct]) -> type:
    parameters = getattr(kind, "__parameters__", ())
    return make_dataclass(
        kind.__name__,
        [(each.name, with_dataclasses(each.type), _field_of(each)) for each in fields(kind)],
        bases=(Generic[parameters],) if parameters else (),  # type: ignore[index]
        namespace={"__module__": kind.__module__, "__doc__": kind.__doc__},
        kw_only=True,
    )


def _field_of(given: FieldInfo) -> Any:
    if given.default_factory is not msgspec.NODEFAULT:
        return field(default_factory=given.default_factory)
    return field() if given.default is msgspec.NODEFAULT else field(default=given.default)


def _inlined(field: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    """The schema of a field without references, and without the defaults, which are nothing nearly everywhere."""
    options = [_inlined(option, named) for option in field.get("anyOf", ())]
    kept = {key: value for key, value in field.items() if key not in {"$ref", "anyOf", "default"}}
    if reference := field.get("$ref"):
        target = named[reference.rsplit("/", maxsplit=1)[-1]]
        kept |= {"type": "string", "enum": target["enum"]}
    return kept | ({"anyOf": options} if options else {})
