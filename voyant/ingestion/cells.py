"""What written cells look like: enough to tell a header from data and one delimiter from another."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache


class Kind(Enum):
    EMPTY = "empty"
    NUMBER = "number"
    TIME = "time"
    WORD = "word"  # short text: names, codes, e-mail addresses, links
    PROSE = "prose"  # text that no pattern stands for


_EMPTY = {"", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "--", ".", "?", "\\n"}

_NUMBER = re.compile(
    r"[(]?[-+−]?\s*(?:[$€£¥₹]|[A-Z]{3}\s)?\s*[-+]?"
    r"(?:\d+(?:[.,]\d+)?|\d{1,3}(?:[,.'  _]\d{3})+(?:[.,]\d+)?|[.,]\d+|\d+[.,])"
    r"(?:[eE][-+]?\d+)?\s*(?:%|[$€£¥₹]|\s[A-Z]{3})?[)]?"
)
_TIME = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\.?(?:[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?\s*"
    r"(?:Z|UTC|[-+]\d{2}:?\d{2})?)?"
    r"|\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?"
    r"|\d{4}-(?:\d{1,2}|[WQ]\d{1,2})|(?:\d{4}[- ]?)?[QH][1-4](?:[- ]\d{2,4})?"
    r"|(?:\w{3,9},?\s)?\d{1,2}[-/. ][^\W\d_]{3,9}\.?,?[-/. ]\d{2,4}(?:,?\s\d{1,2}:\d{2}(?::\d{2})?)?"
    r"|[^\W\d_]{3,9}\.?[-/ ]\d{1,2},?\s\d{4}|[^\W\d_]{3}[- ]\d{2,4}|\d{4}年\d{1,2}月\d{1,2}日"
)
_WORD = re.compile(
    r"(?!.*  )(?=\S*$|.*[^\W\d_])[^\W_](?:[\w .'’/()&+-]{0,60}[\w.)%+°]|\w?)|#?\w{1,60}|[^@\s,;]+@[^@\s,;]+\.\w+|https?://[^\s,;|]+"
)


@lru_cache(maxsize=16_384)
def kind_of(cell: str) -> Kind:
    """What the cell looks like.

    >>> kind_of(" 1.234,50 €"), kind_of("2024-01-31 08:00"), kind_of("New York"), kind_of("N/A")
    (<Kind.NUMBER: 'number'>, <Kind.TIME: 'time'>, <Kind.WORD: 'word'>, <Kind.EMPTY: 'empty'>)
    """
    text = cell.strip()
    if text.lower() in _EMPTY:
        return Kind.EMPTY
    if len(text) > 80:
        return Kind.PROSE
    if _NUMBER.fullmatch(text):
        return Kind.NUMBER
    if _TIME.fullmatch(text):
        return Kind.TIME
    if _WORD.fullmatch(text):
        return Kind.WORD
    return Kind.PROSE
