"""Columns that hold personal data, found by their values together with the words of their names."""

from __future__ import annotations

import ipaddress
import re

from msgspec import Struct

from voyant.analysis.normalize.facts import Facts
from voyant.analysis.normalize.names import word_set
from voyant.analysis.normalize.national_ids import is_formed_id, is_numbered_id
from voyant.analysis.normalize.people import look_like_names, share_shaped_like_names
from voyant.domain.table import ColumnType, PersonalData

MOST = 0.6
"""Of different values, where a form leaves little to chance."""
NEARLY_ALL = 0.9
"""Of different values, where chance alone would pass some, or no name supports it."""
CERTAIN = 0.98
"""Of different values, where a check digit lets one in ten pass by chance."""
FEW_PEOPLE = 50
MOST_STAFF = 1_000
"""Where the column's name speaks of work: who was assigned, who closed it."""
REPEATED_SHARE = 0.2

EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[A-Za-z]{2,}")
PHONE = re.compile(r"(?:\+|00)?[0-9(][0-9 ()./-]{5,20}[0-9](?: ?(?:x|ext\.?) ?[0-9]{1,6})?")
_CLEAR_PHONE = re.compile(
    r"\+[0-9]{1,3}[ ./()0-9-]{6,18}(?: ?x[0-9]+)?|(?:\+?1[-. ])?\([0-9]{3}\) ?[0-9]{3}[-. ][0-9]{4}(?: ?x[0-9]+)?"
    r"|(?:\+?1[-. ])?[0-9]{3}[-.][0-9]{3}[-.][0-9]{4}(?: ?x[0-9]+)?|\(?0[1-9][0-9]{1,4}\)?[ /-][0-9 -]{5,12}"
)
IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_STREET = re.compile(
    r"[0-9]+[A-Za-z]? [\w'’. ]*\b(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|way|place|"
    r"pl|rue|square|terrace|crescent|highway|hwy|route)\b.*"
    r"|[\w'’.\- ]*(?:stra(?:ß|ss)e|str\.|weg|platz|allee|gasse|straat) ?[0-9]+.*"
    r"|(?:calle|via|rua|avenida|plaza|rue) [\w'’.,\- ]*[0-9]+.*",
    re.IGNORECASE,
)
_PHONE_WORDS = word_set(
    "phone tel telephone telefon telefono mobile cell cellphone fax whatsapp handy msisdn phonenumber"
)
_CARD_WORDS = word_set("card cc creditcard pan cardnumber")
_ID_WORDS = word_set(
    "ssn nino dni nie nif cpf aadhaar aadhar insee pesel bsn curp sin tin passport tax national social security "
    "personal citizen identity steuer personnummer"
)
_ADDRESS_WORDS = word_set("address addr street adresse anschrift strasse direccion indirizzo endereco rue calle")
_OTHER_ADDRESS_WORDS = word_set("email mail ip mac web url wallet contract memory host bitcoin eth type")
_NAME_ALONE = word_set(
    "firstname lastname surname forename fullname givenname familyname middlename vorname nachname prenom apellido "
    "apellidos cognome sobrenome fname lname"
)
_NAME_PAIRS = frozenset(
    (first, last)
    for last in ("name", "names")
    for first in word_set(
        "first last full given family middle maiden customer client patient passenger student employee person contact "
        "user member guest applicant borrower cardholder holder driver teacher author owner recipient sender buyer "
        "seller donor voter resident tenant respondent participant candidate spouse child parent caller"
    )
)
_WORK_WORDS = word_set(
    "assigned assignee agent by owner technician rep representative manager salesperson seller teacher lecturer "
    "doctor physician staff lead reviewer approver handler operator clerk cashier inspector analyst engineer editor "
    "officer"
)
_PEOPLE_WORDS = _WORK_WORDS | word_set(
    "passenger patient customer client student employee person caller user author member"
)


class Found(Struct, frozen=True):
    """A kind of personal data and what shows it."""

    kind: PersonalData
    reason: str


SHORTEST_CARD_NUMBER = 13
CARD_NUMBER = re.compile(r"(?:3[0-9]{13,14}|[4-6][0-9]{12,18}|2[2-7][0-9]{14})")


def find_personal(facts: Facts) -> Found | None:
    """The kind of personal data in a column, or None.

    Names of people that are few and repeat are the categories of a work role, such as the agents of a help desk: what
    an analyst compares. They are no finding here.
    """
    if facts.type not in {ColumnType.TEXT, ColumnType.INTEGER} or not facts.examples:
        return None
    for rule in (_email, _iban, _card, _national_id, _ip, _phone, _address, _name):
        if found := rule(facts, set(facts.words)):
            return found
    return None


def is_few_people(facts: Facts) -> bool:
    """Whether the column holds names of people that are few and repeat."""
    if facts.type is not ColumnType.TEXT or not _few_and_repeated(facts):
        return False
    values = list(facts.examples)
    return look_like_names(values) or (
        bool(set(facts.words) & _PEOPLE_WORDS) and share_shaped_like_names(values) >= NEARLY_ALL
    )


def is_card_number(value: str) -> bool:
    """Whether the digits are of a payment card: issuer's first digits, length and Luhn check (ISO/IEC 7812)."""
    if len(value) < SHORTEST_CARD_NUMBER:
        return False
    digits = re.sub(r"[ -]", "", value)
    if not CARD_NUMBER.fullmatch(digits):
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def is_iban(value: str) -> bool:
    """Whether it is an International Bank Account Number with valid check digits (ISO 13616)."""
    compact = value.replace(" ", "").upper()
    if not IBAN.fullmatch(compact):
        return False
    return int("".join(str(int(character, 36)) for character in compact[4:] + compact[:4])) % 97 == 1


def _email(facts: Facts, words: set[str]) -> Found | None:
    if facts.share_of_examples(EMAIL.fullmatch) >= MOST:
        return Found(PersonalData.EMAIL, "e-mail addresses by their form")
    return None


def _iban(facts: Facts, words: set[str]) -> Found | None:
    if facts.share_of_examples(is_iban) >= MOST:
        return Found(PersonalData.IBAN, "bank account numbers with valid check digits")
    return None


def _card(facts: Facts, words: set[str]) -> Found | None:
    needed = MOST if words & _CARD_WORDS else CERTAIN
    if len(facts.examples) >= (1 if words & _CARD_WORDS else 5) and facts.share_of_examples(is_card_number) >= needed:
        return Found(PersonalData.CARD, "payment card numbers with valid check digits")
    return None


def _national_id(facts: Facts, words: set[str]) -> Found | None:
    named = bool(words & _ID_WORDS)
    if facts.share_of_examples(is_formed_id) >= (MOST if named else NEARLY_ALL) and (named or len(facts.examples) >= 3):
        return Found(PersonalData.NATIONAL_ID, "national ids by their form and check digits")
    if named and facts.share_of_examples(is_numbered_id) >= NEARLY_ALL:
        return Found(PersonalData.NATIONAL_ID, "national ids by name and check digits")
    return None


def _ip(facts: Facts, words: set[str]) -> Found | None:
    if "version" not in words and facts.share_of_examples(_is_ip) >= NEARLY_ALL:
        return Found(PersonalData.IP, "IP addresses by their form")
    return None


def _is_ip(value: str) -> bool:
    if "." not in value and ":" not in value:
        return False  # a plain number would be taken for the address that it counts up to
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True


def _phone(facts: Facts, words: set[str]) -> Found | None:
    named = bool(words & _PHONE_WORDS) and not words & {"model", "brand", "type", "name"}
    if named and facts.share_of_examples(_is_phone) >= MOST:
        return Found(PersonalData.PHONE, "telephone numbers by name and form")
    if facts.share_of_examples(_CLEAR_PHONE.fullmatch) >= NEARLY_ALL and facts.distinct >= 3:
        return Found(PersonalData.PHONE, "telephone numbers by their form")
    return None


def _is_phone(value: str) -> bool:
    return bool(PHONE.fullmatch(value)) and 7 <= sum(character.isdigit() for character in value) <= 17


def _address(facts: Facts, words: set[str]) -> Found | None:
    if facts.type is not ColumnType.TEXT:
        return None
    named = bool(words & _ADDRESS_WORDS) and not words & _OTHER_ADDRESS_WORDS
    numbered = facts.share_of_examples(lambda value: re.search(r"[0-9]", value) and re.search(r"[^\W\d_]{3}", value))
    if (named and numbered >= MOST) or facts.share_of_examples(_STREET.fullmatch) >= MOST:
        return Found(PersonalData.ADDRESS, "postal addresses by " + ("name and form" if named else "their form"))
    return None


def _name(facts: Facts, words: set[str]) -> Found | None:
    if facts.type is not ColumnType.TEXT:
        return None
    values = list(facts.examples)
    pairs = zip(facts.words, facts.words[1:], strict=False)
    if words & _NAME_ALONE or any(pair in _NAME_PAIRS for pair in pairs):
        worded = facts.share_of_examples(lambda value: value[:1].isalpha() and not re.search(r"[0-9]", value))
        return Found(PersonalData.NAME, "names of people by the column's name") if worded >= MOST else None
    if _few_and_repeated(facts):
        return None
    if look_like_names(values) or (words & _PEOPLE_WORDS and share_shaped_like_names(values) >= NEARLY_ALL):
        return Found(PersonalData.NAME, "names of people by their form")
    return None


def _few_and_repeated(facts: Facts) -> bool:
    most = MOST_STAFF if set(facts.words) & _WORK_WORDS else FEW_PEOPLE
    return facts.distinct <= most and facts.distinct_share <= REPEATED_SHARE
