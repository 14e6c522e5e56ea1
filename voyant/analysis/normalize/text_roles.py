"""Roles of text: categories, codes, places, free text."""

from __future__ import annotations

import re

from voyant.analysis.normalize.facts import Facts
from voyant.analysis.normalize.names import word_set
from voyant.analysis.normalize.number_roles import names_an_id
from voyant.analysis.normalize.places import are_places
from voyant.analysis.normalize.roles import Assigned
from voyant.domain.table import Role

_TEXT_WORDS = word_set(
    "description comment comments note notes text review message summary body subject remark remarks abstract content "
    "feedback question answer narrative details detail bemerkung beschreibung kommentar"
)
_CODE = re.compile(r"(?=.*[0-9])[A-Za-z0-9][A-Za-z0-9._:/#-]*")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[0-9a-fA-F]{24,64}")
WORDS_OF_FREE_TEXT = 4
LENGTH_OF_FREE_TEXT = 50
FEW_VALUES = 50


def text_role(facts: Facts) -> Assigned:
    """The role of a column of text with more than one value."""
    for rule in (_geography, _identifier, _free_text):
        if assigned := rule(facts):
            return assigned
    return _category(facts)


def _identifier(facts: Facts) -> Assigned | None:
    if facts.share_of_examples(_UUID.fullmatch) > 0.9:
        return Assigned(role=Role.IDENTIFIER, confidence=0.95, reason="every value is a UUID or hash")
    coded = facts.share_of_examples(_CODE.fullmatch) > 0.8
    last = facts.words[-1] if facts.words else ""
    named = names_an_id(last)
    if named and (coded or facts.distinct_share > 0.5) and facts.distinct > 20:
        return Assigned(role=Role.IDENTIFIER, confidence=0.9, reason="named as a code or number of something")
    if coded and facts.distinct > FEW_VALUES and facts.distinct_share > 0.9:
        return Assigned(role=Role.IDENTIFIER, confidence=0.85, reason="codes with digits, hardly any of them twice")
    if coded and facts.distinct > FEW_VALUES * 4:
        return Assigned(role=Role.IDENTIFIER, confidence=0.7, reason="very many different codes with digits")
    return None


def _geography(facts: Facts) -> Assigned | None:
    if are_places(facts):
        return Assigned(role=Role.GEOGRAPHY, confidence=0.85, reason="places by name and values")
    return None


def _free_text(facts: Facts) -> Assigned | None:
    words = _average(facts, lambda value: len(value.split()))
    length = _average(facts, len)
    if set(facts.words) & {"name", "names"}:
        return None  # names of things may have many words
    named = bool(set(facts.words) & _TEXT_WORDS)
    long = words >= WORDS_OF_FREE_TEXT or length >= LENGTH_OF_FREE_TEXT
    varied = facts.distinct > FEW_VALUES or facts.distinct_share > 0.5
    if (long and varied) or (named and words >= 2 and varied) or (named and words >= WORDS_OF_FREE_TEXT):
        return Assigned(
            role=Role.TEXT, confidence=0.9 if named else 0.75, reason=f"{words:.0f} words a value on average"
        )
    return None


def _category(facts: Facts) -> Assigned:
    if facts.is_unique and facts.distinct <= FEW_VALUES:
        return Assigned(role=Role.DIMENSION, confidence=0.6, reason="few values, one a row")
    if facts.distinct <= FEW_VALUES or facts.distinct_share <= 0.2:
        sure = 0.9 if facts.distinct_share <= 0.2 else 0.7
        return Assigned(role=Role.DIMENSION, confidence=sure, reason="few values that repeat")
    if facts.distinct_share > 0.9:
        return Assigned(role=Role.IDENTIFIER, confidence=0.6, reason="a name for nearly every row")
    return Assigned(role=Role.DIMENSION, confidence=0.55, reason="values that repeat")


def _average(facts: Facts, size: object) -> float:
    total = sum(facts.examples.values())
    return sum(size(value) * count for value, count in facts.examples.items()) / total if total else 0.0  # type: ignore[operator]
