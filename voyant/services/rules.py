"""Rules as people write them: in a file of YAML or JSON, or as plain values."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from voyant.analysis.quality.declared import refuse_contradictions
from voyant.domain.rule import DeclaredRule, RuleKind
from voyant.domain.serialization import from_builtins
from voyant.errors import Code, InvalidInput
from voyant.services.schemas import written_schema
from voyant.services.yaml_files import read_yaml_file

FIELDS = DeclaredRule.__struct_fields__


def read_rules(path: Path) -> tuple[DeclaredRule, ...]:
    """The rules that a file of YAML or JSON lists.

    Raises:
        InvalidInput: It cannot be read, or holds anything but rules that can be kept to.
    """
    return rules_from(_entries(read_yaml_file(path, "rules"), path))


def rule_schema() -> dict[str, Any]:
    """The JSON Schema of one rule as it is written, for faces that describe what they take."""
    return written_schema(DeclaredRule) | {
        "description": "One expectation of a table; which fields it reads hangs on its kind."
    }


def rules_from(given: Iterable[DeclaredRule | Mapping[str, Any]]) -> tuple[DeclaredRule, ...]:
    """The rules, of which each can be kept to by itself.

    Args:
        given: Fields of ``DeclaredRule`` by name; ``column`` may stand for a single one of ``columns``.

    Raises:
        InvalidInput: ``BAD_RULE`` with the rule's name: one that contradicts itself, or has unknown fields.
    """
    rules = tuple(
        entry if isinstance(entry, DeclaredRule) else _rule(entry, place) for place, entry in enumerate(given, start=1)
    )
    refuse_contradictions(rules)
    return rules


def _rule(given: Mapping[str, Any], place: int) -> DeclaredRule:
    if not isinstance(given, Mapping):
        raise _bad(f"rule {place}", f"it is {type(given).__name__}, and no fields with their values")
    called = str(given.get("name") or f"rule {place}")[:200]
    entries = dict(given)
    if "column" in entries and "columns" not in entries:
        entries["columns"] = entries.pop("column")
    if isinstance(entries.get("columns"), str):
        entries["columns"] = [entries["columns"]]
    for name in entries:
        if name not in FIELDS:
            near = difflib.get_close_matches(str(name), FIELDS, n=1)
            raise _bad(called, f"it has an unknown field {name!r}" + (f"; perhaps {near[0]}" if near else ""))
    if (kind := entries.get("kind")) not in list(RuleKind):
        raise _bad(called, f"its kind is {str(kind)[:100]!r}; there are {', '.join(RuleKind)}")
    try:
        rule = from_builtins(entries, DeclaredRule)
    except msgspec.ValidationError as error:
        raise _bad(called, str(error).replace("`", "")) from None
    if (reason := _unkeepable(rule)) is not None:
        raise _bad(called, reason)
    return rule


def _unkeepable(rule: DeclaredRule) -> str | None:
    """Why the rule could not be written down and read again as it is."""
    numbers = [number for number in (rule.minimum, rule.maximum, rule.value, *rule.values) if isinstance(number, float)]
    if not all(map(math.isfinite, numbers)):
        return "it holds a number that is not finite"
    try:
        written = msgspec.json.encode(rule)
    except (UnicodeEncodeError, OverflowError) as error:
        return f"it cannot be written as JSON: {str(error)[:100]}"
    return "it holds a NUL character" if b"\\u0000" in written else None


def _entries(parsed: Any, path: Path) -> list[Any]:
    found = parsed.get("rules") if isinstance(parsed, dict) else parsed
    if not isinstance(found, list):
        raise InvalidInput(
            f"{path} holds no list of rules.",
            code=Code.BAD_RULE,
            remedy=f"List rules, each with its kind ({', '.join(RuleKind)}) and fields.",
        )
    return found


def _bad(called: str, reason: str) -> InvalidInput:
    return InvalidInput(
        f"The rule {called!r} is refused: {reason}.", code=Code.BAD_RULE, data={"rule": called, "fields": list(FIELDS)}
    )
