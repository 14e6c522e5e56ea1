"""Formats of text that rules can name: what of a column's values does not have the format, in SQL."""

from __future__ import annotations

import re
from collections.abc import Callable

from voyant.analysis.expressions import NotUsable
from voyant.analysis.normalize.formats import matches
from voyant.analysis.normalize.personal import CARD_NUMBER, EMAIL, IBAN, PHONE
from voyant.analysis.quality.declared import codes
from voyant.domain.table import Column, ColumnType
from voyant.lake.sql import identifier, literal

DATE_PREFIX = "date:"
"""Before a format of strptime, such as ``date:%d.%m.%Y``."""

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = rf"(?:{_OCTET}\.){{3}}{_OCTET}"
_GROUP = "[0-9A-Fa-f]{1,4}"
_GROUP_LIST = [":".join([_GROUP] * groups) for groups in range(8)]
_IPV6 = "|".join(
    [
        rf"(?:{_GROUP}:){{7}}{_GROUP}",
        rf"(?:{_GROUP}:){{6}}{_IPV4}",
        # A row of zero groups is left out, once: of seven others some stand before it, the rest at most after it.
        *(rf"{_GROUP_LIST[before]}::(?:{_GROUP}(?::{_GROUP}){{0,{6 - before}}})?" for before in range(7)),
        rf"{_GROUP_LIST[7]}::",
        *(rf"{_GROUP_LIST[before]}::(?:{_GROUP}:){{0,{5 - before}}}{_IPV4}" for before in range(6)),
    ]
)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
_ZONE = r"(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})"

_PATTERNS = {
    "email": EMAIL.pattern,
    "phone": PHONE.pattern,
    "url": r"(?i:https?|ftp)://[^\s/?#]+(?:[/?#]\S*)?",
    "uri": r"[A-Za-z][A-Za-z0-9+.-]*:\S+",
    "uuid": r"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}",
    "ipv4": _IPV4,
    "ipv6": _IPV6,
    "ip": f"{_IPV4}|{_IPV6}",
    "hostname": rf"(?:{_LABEL}\.)*{_LABEL}",
    "e164": r"\+[1-9][0-9]{6,14}",
}
_CODES = {
    "country": codes.COUNTRIES,
    "country3": codes.COUNTRIES_OF_THREE_LETTERS,
    "currency": codes.CURRENCIES,
    "language": codes.LANGUAGES,
}


def _iban(text: str) -> str:
    """Check digits after ISO 13616: letters as numbers from 10, the first four moved to the end, 1 modulo 97."""
    compact = f"upper(replace({text}, ' ', ''))"
    moved = f"(substr({compact}, 5) || left({compact}, 4))"
    digit = f"{literal('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ')}"
    numbers = f"list_transform(string_split({moved}, ''), lambda sign: strpos({digit}, sign) - 1)"
    step = "lambda sum, number: (sum * CASE WHEN number > 9 THEN 100 ELSE 10 END + number) % 97"
    return f"CASE WHEN {matches(compact, IBAN.pattern)} THEN list_reduce({numbers}, {step}) = 1 ELSE false END"


def _card(text: str) -> str:
    """Issuer's first digits, length, and the check digit of Luhn (ISO/IEC 7812)."""
    digits = f"regexp_replace({text}, '[ -]', '', 'g')"
    doubled = (
        f"list_transform(string_split(reverse({digits}), ''), lambda sign, place: "
        "CASE WHEN place % 2 = 1 THEN sign::INTEGER ELSE 2 * sign::INTEGER - 9 * (sign::INTEGER > 4)::INTEGER END)"
    )
    return f"CASE WHEN {matches(digits, CARD_NUMBER.pattern)} THEN list_sum({doubled}) % 10 = 0 ELSE false END"


_COMPUTED: dict[str, Callable[[str], str]] = {
    "iban": _iban,
    "card": _card,
    "date": lambda text: f"({matches(text, _DATE)} AND try_cast({text} AS DATE) IS NOT NULL)",
    "time": lambda text: f"({matches(text, _TIME)} AND try_cast({text} AS TIME) IS NOT NULL)",
    "datetime": lambda text: (
        f"({matches(text, f'{_DATE}[Tt ]{_TIME}{_ZONE}?')} AND try_cast({text} AS TIMESTAMPTZ) IS NOT NULL)"
    ),
}
_READ_ALREADY = {
    "date": {ColumnType.DATE, ColumnType.TIMESTAMP},
    "datetime": {ColumnType.DATE, ColumnType.TIMESTAMP},
    "time": {ColumnType.TIME},
}

FORMATS = tuple(sorted([*_PATTERNS, *_CODES, *_COMPUTED]))


def canonical(name: str) -> str:
    """The name as it is listed: ``Date-Time`` is ``datetime``."""
    return name if name.startswith(DATE_PREFIX) else re.sub(r"[\s_-]", "", name).lower()


def is_known(name: str) -> bool:
    """Whether there is such a format."""
    return canonical(name) in FORMATS or (name.startswith(DATE_PREFIX) and "%" in name)


def misfit(column: Column, name: str) -> str:
    """SQL that is true for a value without the format, and for nothing missing.

    Raises:
        NotUsable: The column holds no text, so that how its values were written is not known.
    """
    format_ = canonical(name)
    text = identifier(column.name)
    if column.type in _READ_ALREADY.get(format_, ()):
        return f"{text} IS NULL AND {text} IS NOT NULL"  # each was read as one, or it would be missing
    if column.type is not ColumnType.TEXT:
        raise NotUsable(f"{column.name} is of the type {column.type}, and a format is about text")
    if format_.startswith(DATE_PREFIX):
        return f"try_strptime({text}, {literal(format_.removeprefix(DATE_PREFIX))}) IS NULL AND {text} IS NOT NULL"
    if format_ in _PATTERNS:
        return f"NOT {matches(text, _PATTERNS[format_])}"
    if format_ in _CODES:
        return f"{text} NOT IN ({', '.join(map(literal, sorted(_CODES[format_])))})"
    return f"NOT {_COMPUTED[format_](text)}"
