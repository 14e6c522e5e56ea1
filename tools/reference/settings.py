"""The page of settings."""

from __future__ import annotations

from typing import Any

import msgspec

from tools.reference.markdown import code, table
from voyant.settings.configuration import PREFIX, Settings


def page() -> str:
    """Every environment variable with its default."""
    rows = [
        [code(PREFIX + field.name.upper()), _default(field.default), _description(field.type)]
        for field in msgspec.structs.fields(Settings)
    ]
    return "\n\n".join(
        [
            "# Settings",
            "Everything that can be set is an environment variable. Each has a default that suits a single machine; "
            "one that holds what it may not is an error that names it.",
            table(["Variable", "Default", "What it sets"], rows),
        ]
    )


def _default(value: Any) -> str:
    return "unset" if value is None else code(str(value).lower() if isinstance(value, bool) else str(value))


def _description(kind: Any) -> str:
    return str(msgspec.json.schema(kind, schema_hook=lambda _: {"type": "string"})["description"])
