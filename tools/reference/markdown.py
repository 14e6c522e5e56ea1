"""Markdown as the reference pages write it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a pipe or line break inside a cell cannot break it."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def code(text: str) -> str:
    """The text as inline code."""
    return f"`{text}`"


def prose(docstring: str) -> str:
    """A docstring's text with its double backticks made Markdown's."""
    return re.sub(r"``(.+?)``", r"`\1`", docstring)


def _cell(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text).replace("|", "\\|")
