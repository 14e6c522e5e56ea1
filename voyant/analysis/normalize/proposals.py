"""Which formats a column's values may have, going by a part of them and by the column's name."""

from __future__ import annotations

from voyant.analysis.normalize.clock import propose_times
from voyant.analysis.normalize.dates import propose_dates
from voyant.analysis.normalize.epochs import propose_epochs
from voyant.analysis.normalize.formats import Evidence, Format
from voyant.analysis.normalize.names import word_set, words_of
from voyant.analysis.normalize.number_formats import propose_numbers
from voyant.analysis.normalize.words import CERTAIN_NULLS, LIKELY_NULLS, propose_booleans

DATE_WORDS = word_set(
    "date dates day dt datetime timestamp ts time at on ymd yyyymmdd datum tag fecha dia data jour created updated "
    "modified opened closed started ended expires expiry birthday dob birthdate"
)
DURATION_WORDS = word_set(
    "duration durations elapsed runtime length dauer duree duracion durata uptime downtime lap pace wait waiting "
    "spent took timedelta interval latency"
)
_FLAG_STARTS = word_set("is has had was were did does can should will ist hat")
_FLAG_WORDS = word_set("flag bool boolean indicator yn tf")
_NULL_WORDS = frozenset(CERTAIN_NULLS + LIKELY_NULLS)


def propose(name: str, evidence: Evidence, *, table_decimal: str) -> list[Format]:
    """Formats worth checking on all rows, the more telling first; empty where the column is text.

    Args:
        evidence: Values without those that stand for a missing one.
        table_decimal: The mark that other columns of the table have before fractions, if any.
    """
    if not evidence:
        return []
    words = set(words_of(name))
    if boolean := propose_booleans(evidence, named_flag=_is_flag(name)):
        return [boolean]
    if not _may_be_read(evidence):
        return []
    proposals: list[Format] = []
    proposals += propose_dates(evidence, named_date=bool(words & DATE_WORDS))
    proposals += propose_times(evidence, named_duration=bool(words & DURATION_WORDS))
    proposals += propose_epochs(evidence, named_time=bool(words & DATE_WORDS))
    if numbers := propose_numbers(evidence, table_decimal=table_decimal):
        proposals.append(numbers)
    return proposals


def is_null_word(value: str) -> bool:
    """Whether the value stands for a missing one in a column of numbers or dates."""
    return value in _NULL_WORDS


def _is_flag(name: str) -> bool:
    words = words_of(name)
    return bool(words) and (words[0] in _FLAG_STARTS or bool(set(words) & _FLAG_WORDS))


def _may_be_read(evidence: Evidence) -> bool:
    """Numbers and dates have digits: where half of the values have none, the column is text."""
    return sum(any(c.isdigit() for c in value) for value in evidence) * 2 >= len(evidence)
