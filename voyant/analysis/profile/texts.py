"""Shapes of short texts and frequent terms of long ones."""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby

from msgspec.structs import replace

from voyant.analysis.profile.coding import BLANKS, text_length
from voyant.analysis.profile.counts import ValueCounts
from voyant.analysis.profile.stopwords import STOP_WORDS
from voyant.analysis.rounding import rounded
from voyant.domain.profile import Pattern, Term, TextProfile
from voyant.domain.table import Role

MOST_PATTERNS = 10
MOST_TERMS = 20
_LONGEST_RUN = 6
_COVERED = 0.9
_SHAPED_CHARACTERS = 100
_CHARACTERS_FOR_TERMS = 2_000_000
_WORD = re.compile(r"[^\W\d_][^\W_]+(?:['’-][^\W\d_]+)*")


def describe_lengths(values: ValueCounts) -> TextProfile:
    """Lengths of a text column whose values are all counted."""
    lengths = [text_length(code) for code in values.codes]
    characters = sum(length * count for length, count in zip(lengths, values.counts, strict=True))
    blank = (count for code, count in zip(values.codes, values.counts, strict=True) if not code.strip(BLANKS))
    return TextProfile(
        min_length=min(lengths, default=0),
        max_length=max(lengths, default=0),
        mean_length=rounded(characters / values.total) if lengths else 0.0,
        empty=sum(blank),
    )


def with_words(text: TextProfile, role: Role, values: ValueCounts) -> TextProfile:
    """The profile with the terms of free text, or the patterns of anything else, as these values show them."""
    if role is Role.TEXT:
        terms, looked_at = _terms(values)
        return replace(text, terms=terms, looked_at=looked_at)
    return replace(text, patterns=_patterns(values), looked_at=values.total)


class _Shapes(dict[int, str]):
    """A table for ``str.translate`` that learns each character's class when it first meets it."""

    def __missing__(self, point: int) -> str:
        character = chr(point)
        if character.isdecimal():
            shape = "9"
        elif character.isalpha():
            shape = "A" if character.isupper() else "a"
        else:
            shape = character
        self[point] = shape
        return shape


def _patterns(values: ValueCounts) -> tuple[Pattern, ...]:
    """Exact shapes where a few of them cover nearly everything, otherwise shapes with runs of any length."""
    table = _Shapes()
    shapes: Counter[str] = Counter()
    for code, count in zip(values.codes, values.counts, strict=True):
        shapes[code[:_SHAPED_CHARACTERS].translate(table)] += count
    most = _most(shapes, MOST_PATTERNS)
    if sum(count for _, count in most) < _COVERED * values.total or any(map(_has_long_run, shapes)):
        collapsed: Counter[str] = Counter()
        for shape, count in shapes.items():
            collapsed[_collapsed(shape)] += count
        most = _most(collapsed, MOST_PATTERNS)
    return tuple(Pattern(shape=shape, share=rounded(count / values.total)) for shape, count in most)


def _has_long_run(shape: str) -> bool:
    return any(sum(1 for _ in run) > _LONGEST_RUN for _, run in groupby(shape))


def _collapsed(shape: str) -> str:
    parts = ((character, sum(1 for _ in run)) for character, run in groupby(shape))
    return "".join(character + ("+" if length > 1 else "") for character, length in parts)


def words_of(text: str) -> frozenset[str]:
    """The different words of a text that say something."""
    return frozenset(_WORD.findall(text.lower())) - STOP_WORDS


def _terms(values: ValueCounts) -> tuple[tuple[Term, ...], int]:
    """Words by the share of texts with them, and how many texts were read: a bounded number of characters of them."""
    step = 1 + sum(map(len, values.codes)) // _CHARACTERS_FOR_TERMS
    texts: Counter[str] = Counter()
    read = 0
    for code, count in zip(values.codes[::step], values.counts[::step], strict=True):
        read += count
        for word in words_of(code):
            texts[word] += count
    frequent = [(word, count) for word, count in _most(texts, MOST_TERMS) if count > 1]
    return tuple(Term(term=word, share=rounded(count / read)) for word, count in frequent), read


def _most(counter: Counter[str], limit: int) -> list[tuple[str, int]]:
    return sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:limit]
