"""Column names as snake_case words that SQL, people and agents can all type."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

LONGEST_NAME = 60

_SYMBOL_WORDS = {
    "%": "pct",
    "#": "number",
    "&": "and",
    "@": "at",
    "+": "plus",
    "=": "equals",
    "<": "lt",
    ">": "gt",
    "°": "deg",
    "$": "usd",
    "€": "eur",
    "£": "gbp",
    "¥": "jpy",
    "₹": "inr",
    "₽": "rub",
    "Ø": "avg",
    "∅": "avg",
    "Σ": "sum",
    "Δ": "delta",
}
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L"}
    | {"þ": "th", "Þ": "Th", "ı": "i", "ð": "d", "Ð": "D"}
)
_SPACED = re.compile(r"[\W_]+")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{1,2}")
_PICTURE = re.compile("[\U0001f000-\U0001faff]|[\u2600-\u27bf\u2b00-\u2bff]\ufe0f")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")


def snake_case(name: str) -> str:
    """The name as lower-case words joined by underscores; empty where nothing in it can be said.

    >>> snake_case("Größe (cm)"), snake_case("customerID"), snake_case("% of Total"), snake_case("2019")
    ('grosse_cm', 'customer_id', 'pct_of_total', '_2019')
    >>> snake_case("Country 🇩🇪"), snake_case("Sales 📈"), snake_case("🌡️")
    ('country_de', 'sales', 'thermometer')
    """
    told = _FLAG.sub(_letters_of, unicodedata.normalize("NFC", name))
    # A picture says something where it is all that there is; beside a name it is an ornament.
    return _in_words(_PICTURE.sub(" ", told)) or _in_words(told)


def _in_words(name: str) -> str:
    spelled = "".join(_spelled(character) for character in name)
    decomposed = unicodedata.normalize("NFKD", spelled.translate(_LETTERS))
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    # Apostrophes stand inside words: "driver's" is one word, not two.
    words = _SPACED.split(_CAMEL.sub("_", re.sub(r"(?<=\w)['’](?=\w)", "", plain)))
    joined = _shortened("_".join(word for word in words if word).lower())
    # A bare number would be read as the number itself by SQL written without quotes.
    return f"_{joined}" if joined[:1].isdigit() else joined


def unique_names(originals: Iterable[str]) -> tuple[str, ...]:
    """A snake_case name for each, all different; a nameless column is called after its position.

    >>> unique_names(["Id", "id", "", "ID 2"])
    ('id', 'id_3', 'column_3', 'id_2')
    """
    proposed = [snake_case(name) or f"column_{position}" for position, name in enumerate(originals, start=1)]
    first_uses = set(proposed)
    taken: set[str] = set()
    names = []
    for name in proposed:
        names.append(name if name not in taken else free_name(name, taken | first_uses))
        taken.add(names[-1])
    return tuple(names)


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name, numbered from 2 where it is taken."""
    used = set(taken)
    number = 2
    free = name
    while free in used:
        free = f"{name}_{number}"
        number += 1
    return free


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, as roles are read from them."""
    return tuple(word for word in snake_case(name).split("_") if word)


def word_set(words: str) -> frozenset[str]:
    """The words of a line of words, for the vocabularies that names are compared with."""
    return frozenset(words.split())


def _letters_of(flag: re.Match[str]) -> str:
    """A flag is written as the two letters of its country."""
    letters = "".join(chr(ord("a") + ord(letter) - 0x1F1E6) for letter in flag[0])
    return f" {letters} "


def _spelled(character: str) -> str:
    if character in _SYMBOL_WORDS:
        return f" {_SYMBOL_WORDS[character]} "
    category = unicodedata.category(character)
    if category in {"So", "Sc"}:  # emoji and rarer currencies say what they are
        return f" {unicodedata.name(character, '')} ".lower()
    return "" if category == "Cf" else character


def _shortened(name: str) -> str:
    if len(name) <= LONGEST_NAME:
        return name
    cut = name[:LONGEST_NAME]
    return cut.rsplit("_", maxsplit=1)[0] if "_" in cut[LONGEST_NAME // 2 :] else cut
