"""Numbers that states give to people, told by their form and check digits."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

SHORTEST_ID = 9
_SSN = re.compile(r"(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}")
_NINO = re.compile(r"(?![DFIQUV])[A-Z](?![DFIQUVO])[A-Z] ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-D]")
_DNI = re.compile(r"([0-9]{8}|[XYZ][0-9]{7})-?([A-Z])")
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_CODICE_FISCALE = re.compile(r"[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]")
_CPF = re.compile(r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}|[0-9]{11}")
_CURP = re.compile(r"[A-Z]{4}[0-9]{6}[HM][A-Z]{5}[A-Z0-9][0-9]")
_VERHOEFF_TABLE = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_VERHOEFF_SHIFTS = (
    "0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip


def is_formed_id(value: str) -> bool:
    """Whether the form alone, with its check digits, makes it a national id: chance would hardly give it."""
    return len(value) >= SHORTEST_ID and any(check(value) for check in _TELLING)


def is_numbered_id(value: str) -> bool:
    """Whether it is one of the bare numbers whose single check digit chance gives one time in ten."""
    digits = re.sub(r"[ ./-]", "", value)
    return digits.isascii() and digits.isdigit() and any(check(digits) for check in _BARE)


def _is_ssn(value: str) -> bool:
    return bool(_SSN.fullmatch(value))


def _is_nino(value: str) -> bool:
    return bool(_NINO.fullmatch(value))


def _is_dni(value: str) -> bool:
    match = _DNI.fullmatch(value)
    if not match:
        return False
    number = int(match[1].translate(str.maketrans("XYZ", "012")))
    return _DNI_LETTERS[number % 23] == match[2]


def _is_codice_fiscale(value: str) -> bool:
    return bool(_CODICE_FISCALE.fullmatch(value))


def _is_curp(value: str) -> bool:
    return bool(_CURP.fullmatch(value))


def _is_cpf(value: str) -> bool:
    if not _CPF.fullmatch(value):
        return False
    digits = [int(digit) for digit in value if digit.isdigit()]
    if len(set(digits)) == 1:
        return False
    for length in (9, 10):
        total = sum(digit * (length + 1 - place) for place, digit in enumerate(digits[:length]))
        if total * 10 % 11 % 10 != digits[length]:
            return False
    return True


def _is_insee(value: str) -> bool:
    digits = value.replace(" ", "").replace("2A", "19").replace("2B", "18")
    if not re.fullmatch(r"[12][0-9]{2}(0[1-9]|1[0-2]|[2-9][0-9])[0-9]{10}", digits):
        return False
    return 97 - int(digits[:13]) % 97 == int(digits[13:])


def _is_chinese_id(value: str) -> bool:
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9Xx]", value) or not _is_day(value[6:14]):
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(value[:17], weights, strict=True))
    return "10X98765432"[total % 11] == value[17].upper()


def _is_day(digits: str) -> bool:
    try:
        return 1880 <= date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year <= 2100
    except ValueError:
        return False


def _is_aadhaar(digits: str) -> bool:
    if len(digits) != 12 or digits[0] in "01":
        return False
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = int(_VERHOEFF_TABLE[check][int(_VERHOEFF_SHIFTS[place % 8][int(digit)])])
    return check == 0


def _is_german_tax_id(digits: str) -> bool:
    if len(digits) != 11 or digits[0] == "0" or len(set(digits[:10])) == 10:
        return False
    product = 10
    for digit in digits[:10]:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(digits[10])


def _is_pesel(digits: str) -> bool:
    if len(digits) != 11:
        return False
    weights = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 10 == 0


def _is_bsn(digits: str) -> bool:
    if len(digits) != 9:
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True)) % 11 == 0


def _is_plain_ssn(digits: str) -> bool:
    return len(digits) == 9 and _is_ssn(f"{digits[:3]}-{digits[3:5]}-{digits[5:]}")


_TELLING: tuple[Callable[[str], bool], ...] = (
    _is_ssn, _is_nino, _is_dni, _is_codice_fiscale, _is_curp, _is_cpf, _is_insee, _is_chinese_id,
)  # fmt: skip
_BARE: tuple[Callable[[str], bool], ...] = (_is_aadhaar, _is_german_tax_id, _is_pesel, _is_bsn, _is_plain_ssn)
