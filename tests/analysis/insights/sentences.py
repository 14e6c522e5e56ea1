"""What a finding's sentence says, apart from its numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voyant.analysis.wording import readable
from voyant.domain.finding import Finding
from voyant.lake.table import EngineTable


def as_number(stated: str) -> float:
    return float(re.sub(r"[^\d.\-]", "", stated.replace("−", "-")))


def without_numbers(given: EngineTable, finding: Finding) -> str:
    """The sentence without its numbers, the values of the data that it names, and the columns' names."""
    text = finding.text
    spoken = sorted({number.stated for number in finding.numbers} | set(_values(given, finding)), key=len, reverse=True)
    for piece in spoken:
        text = re.sub(rf"(?<![\d.,]){re.escape(piece)}(?!\d)", "", text)
    return text


def _values(given: EngineTable, finding: Finding) -> Iterator[str]:
    for row in given.query(finding.sql):
        yield from (str(value) for value in row.values() if isinstance(value, str))
        yield from (key for key in row)
    yield from re.findall(r"'%?((?:[^'%]|'')+)%?'", finding.sql)
    yield from (readable(name) for name in finding.columns)
