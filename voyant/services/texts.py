"""What callers write has to be text: neither a database nor JSON keeps half of a character."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from voyant.errors import InvalidInput

_HALF = re.compile("[\ud800-\udfff]")


def require_text(**given: Any) -> None:
    r"""Refuses what holds half of a character, in texts, lists or mappings of any depth.

    JSON can write one, as ``"\ud800"``; Python reads the bytes of a name that is not UTF-8 as such.

    Args:
        given: By the name that the caller knows it by.

    Raises:
        InvalidInput: Which one, and where; not the text itself, which may be an address with a password.
    """
    for name, value in given.items():
        for text in _texts(value):
            if found := _HALF.search(text):
                raise InvalidInput(
                    f"{name} holds half of a character, {found[0]!r} at position {found.start() + 1:,}.",
                    remedy="Write it in whole characters; rename a file whose name is not UTF-8.",
                    data={"parameter": name},
                )


def _texts(value: Any) -> Iterator[str]:
    pending = [value]  # no recursion: what is sent may be nested deeper than Python's stack
    while pending:
        match pending.pop():
            case str(text):
                yield text
            case dict(entries):
                pending += [*entries.keys(), *entries.values()]
            case list(entries) | tuple(entries):
                pending += entries
