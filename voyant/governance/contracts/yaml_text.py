"""YAML as plain data and back: nothing is made of it but what JSON has, and no text can make it large.

Timestamps stay the text they are, and so do numbers with colons, which YAML 1.1 counts in sixties: ``09:30`` is a time.
Of the words that YAML 1.1 takes for truth only ``true`` and ``false`` are: ``NO`` is a country.
"""

from __future__ import annotations

import math
import re
from functools import cache
from typing import Any

from voyant.governance.contracts.refusal import refused

LARGEST_BYTES = 4 * 2**20
MOST_NODES = 400_000
DEEPEST = 60


def read_yaml(text: str | bytes) -> Any:
    """The one document that the text holds.

    Raises:
        InvalidInput: It is no YAML, holds what plain data cannot, or is too large, too deep, or would become so.
    """
    import yaml

    text = _decoded(text)
    try:
        _measure(text)
        return _plain(yaml.load(text, Loader=_loader()))  # noqa: S506 - it makes plain data only
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise refused(
            f"The contract is no YAML that can be read: {_reason(error)}", remedy="Correct the YAML at the line named."
        ) from None


def write_yaml(document: Any) -> str:
    """The document as YAML, its elements in the order they have."""
    import yaml

    return yaml.dump(document, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=100)


def _decoded(text: str | bytes) -> str:
    size = len(text)
    if size > LARGEST_BYTES:
        raise refused(f"The contract has {size:,} bytes; {LARGEST_BYTES:,} are the most that one may have.")
    if isinstance(text, str):
        return text
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(f"The contract is not written in UTF-8: {error}.", remedy="Save it as UTF-8.") from None


def _measure(text: str) -> None:
    """Counts nodes as they will be once every alias stands for what it means, before any of it is built."""
    import yaml

    anchors: dict[str, int | None] = {}
    open_nodes: list[tuple[str | None, int]] = []
    total = 0
    for event in yaml.parse(text, Loader=_loader()):
        if isinstance(event, yaml.AliasEvent):
            meant = str(event.anchor)
            size = anchors.get(meant, 1)
            if size is None:
                raise refused(f"The contract refers to itself: *{meant} stands inside of what it means.")
            total += size
        elif isinstance(event, yaml.CollectionStartEvent):
            anchors |= {event.anchor: None} if event.anchor else {}
            open_nodes.append((event.anchor, total))
            total += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_nodes.pop()
            anchors |= {anchor: total - before} if anchor else {}
        elif isinstance(event, yaml.ScalarEvent):
            anchors |= {event.anchor: 1} if event.anchor else {}
            total += 1
        if total > MOST_NODES or len(open_nodes) > DEEPEST:
            limit = f"{DEEPEST} levels deep" if len(open_nodes) > DEEPEST else f"{MOST_NODES:,} elements large"
            raise refused(f"The contract is more than {limit}, aliases resolved.", remedy="Write it without aliases.")


@cache
def _loader() -> Any:
    import yaml

    class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        """Makes plain data, and takes no name twice."""

    Loader.yaml_implicit_resolvers = {
        first: [
            (tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] not in {"timestamp", "int", "bool"}
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    Loader.add_implicit_resolver(
        "tag:yaml.org,2002:bool", re.compile("(true|True|TRUE|false|False|FALSE)$"), list("tTfF")
    )
    numbers = re.compile(r"[-+]?(0|[1-9][0-9_]*)$")
    Loader.add_implicit_resolver("tag:yaml.org,2002:int", numbers, list("-+0123456789"))
    Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
    return Loader


def _mapping(loader: Any, node: Any) -> dict[str, Any]:
    loader.flatten_mapping(node)
    made: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise refused(
                f"The contract has an element named {key!r} in line {key_node.start_mark.line + 1}: names are text."
            )
        if key in made:
            raise refused(f"The contract has {key!r} twice in one place, again in line {key_node.start_mark.line + 1}.")
        made[key] = loader.construct_object(value_node, deep=True)
    return made


@cache
def _dumper() -> Any:
    import yaml

    class Dumper(yaml.SafeDumper):
        """Repeats what is said twice, since readers of contracts look for no aliases; indents lists."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> Any:
            return super().increase_indent(flow, False)

    return Dumper


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if value is None or isinstance(value, bool | int | str) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise refused(f"The contract holds {str(value)[:100]!r}, which plain data cannot.", remedy="Write it as text.")


def _reason(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    if mark is not None:
        problem = getattr(error, "problem", None) or "it stops making sense"
        return f"{problem}, in line {mark.line + 1}, column {mark.column + 1}."
    return str(error).partition("\n")[0][:300] or type(error).__name__
