"""Regular expressions that people give: in the engine's syntax, and of bounded size."""

from __future__ import annotations

import re
from typing import Self

from voyant.errors import VoyantError
from voyant.lake.engine import Engine
from voyant.lake.sql import literal

LONGEST_PATTERN = 1_000
MOST_STEPS = 5_000
"""The engine (RE2) takes time linear in the text, times at worst the steps of the pattern: repetitions written out."""

_PIECES = re.compile(r"\\.|\[(?:\\.|[^\]\\])+\]|\{\d+(?:,\d*)?\}|.", re.DOTALL)


class Compiler:
    """Tells whether the engine takes patterns and formats of dates; closing it frees the engine."""

    def __init__(self) -> None:
        self._opened: Engine | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._opened is not None:
            self._opened.close()

    def obstacle(self, pattern: str) -> str | None:
        """Why the pattern cannot be used; None where it can."""
        if len(pattern) > LONGEST_PATTERN:
            return f"its pattern has {len(pattern):,} characters, more than {LONGEST_PATTERN:,}"
        if (steps := _steps(pattern)) > MOST_STEPS:
            return f"its pattern repeats to {steps:,} steps, more than {MOST_STEPS:,}"
        reason = self._refusal(f"regexp_full_match('', {literal(pattern)})")
        return None if reason is None else f"its pattern does not compile: {reason}"

    def date_obstacle(self, written: str) -> str | None:
        """Why a format of dates, as strptime takes it, cannot be used; None where it can."""
        reason = self._refusal(f"try_strptime('', {literal(written)})")
        return None if reason is None else f"its format {written!r} cannot be used: {reason}"

    def _refusal(self, expression: str) -> str | None:
        if self._opened is None:  # which takes longer than all patterns together
            self._opened = Engine(threads=1)
        try:
            self._opened.query(f"SELECT {expression}")
        except VoyantError as error:
            return error.message.split("Error:")[-1].strip()
        return None


def obstacle(pattern: str) -> str | None:
    """Why that one pattern cannot be used; None where it can."""
    with Compiler() as compiler:
        return compiler.obstacle(pattern)


def _steps(pattern: str) -> int:
    """How long the pattern is with every counted repetition written out.

    >>> _steps("a{3}b"), _steps("(a{10}b){10}")
    (4, 110)
    """
    open_groups: list[int] = []
    total = last = 0
    for piece in _PIECES.findall(pattern):
        if piece == "(":
            open_groups.append(total)
            total = last = 0
        elif piece == ")" and open_groups:
            total, last = open_groups.pop() + total, total
        elif len(piece) > 1 and piece.startswith("{"):
            times = max(int(number) for number in re.findall(r"\d+", piece))
            total, last = total + last * (times - 1), last * times
        else:
            total, last = total + 1, 1
    return total
