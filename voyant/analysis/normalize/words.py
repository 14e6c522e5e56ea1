"""Words that stand for a missing value, and pairs of words that stand for yes and no."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from voyant.analysis.normalize.formats import Evidence, Reading
from voyant.analysis.normalize.names import word_set
from voyant.domain.table import ColumnType
from voyant.lake.sql import literal

CERTAIN_NULLS = (
    "NULL", "null", "Null", "(null)", "<null>", "<NULL>", "[NULL]", "\\N", "N/A", "n/a", "N/a", "#N/A", "#N/D",
    "<NA>", "NaN", "nan", "NAN", "-nan", "NaT", "#VALUE!", "#REF!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!",
    "(blank)", "(empty)",
)  # fmt: skip
"""What only programs write for a missing value, in any column."""

LIKELY_NULLS = (
    "NA", "na", "Na", "N.A.", "n.a.", "n. a.", "N.D.", "n.d.", "n. d.", "nd", "ND", "s/d", "S/D", "k.A.", "k. A.",
    "None", "none", "NONE", "nil", "Nil", "NIL", "-", "--", "---", "–", "—", "?", "??", ".", "..", "...", "*",
    "missing", "Missing", "not available", "Not available", "Not Available", "not applicable", "Not applicable",
    "Not Applicable", "unknown", "Unknown", "UNKNOWN", "undefined", "TBD", "tbd",
)  # fmt: skip
"""What people write for a missing value; in a column of text each may also be a value."""

_KEPT_IN_TEXT = word_set("none nil unknown missing undefined tbd nd s/d *") | {"not available", "not applicable"}
"""In text these say something of their own: "None" of a list of choices, "Unknown" of a diagnosis."""

_CODE = re.compile(r"[A-Z]{2,3}")
_BOOLEAN_PAIRS = (
    ("true", "false"), ("yes", "no"), ("y", "n"), ("t", "f"), ("on", "off"), ("oui", "non"), ("vrai", "faux"),
    ("ja", "nein"), ("wahr", "falsch"), ("ja", "nej"), ("ja", "nee"), ("sí", "no"), ("si", "no"), ("vero", "falso"),
    ("verdadero", "falso"), ("sim", "não"), ("sim", "nao"), ("tak", "nie"), ("да", "нет"),
    ("evet", "hayır"), ("是", "否"),
)  # fmt: skip
_CLEAR_ALONE = word_set("true false yes no oui non nein wahr falsch vrai faux")


class BooleanFormat(Struct, frozen=True):
    """Two words for true and false, in any case."""

    true: str
    false: str

    def fits(self, text: str) -> str:
        return f"lower({text}) IN ({literal(self.true)}, {literal(self.false)})"

    def measures(self, text: str) -> Sequence[str]:
        return ()

    def settle(self, text: str, measured: Sequence[float | None], *, guarded: bool) -> Reading:
        value = f"CASE lower({text}) WHEN {literal(self.true)} THEN true WHEN {literal(self.false)} THEN false END"
        return Reading(
            type=ColumnType.BOOLEAN,
            engine_type="BOOLEAN",
            sql=value,
            label=f"yes or no (written {self.true}, {self.false})",
        )


def propose_booleans(evidence: Evidence, *, named_flag: bool) -> BooleanFormat | None:
    """The pair of words that the values are, or None.

    Args:
        named_flag: Whether the column's name asks a question (``is_active``): only then are 1 and 0 an answer.
    """
    if len(evidence) > 8:
        return None
    seen = {value.lower() for value in evidence} - {word.lower() for word in CERTAIN_NULLS + LIKELY_NULLS}
    if named_flag and seen == {"0", "1"}:
        return BooleanFormat("1", "0")
    for true, false in _BOOLEAN_PAIRS:
        if seen == {true, false} or (len(seen) == 1 and seen <= {true, false} & _CLEAR_ALONE):
            return BooleanFormat(true, false)
    return None


def null_words_of_text(evidence: Evidence, *, may_hold_codes: bool) -> tuple[str, ...]:
    """The words that stand for a missing value in a column of text, going by the rest of its values.

    Args:
        may_hold_codes: Whether the column's name speaks of codes or places: there ``NA`` is Namibia or North America.
    """
    others = [value for value in evidence if value not in CERTAIN_NULLS and value not in LIKELY_NULLS]
    if not others:
        return CERTAIN_NULLS
    worded = sum(any(character.isalnum() for character in value) for value in others)
    codes = sum(bool(_CODE.fullmatch(value)) for value in others)
    excluded = set(_KEPT_IN_TEXT)
    if may_hold_codes or codes > len(others) / 2:
        excluded |= {"na", "nd"}
    if worded <= len(others) / 2:  # signs are the values here, such as + and -
        excluded |= {word for word in LIKELY_NULLS if not any(character.isalnum() for character in word)}
    return CERTAIN_NULLS + tuple(word for word in LIKELY_NULLS if word.lower() not in excluded)
