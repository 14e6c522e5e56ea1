"""Regular expressions of contracts as rules take them."""

from __future__ import annotations


def anchored(pattern: str) -> str:
    """The pattern that a whole text matches where the given one is found in it, as ECMA's ``test`` looks for it.

    >>> anchored("^[A-Z]{2}$"), anchored("[0-9]")
    ('[A-Z]{2}', '(?s:.*)(?:[0-9])(?s:.*)')
    """
    inner = pattern[1:-1]
    if pattern.startswith("^") and pattern.endswith("$") and not any(sign in inner for sign in "|\\^$"):
        return inner
    return f"(?s:.*)(?:{pattern})(?s:.*)"


def obstacle_of(pattern: object) -> str | None:
    """Why the pattern cannot be checked; None where it can.

    The standard's patterns are ECMA's, which know look-around and back-references. To match those takes time without
    bound, so the engine (RE2) has neither.
    """
    from voyant.analysis.quality.declared.patterns import obstacle

    return obstacle(anchored(pattern)) if isinstance(pattern, str) else "its pattern is no text"
