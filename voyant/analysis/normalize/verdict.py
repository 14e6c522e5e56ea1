"""Whether enough of a column fits a type for the rest to be called misfits."""

from __future__ import annotations

import re
from collections import Counter

from voyant.analysis.normalize.formats import Format
from voyant.analysis.normalize.names import word_set, words_of
from voyant.analysis.normalize.number_formats import NumberFormat

FITTING_SHARE = 0.99
"""Of a column's values that must fit a type; the others become rejects."""
FEW_MISFITS = 3
FITTING_SHARE_OF_FEW = 0.9
"""Up to three misfits are forgiven where nine tenths fit, as in a short table."""
FITTING_SHARE_OF_WORDS = 0.8
"""Where the misfits are but three different words at most, such as "confidential"."""

_CODE_NAMES = word_set(
    "id ids code codes no nr num number zip zipcode postal plz postcode phone tel telephone mobile fax iban ssn "
    "account sku isbn ean upc barcode serial ticket invoice ref reference room cabin house"
)
_CODE = re.compile(r"[A-Za-z]{1,4}[-_/. ]?[0-9]+|[0-9]+[-_/. ]?[A-Za-z]{1,4}|[0-9]+[-/][0-9]+|0[0-9]+")


def is_good_enough(name: str, fmt: Format, fitting: int, misfits: int, misfit_values: Counter[str]) -> bool:
    """Whether the column is of this format, its misfits being mistakes rather than values of another kind."""
    if not fitting:
        return False
    if not misfits:
        return True
    if isinstance(fmt, NumberFormat):
        coded = sum(count for value, count in misfit_values.items() if _CODE.fullmatch(value))
        if coded * 2 > misfits or set(words_of(name)) & _CODE_NAMES:
            return False  # "12A" among house numbers, "C536379" among invoices: names of things, not numbers
    share = fitting / (fitting + misfits)
    few_words = len(misfit_values) <= FEW_MISFITS and all(value.isalpha() for value in misfit_values)
    return (
        share >= FITTING_SHARE
        or (misfits <= FEW_MISFITS and share >= FITTING_SHARE_OF_FEW)
        or (few_words and share >= FITTING_SHARE_OF_WORDS)
    )
