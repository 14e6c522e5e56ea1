"""Whatever the table: the rows that a rule counts, and the rows that are kept, are those that plain Python finds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.analysis.profile.tables import column
from tests.analysis.quality.declaring import declared, judged, kept_rows, rule
from voyant.domain.rule import DeclaredRule
from voyant.domain.table import Role

COLUMNS = (
    column("key", "BIGINT", Role.IDENTIFIER),
    column("part", "VARCHAR", Role.DIMENSION),
    column("amount", "DECIMAL(9,2)"),
    column("level", "DOUBLE"),
    column("start", "DATE", Role.TIME),
    column("stop", "DATE", Role.TIME),
)
KEY, PART, AMOUNT, LEVEL, START, STOP = range(6)
KNOWN = ("Kenya", "Peru", "Malta")
"""What the table of countries holds."""

Row = Sequence[Any]
Verdict = Callable[[Row, int, Sequence[Row]], bool | None]
"""Whether a row passes; None where it is not looked at."""


def of(place: int, passes: Callable[[Any], bool]) -> Verdict:
    return lambda row, _number, _rows: None if row[place] is None else passes(row[place])


def is_once(*places: int) -> Verdict:
    def verdict(row: Row, _number: int, rows: Sequence[Row]) -> bool | None:
        key = tuple(row[place] for place in places)
        if None in key:
            return None
        return Counter(tuple(other[place] for place in places) for other in rows)[key] == 1

    return verdict


def ordered(row: Row, _number: int, _rows: Sequence[Row]) -> bool | None:
    return None if None in (row[START], row[STOP]) else bool(row[START] <= row[STOP])


def rising(row: Row, number: int, rows: Sequence[Row]) -> bool | None:
    before = [other[KEY] for other in rows[:number] if other[KEY] is not None]
    return None if row[KEY] is None else not before or row[KEY] >= before[-1]


def priced(row: Row, _number: int, _rows: Sequence[Row]) -> bool | None:
    """``part = 'Peru' OR amount > 0``, which is unknown where what is missing decides."""
    found = (None if row[PART] is None else row[PART] == "Peru", None if row[AMOUNT] is None else row[AMOUNT] > 0)
    return True if True in found else None if None in found else False


RULES: tuple[tuple[DeclaredRule, Verdict], ...] = (
    (rule("missing", "part", name="missing"), lambda row, _number, _rows: row[PART] is not None),
    (rule("unique", "key", name="key"), is_once(KEY)),
    (rule("unique", "key", "part", name="pair"), is_once(KEY, PART)),
    (rule("range", "amount", name="range", minimum=-1.5, maximum=3), of(AMOUNT, lambda value: -1.5 <= value <= 3)),
    (rule("range", "level", name="level", minimum=0.0), of(LEVEL, lambda value: value >= 0)),
    (rule("range", "start", name="start", maximum="2024-01-03"), of(START, lambda day: day <= date(2024, 1, 3))),
    (rule("length", "part", name="length", maximum=4), of(PART, lambda text: len(text) <= 4)),
    (rule("pattern", "part", name="shape", pattern="[A-Z]\\w+"), of(PART, lambda text: bool(SHAPE.fullmatch(text)))),
    (rule("values", "part", name="values", values=("Peru", "Mars")), of(PART, lambda text: text in {"Peru", "Mars"})),
    (
        rule("reference", "part", name="known", reference="countries", reference_columns=("name",)),
        of(PART, lambda text: text in KNOWN),
    ),
    (rule("comparison", "start", "stop", name="order", operator="<="), ordered),
    (rule("condition", name="price", condition="part = 'Peru' OR amount > 0"), priced),
    (rule("monotonic", "key", name="rises"), rising),
    (rule("type", "level", name="whole", type="integer"), of(LEVEL, lambda value: value == int(value))),
    (
        rule("range", "key", name="some", minimum=2, when="part = 'Peru'"),
        lambda row, _number, _rows: None if row[KEY] is None or row[PART] != "Peru" else row[KEY] >= 2,
    ),
    (
        rule("sql", name="sql", sql="SELECT t.* FROM ${table} AS t JOIN countries AS c ON t.part = c.name"),
        lambda row, _number, _rows: row[PART] not in KNOWN,
    ),
)
SHAPE = re.compile(r"[A-Z]\w+", re.ASCII)

days = st.none() | st.dates(date(2024, 1, 1), date(2024, 1, 5))
rows = st.lists(
    st.tuples(
        st.none() | st.integers(0, 6),
        st.none() | st.sampled_from([*KNOWN, "Mars", "mars", "", "Ü", "a b"]),
        st.none() | st.decimals(-5, 5, places=2),
        st.none() | st.sampled_from([-1.5, 0.0, 0.25, 7.0]),
        days,
        days,
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows)
def test_what_breaks_a_rule_is_what_plain_python_finds(found: list[Row]) -> None:
    expected: dict[str, list[bool | None]] = {
        each.id: [passes(row, number, found) for number, row in enumerate(found)] for each, passes in RULES
    }
    with judged(found, *(each for each, _ in RULES), columns=COLUMNS) as (table, quality):
        checks, kept = declared(quality), kept_rows(table, quality)
    for name, verdicts in expected.items():
        looked_at = [verdict for verdict in verdicts if verdict is not None]
        assert checks[name].error is None
        assert (checks[name].checked, checks[name].failed) == (len(looked_at), looked_at.count(False)), name
        assert {row for row, names in kept.items() if name in names} == {
            number for number, verdict in enumerate(verdicts, start=1) if verdict is False
        }
        assert [row["_row"] for row in checks[name].sample] == sorted(
            number for number, verdict in enumerate(verdicts, start=1) if verdict is False
        )[:5]
