"""A setting that is not for everyone's eyes."""

from __future__ import annotations


class Secret:
    """A text that never prints: neither in logs nor in errors nor in the representation of what holds it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for whoever it is meant for."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"
