"""Numbers as the world writes them: separators, money, percent, units, exponents, brackets for minus."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from voyant.analysis.normalize.formats import LEAST_SHARE, Evidence, Reading, counted, matches
from voyant.analysis.normalize.names import word_set
from voyant.domain.table import ColumnType
from voyant.lake.sql import literal

CURRENCIES = {
    "US$": "USD", "R$": "BRL", "A$": "AUD", "C$": "CAD", "HK$": "HKD", "NZ$": "NZD", "S$": "SGD", "$": "USD",
    "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "Rs.": "INR", "Rs": "INR", "₽": "RUB", "руб.": "RUB", "₩": "KRW",
    "₺": "TRY", "₫": "VND", "₪": "ILS", "₴": "UAH", "₦": "NGN", "₱": "PHP", "฿": "THB", "kr.": "kr", "kr": "kr",
    "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "лв": "BGN", "Fr.": "CHF",
} | {
    code: code
    for code in word_set(
        "USD EUR GBP JPY CHF CAD AUD NZD CNY RMB HKD SGD INR BRL MXN ARS CLP COP PEN ZAR NGN KES EGP MAD RUB UAH TRY "
        "ILS AED SAR QAR KWD SEK NOK DKK ISK PLN CZK HUF RON BGN KRW TWD THB VND IDR MYR PHP PKR BDT LKR BTC ETH"
    )
}  # fmt: skip
"""Symbols and codes of money, and the unit each gives. ``kr`` is shared by three countries and stays itself."""

UNITS = word_set(
    "% ‰ ℃ ℉ °C °F ° kWh MWh kW MW kV mV V mA A Hz kHz MHz GHz kg mg µg g lbs lb oz km² m² m³ km/h mph km cm mm m mi "
    "ft in ml cl l L kB KB MB GB TB ms ppm ppb bpm dB kPa hPa Pa bar rpm kcal cal kJ"
)
"""Units that may follow every number of a column; nothing shorter than a known unit is guessed."""

_SPACES = "\u00a0\u202f\u2009 "
_GAP = f"[{_SPACES}]?"
_APOSTROPHES = "'’"
_MINUS = "\u2212"
_NEGATIVE = rf"^\(|[\-{_MINUS}]"
_AFFIXES = sorted([*CURRENCIES, *UNITS], key=lambda affix: (-len(affix), affix))
_AFFIX = "|".join(re.escape(affix) for affix in _AFFIXES)
_WRITTEN = re.compile(
    rf"(?P<open>\()?(?P<sign>[+\-{_MINUS}]?){_GAP}(?P<prefix>{_AFFIX})?{_GAP}(?P<sign2>[+\-{_MINUS}]?)"
    rf"(?P<body>[0-9][0-9.,{_SPACES}{_APOSTROPHES}]*[0-9]|[.,]?[0-9]+[.,]?)(?P<exponent>[eE][+-]?[0-9]+)?"
    rf"{_GAP}(?P<suffix>{_AFFIX})?(?P<trailing>-)?(?P<close>\))?"
)
BIGINT_DIGITS = 18
DECIMAL_DIGITS = 18
DOUBLE_LENGTH = 24
WIDEST_DECIMAL = 38
MANY_GROUPS = 5


class Separators(Struct, frozen=True):
    """How digits are grouped, and what stands before the fraction; empty where neither was seen."""

    group: str = ""
    decimal: str = ""
    assumed: bool = False


class NumberFormat(Struct, frozen=True, kw_only=True):
    """Numbers written one way throughout a column."""

    separators: Separators
    affixes: tuple[str, ...] = ()
    brackets: bool = False
    odd_minus: bool = False
    exponent: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the engine reads the text as it stands."""
        return not (self.affixes or self.brackets or self.odd_minus or self.separators.group) and (
            self.separators.decimal in {"", "."}
        )

    @property
    def is_whole(self) -> bool:
        """Whether no number is written with a fraction or an exponent."""
        return not (self.separators.decimal or self.exponent)

    def fits(self, text: str) -> str:
        fitting = matches(text, self._pattern())
        if not (self.is_plain and self.is_whole):
            return fitting
        # Most whole numbers stand as the engine itself would write them, which is cheaper to see than a pattern.
        return f"CASE WHEN CAST(try_cast({text} AS BIGINT) AS VARCHAR) = {text} THEN true ELSE {fitting} END"

    def measures(self, text: str) -> Sequence[str]:
        number = self._plain_number(text)
        if self.is_whole:
            return (f"max(CASE WHEN try_cast({number} AS BIGINT) IS NULL THEN length({number}) END)",)
        double = f"try_cast({number} AS DOUBLE)"
        return (
            f"max(abs({double}))",
            f"max(CASE WHEN contains({number}, '.') THEN length({number}) - strpos({number}, '.') END)",
            counted(f"{double} % 1 <> 0"),
            f"max(length({number}))",
            # R writes 100000 as 1e+05: a whole number all the same.
            counted(f"regexp_matches({number}, '[.].*[eE]|[eE]-')") if self.exponent else "0",
        )

    def settle(self, text: str, measured: Sequence[float | None], *, guarded: bool) -> Reading | None:
        engine_type = self._type(measured)
        if engine_type is None:
            return None
        column_type = _column_type(engine_type)
        value = f"try_cast({self._plain_number(text)} AS {engine_type})"
        # As a double, the engine reads "nan", which stands for a missing value here.
        guarded = guarded or engine_type == "DOUBLE"
        return Reading(
            type=column_type,
            engine_type=engine_type,
            sql=f"CASE WHEN {self.fits(text)} THEN {value} END" if guarded else value,
            label=self._label(column_type),
            unit=self._unit(),
            assumption=self._assumption(),
        )

    def _pattern(self) -> str:
        group, decimal = _any_of(self.separators.group), _any_of(self.separators.decimal)
        digits = r"(?:0|[1-9][0-9]*)" if self.is_whole else r"[0-9]+"
        if group:
            # Indian grouping has two digits between separators, and three at the end.
            digits = rf"(?:[0-9]{{1,3}}(?:{group}[0-9]{{2,3}})*{group}[0-9]{{3}}|{digits})"
        body = rf"(?:{digits}(?:{decimal}[0-9]*)?|{decimal}[0-9]+)" if decimal else digits
        if self.exponent:
            body += r"(?:[eE][+-]?[0-9]+)?"
        sign = rf"[+\-{_MINUS}]?" if self.odd_minus else r"[+-]?"
        if self.affixes:
            affix = rf"(?:{'|'.join(_escaped(a) for a in self.affixes)})"
            if self.affixes[0] in CURRENCIES:
                body = rf"{affix}?{_GAP}{sign}{body}{_GAP}{affix}?"
            else:  # a bare number beside numbers with a unit may be of another unit
                body = rf"(?:{body}{_GAP}{affix}|0)"
        number = rf"{sign}{_GAP}{body}" if self.affixes else f"{sign}{body}"
        if self.odd_minus:
            number += "-?"
        return rf"(?:{number}|\({number}\))" if self.brackets else number

    def _plain_number(self, text: str) -> str:
        if self.is_plain:
            return text
        number = text
        for affix in self.affixes:
            number = f"replace({number}, {literal(affix)}, '')"
        unwanted = _class_members(self.separators.group) + ("()" if self.brackets else "") + _SPACES
        number = f"translate({number}, {literal(unwanted)}, '')"
        if self.separators.decimal == ",":
            number = f"replace({number}, ',', '.')"
        if not (self.brackets or self.odd_minus):
            return number
        bare = f"translate({number}, {literal(f'-{_MINUS}')}, '')"
        is_negative = f"regexp_matches({text}, {literal(_NEGATIVE)})"
        return f"CASE WHEN {is_negative} THEN '-' || {bare} ELSE {bare} END"

    def _type(self, measured: Sequence[float | None]) -> str | None:
        if self.is_whole:
            length_beyond_64_bits = measured[0] or 0
            if not length_beyond_64_bits:
                return "BIGINT"
            return f"DECIMAL({WIDEST_DECIMAL},0)" if length_beyond_64_bits <= WIDEST_DECIMAL else None
        largest, fraction, with_fraction, length, powers = (value or 0 for value in measured)
        if powers or largest >= 10**WIDEST_DECIMAL:
            return "DOUBLE"  # an exponent is how programs print doubles
        return _exact_type(len(str(int(largest))), int(fraction) if with_fraction else 0, length=int(length))

    def _unit(self) -> str | None:
        units = {CURRENCIES.get(affix, affix) for affix in self.affixes}
        return units.pop() if len(units) == 1 else None

    def _label(self, column_type: ColumnType) -> str:
        named = {ColumnType.INTEGER: "whole numbers", ColumnType.DECIMAL: "decimal numbers"}
        label = named.get(column_type, "floating-point numbers")
        if column_type is ColumnType.INTEGER and self.separators.decimal:
            label += " written with a fraction of zeros"
        details = []
        if self.separators.group:
            details.append(f"{_SEPARATOR_NAMES[self.separators.group]} between thousands")
        if self.separators.decimal == ",":
            details.append("comma before the fraction")
        if self.affixes:
            details.append("written with " + ", ".join(self.affixes))
        if self.brackets:
            details.append("brackets for minus")
        return f"{label} ({', '.join(details)})" if details else label

    def _assumption(self) -> str | None:
        if not self.separators.assumed:
            return None
        if self.separators.group:
            return f"every {_SEPARATOR_NAMES[self.separators.group]} has three digits after it: read as thousands"
        return f"every {_SEPARATOR_NAMES[self.separators.decimal]} has three digits after it: read as fractions"


_SEPARATOR_NAMES = {",": "comma", ".": "point", " ": "space", "'": "apostrophe"}


def propose_numbers(evidence: Evidence, *, table_decimal: str = "") -> NumberFormat | None:
    """The way of writing numbers that most of the values follow, or None where they are not numbers.

    Args:
        table_decimal: The mark that other columns of the table have before fractions, if any: it decides ``1.234``.
    """
    parsed = [match for value in evidence if (match := _WRITTEN.fullmatch(value))]
    if len(parsed) < len(evidence) * LEAST_SHARE or _are_codes(parsed):
        return None
    affixes = _affixes(parsed)
    if len({CURRENCIES.get(affix, affix) for affix in affixes}) > 1:
        return None  # two currencies cannot stand in one column of numbers
    bodies = [match["body"] for match in parsed]
    return NumberFormat(
        separators=_separators(bodies, money=bool(affixes & CURRENCIES.keys()), table_decimal=table_decimal),
        affixes=tuple(sorted(affixes, key=lambda affix: (-len(affix), affix))),
        brackets=any(match["open"] and match["close"] for match in parsed),
        odd_minus=any(match["trailing"] or _MINUS in (match["sign"], match["sign2"]) for match in parsed),
        exponent=any(match["exponent"] for match in parsed),
    )


def _affixes(parsed: list[re.Match[str]]) -> set[str]:
    """Signs of money, wherever they stand, and the unit that most of the numbers carry."""
    found = Counter(affix for match in parsed for affix in {match["prefix"], match["suffix"]} if affix)
    spaced = Counter(match["suffix"] for match in parsed if match["suffix"] and f" {match['suffix']}" in match[0])
    return {
        affix
        for affix, count in found.items()
        # One letter close to a number is more often a code, such as a seat or a house number, than a unit.
        if affix in CURRENCIES or (count * 2 > len(parsed) and (len(affix) > 1 or affix in "%‰°" or spaced[affix]))
    }


def _are_codes(parsed: list[re.Match[str]]) -> bool:
    """Digits that are names: leading zeros as in postal codes, or a plus and many digits as in telephone numbers."""
    leading_zeros = sum(bool(re.fullmatch(r"0[0-9]+", match["body"])) for match in parsed)
    dialled = sum(match["sign"] == "+" and len(match["body"]) >= 8 for match in parsed)
    fractions = sum(bool(re.search(r"[.,]", match["body"])) for match in parsed)
    return (leading_zeros > 0 and fractions == 0) or dialled > len(parsed) / 2


def _separators(bodies: list[str], *, money: bool, table_decimal: str) -> Separators:
    seen = Counter(kind for body in bodies for kind in _separator_kinds(body))
    other_group = next((mark for mark in (" ", "'") if seen[f"{mark} group"]), "")
    comma_is_decimal = seen[", decimal"] > seen[", group"]
    point_is_decimal = seen[". decimal"] > seen[". group"]
    if comma_is_decimal and point_is_decimal:
        return Separators(other_group, "," if seen[", decimal"] > seen[". decimal"] else ".")
    if comma_is_decimal:
        return Separators("." if seen["."] else other_group, ",")
    if point_is_decimal:
        return Separators("," if seen[","] else other_group, ".")
    if seen[","] and seen["."]:
        return Separators(".", ",") if seen[". group"] else Separators(",", ".")
    return _undecided_separators(seen, other_group, money=money, table_decimal=table_decimal)


def _undecided_separators(seen: Counter[str], other_group: str, *, money: bool, table_decimal: str) -> Separators:
    """Every comma or point seen is followed by exactly three digits: ``1.234`` or ``1,234``."""
    mark = "," if seen[","] else "." if seen["."] else ""
    if not mark:
        return Separators(other_group, "")
    if other_group:
        return Separators(other_group, mark)
    if seen[f"{mark} group"]:
        return Separators(mark, "")
    if table_decimal:
        return Separators("", mark) if table_decimal == mark else Separators(mark, "")
    # Fractions lose their last zeros: among many some would have fewer than three digits. Numbers below a thousand
    # have no separator, so those beside them speak for thousands.
    if seen["below a thousand"] and seen[mark] >= MANY_GROUPS and not seen["bare thousands"]:
        return Separators(mark, "")
    return Separators(",", "", assumed=not money) if mark == "," else Separators("", ".", assumed=True)


def _separator_kinds(body: str) -> list[str]:
    """What the separators of one number show; a mark alone where it shows nothing more than its presence."""
    if body.isdigit():
        return ["below a thousand" if len(body) <= 3 else "bare thousands"]
    kinds = [f"{mark} group" for mark, members in ((" ", _SPACES), ("'", _APOSTROPHES)) if set(body) & set(members)]
    for mark, other in ((",", "."), (".", ",")):
        if mark not in body:
            continue
        kinds.append(mark)
        before, after = body.rsplit(mark, maxsplit=1)
        if body.count(mark) > 1:
            kinds.append(f"{mark} group")
        elif other in after or (other not in before and len(after) == 3 and re.fullmatch("[1-9][0-9]{0,2}", before)):
            kinds += [f"{mark} group"] if other in after else []
        else:
            kinds.append(f"{mark} decimal")
    return kinds


def _exact_type(whole: int, fraction: int, *, length: int) -> str:
    """The type for numbers of so many digits before and after the point, written with at most ``length`` characters."""
    if fraction == 0 and whole <= BIGINT_DIGITS:
        return "BIGINT"
    if whole + fraction <= DECIMAL_DIGITS:
        return f"DECIMAL({DECIMAL_DIGITS},{fraction})"
    # Programs print doubles with up to 17 digits, a point, a sign and zeros; more was written by something exact.
    if length <= DOUBLE_LENGTH or whole + fraction > WIDEST_DECIMAL:
        return "DOUBLE"
    return f"DECIMAL({WIDEST_DECIMAL},{fraction})"


def _column_type(engine_type: str) -> ColumnType:
    if engine_type == "BIGINT" or engine_type.endswith(",0)"):
        return ColumnType.INTEGER
    return ColumnType.FLOAT if engine_type == "DOUBLE" else ColumnType.DECIMAL


def _class_members(mark: str) -> str:
    return {" ": _SPACES, "'": _APOSTROPHES}.get(mark, mark)


def _any_of(mark: str) -> str:
    return f"[{_class_members(mark)}]" if mark else ""


def _escaped(text: str) -> str:
    return re.sub(r"([.$])", r"\\\1", text)
