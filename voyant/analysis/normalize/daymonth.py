"""Day first or month first, where every value of a column could be either."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from voyant.analysis.normalize.dates import DAY_FIRST, MONTH_FIRST, DateFormat, Layout
from voyant.analysis.normalize.rows import Rows
from voyant.lake.engine import Engine

ROWS_IN_ORDER = 20_000
"""Rows from the start whose order is looked at."""
MUCH_LESS = 0.2


class Order(Struct, frozen=True):
    """Which part comes first, and why it was taken so."""

    layout: Layout
    reason: str

    @property
    def assumption(self) -> str:
        return f"no value tells day from month: read as {self.layout.label}, since {self.reason}"


class _Look(Struct, frozen=True):
    """What a reading makes of the values."""

    days: int
    first_day: int
    steps_back: int


def decide_order(
    engine: Engine,
    rows: Rows,
    text: str,
    formats: dict[Layout, DateFormat],
    *,
    decided_elsewhere: Counter[Layout],
    separator: str,
    comma_decimals: bool,
) -> Order:
    """The better founded of the two readings.

    Args:
        text: SQL of the written dates, all of which fit both readings.
        formats: The reading for ``DAY_FIRST`` and for ``MONTH_FIRST``.
        decided_elsewhere: Columns of the table whose values do tell, by their reading.
        separator: What stands between the parts.
        comma_decimals: Whether the table writes fractions with a comma, as countries do that put the day first.
    """
    elsewhere = {layout for layout in (DAY_FIRST, MONTH_FIRST) if decided_elsewhere[layout]}
    if len(elsewhere) == 1:
        return Order(elsewhere.pop(), "other columns of the table show that order")
    looks = {layout: _look(engine, rows, text, fmt) for layout, fmt in formats.items()}
    for layout, other in ((DAY_FIRST, MONTH_FIRST), (MONTH_FIRST, DAY_FIRST)):
        if looks[layout].steps_back <= looks[other].steps_back * MUCH_LESS and looks[other].steps_back:
            return Order(layout, "only then do the rows stand in order of time")
    for layout, other in ((DAY_FIRST, MONTH_FIRST), (MONTH_FIRST, DAY_FIRST)):
        if (looks[layout].days, looks[layout].first_day) == (1, 1) and looks[other].days > 1:
            return Order(layout, "every date is then the first of a month")
    if comma_decimals:
        return Order(DAY_FIRST, "the table writes fractions with a comma")
    if separator == "/":
        return Order(MONTH_FIRST, "that is the commoner order with slashes in data files")
    return Order(DAY_FIRST, f"that is the commoner order with '{separator}' between the parts")


def _look(engine: Engine, rows: Rows, text: str, fmt: DateFormat) -> _Look:
    reading = fmt.settle(text, (1, 0), guarded=True)
    days, first_day, steps_back = engine.tuples(
        f"WITH dates AS (SELECT {rows.number} AS number, {reading.sql} AS value FROM {rows.relation} "
        f"WHERE {rows.number} <= {ROWS_IN_ORDER}), "
        "steps AS (SELECT value, lag(value) OVER (ORDER BY number) AS before FROM dates WHERE value IS NOT NULL) "
        f"SELECT count(DISTINCT day(value)), min(day(value)), count(*) FILTER (value < before) FROM steps"
    )[0]
    return _Look(days, first_day or 0, steps_back)
