"""How a time column fills its range: its granularity, and the periods without any row."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from voyant.analysis.profile.coding import Coding
from voyant.analysis.profile.counts import ValueCounts
from voyant.domain.profile import Gap, TimeProfile
from voyant.domain.table import ColumnType, Table
from voyant.lake.sql import identifier

if TYPE_CHECKING:
    import numpy as np

MOST_GAPS = 10
MOST_PERIODS = 20_000
_DENSE = 0.5
"""Gaps are counted in the finest period of which at least this share has rows: below it, gaps are the rule."""


class _Period(Struct, frozen=True):
    """A unit of time: its length in seconds and numpy's letter for it."""

    name: str
    seconds: float
    letter: str


_PERIODS = (
    _Period("microsecond", 1e-6, "us"),
    _Period("second", 1, "s"),
    _Period("minute", 60, "m"),
    _Period("hour", 3600, "h"),
    _Period("day", 86_400, "D"),
    _Period("month", 86_400 * 365.2425 / 12, "M"),
    _Period("year", 86_400 * 365.2425, "Y"),
)
_BY_NAME = {period.name: period for period in _PERIODS}


def describe_times(coding: Coding, values: ValueCounts) -> TimeProfile | None:
    """How a column of dates or timestamps fills its range, from all its distinct values."""
    if not values.codes:
        return None
    moments = _as_moments(coding, values.codes)
    granularity = next(
        period for period in reversed(_PERIODS) if period is _PERIODS[0] or _is_constant_within(moments, period)
    )
    return _filled_range(granularity, moments, granularity)


def streamed_times(table: Table, coding: Coding, code: str, extent: tuple[int, int]) -> TimeProfile:
    """The same for a column with too many values to bring here: from the distinct periods that they fall into."""
    granularity = _BY_NAME["day"] if coding.column.type is ColumnType.DATE else _streamed_granularity(table, code)
    span = coding.distance(extent[1] - extent[0])
    candidates = _PERIODS[_PERIODS.index(granularity) :]
    finest = next((period for period in candidates if span / period.seconds < MOST_PERIODS), _PERIODS[-1])
    return _filled_range(granularity, _streamed_moments(table, coding, finest), finest)


def _filled_range(granularity: _Period, moments: Any, finest: _Period) -> TimeProfile:
    for period in _PERIODS[_PERIODS.index(finest) :]:
        present = _periods(moments, period)
        expected = int(present[-1] - present[0]) + 1
        dense = expected <= MOST_PERIODS and len(present) >= _DENSE * expected
        if dense or period is _PERIODS[-1]:
            break
    return TimeProfile(
        granularity=granularity.name,
        period=period.name,
        expected=expected,
        present=len(present),
        gaps=tuple(_gaps(present, period)),
    )


def _gaps(present: np.ndarray[Any, Any], period: _Period) -> Iterable[Gap]:
    import numpy as np

    missing = np.diff(present) - 1
    longest = sorted((int(-missing[place]), int(place)) for place in np.flatnonzero(missing))[:MOST_GAPS]
    for negative, place in longest:
        first, last = present[place] + 1, present[place + 1] - 1
        yield Gap(first=_name(first, period), last=_name(last, period), periods=-negative)


def _name(number: Any, period: _Period) -> str:
    import numpy as np

    return str(np.array(number).astype(f"datetime64[{period.letter}]"))


def _as_moments(coding: Coding, codes: list[int]) -> Any:
    import numpy as np

    letter = "D" if coding.column.type is ColumnType.DATE else "us"
    return np.array(codes, dtype=np.int64).view(f"datetime64[{letter}]")


def _periods(moments: Any, period: _Period) -> np.ndarray[Any, Any]:
    """The distinct periods that have rows, numbered since 1970, in ascending order."""
    import numpy as np

    return np.unique(moments.astype(f"datetime64[{period.letter}]").astype(np.int64))


def _is_constant_within(moments: Any, period: _Period) -> bool:
    """Whether every moment is the start of its period."""
    return bool((moments.astype(f"datetime64[{period.letter}]").astype(moments.dtype) == moments).all())


def _streamed_granularity(table: Table, code: str) -> _Period:
    fine = ("second", "minute", "hour", "day")
    counts = ", ".join(
        f"count(*) FILTER (code % {math.floor(_BY_NAME[name].seconds * 1e6)} <> 0) AS {name}" for name in fine
    )
    [row] = table.query(
        f"SELECT {counts} FROM (SELECT {code} AS code FROM {identifier(table.dataset.name)}) WHERE code IS NOT NULL"
    )
    found = next((name for name in reversed(fine) if row[name] == 0), "microsecond")
    return _BY_NAME[found]


def _streamed_moments(table: Table, coding: Coding, period: _Period) -> Any:
    """The start of every period that has rows."""
    import numpy as np

    name = identifier(coding.column.name)
    start = f"epoch_us(date_trunc('{period.name}', CAST({name} AS TIMESTAMP)))"
    [row] = table.query(
        f"SELECT list(start ORDER BY start) AS starts FROM (SELECT DISTINCT {start} AS start "
        f"FROM {identifier(table.dataset.name)} WHERE isfinite({name}))"
    )
    return np.array(row["starts"], dtype="datetime64[us]")
