"""Columns that follow from others: how long it took between two dates of a row, and the date that its parts make."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

from msgspec import Struct

from voyant.analysis.normalize.facts import Facts
from voyant.analysis.normalize.names import free_name
from voyant.analysis.normalize.stages import stage_of_name
from voyant.analysis.normalize.typed_rows import TypedRows
from voyant.domain.table import Aggregation, Column, ColumnType, Role
from voyant.lake.engine import Engine
from voyant.lake.sql import identifier

MOST_DURATIONS = 3
MOST_TIMES = 8
ORDERED_SHARE = 0.8
"""Of the rows with both dates in which the one is not before the other."""
FEWEST_PAIRS = 10
COMPARED_ROWS = 20_000
"""Rows from the start in which a stored duration would show itself."""
SAME_SHARE = 0.95
"""Of the rows, from which on two equal dates are one date written twice."""

_UNITS = (("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1))


class _Pair(Struct, frozen=True):
    """Two dates of a row, with what all rows say of the time between them."""

    start: Column
    end: Column
    both: int
    ordered: int
    same: int
    shortest: int | None
    longest: int | None

    @property
    def is_telling(self) -> bool:
        return (
            self.both >= FEWEST_PAIRS
            and self.ordered >= self.both * ORDERED_SHARE
            and self.same < self.both * SAME_SHARE
            and self.shortest != self.longest
        )

    @property
    def rank(self) -> tuple[float, str, str]:
        """Sorts the most telling first: what ended what began, of the surest and fullest columns."""
        stages = (stage_of(self.start) or 0) + abs((stage_of(self.end) or 0) - 3)
        sure = self.start.role_confidence + self.end.role_confidence
        return (stages - sure, self.start.name, self.end.name)


def derive_durations(engine: Engine, rows: TypedRows, columns: Sequence[Column]) -> tuple[Column, ...]:
    """The durations between dates of a row that names and order show to belong together: at most three."""
    times = sorted(
        (column for column in columns if column.role is Role.TIME and stage_of(column) is not None),
        key=lambda column: (-column.role_confidence, column.name),
    )[:MOST_TIMES]
    candidates = [
        (start, end) for start, end in permutations(times, 2) if (stage_of(start) or 0) < (stage_of(end) or 0)
    ]
    if not candidates:
        return ()
    telling = sorted(
        (pair for pair in _measure(engine, rows, candidates) if pair.is_telling), key=lambda pair: pair.rank
    )
    chosen = [pair for pair in telling if not _is_stored(engine, rows, pair, columns)][:MOST_DURATIONS]
    taken = {column.name for column in columns}
    return tuple(_duration(engine, rows, pair, taken) for pair in chosen)


def stage_of(column: Column) -> int | None:
    """Where in the course of things the column stands, by its name; None where it does not say."""
    return stage_of_name(column.name)


def _measure(engine: Engine, rows: TypedRows, pairs: Sequence[tuple[Column, Column]]) -> list[_Pair]:
    aggregates = []
    for start, end in pairs:
        seconds = _seconds(start, end)
        aggregates += [
            f"count({seconds})",
            f"count(*) FILTER (WHERE {seconds} >= 0)",
            f"count(*) FILTER (WHERE {seconds} = 0)",
            f"min({seconds})",
            f"max({seconds})",
        ]
    names = sorted({column.name for pair in pairs for column in pair})
    values = iter(engine.tuples(f"SELECT {', '.join(aggregates)} FROM ({rows.select(names)})")[0])
    return [_Pair(start, end, *(next(values) for _ in range(5))) for start, end in pairs]


def _seconds(start: Column, end: Column) -> str:
    return f"date_diff('second', {_moment(start, end)}, {_moment(end, start)})"


def _moment(column: Column, other: Column) -> str:
    """The column, as a timestamp where only the other is one."""
    if column.type is ColumnType.DATE and other.type is not ColumnType.DATE:
        return f"CAST({identifier(column.name)} AS TIMESTAMP)"
    return identifier(column.name)


def _is_stored(engine: Engine, rows: TypedRows, pair: _Pair, columns: Sequence[Column]) -> bool:
    """Whether a column of the table holds this duration already, in whatever unit."""
    numbers = [column for column in columns if column.role is Role.MEASURE and column.type.is_numeric][:50]
    if not numbers:
        return False
    seconds = _seconds(pair.start, pair.end)
    near = [
        # To 1 % or to the second: stored durations are often rounded.
        f"count(*) FILTER (WHERE abs({identifier(column.name)} * {size} - {seconds}) <= greatest(1, {size} / 100.0))"
        for column in numbers
        for _, size in _UNITS
    ]
    names = [pair.start.name, pair.end.name, *(column.name for column in numbers)]
    first_rows = rows.select(names, first=COMPARED_ROWS)
    both, *matching = engine.tuples(f"SELECT count({seconds}), {', '.join(near)} FROM ({first_rows})")[0]
    return bool(both and max(matching) >= both * SAME_SHARE)


def _duration(engine: Engine, rows: TypedRows, pair: _Pair, taken: set[str]) -> Column:
    seconds = _seconds(pair.start, pair.end)
    dates = rows.select([pair.start.name, pair.end.name])
    median = engine.tuples(f"SELECT quantile_disc(abs({seconds}), 0.5) FROM ({dates})")[0][0] or 0
    in_days = pair.start.type is ColumnType.DATE and pair.end.type is ColumnType.DATE
    # Three of a unit at least, so that a typical value is neither 0.1 nor 7,000.
    unit, size = next(((unit, size) for unit, size in _UNITS if median >= 3 * size), _UNITS[-1])
    if in_days:
        unit, size = _UNITS[0]
        formula = f"date_diff('day', {identifier(pair.start.name)}, {identifier(pair.end.name)})"
    elif size == 1:
        formula = seconds
    else:
        formula = f"CAST(CAST({seconds} AS DOUBLE) / {size} AS DECIMAL(18,6))"
    name = free_name(f"{pair.start.name}_to_{pair.end.name}_{unit}", taken)
    taken.add(name)
    share = pair.ordered / pair.both
    whole = in_days or size == 1
    return Column(
        name=name,
        original_name="",
        type=ColumnType.INTEGER if whole else ColumnType.DECIMAL,
        engine_type="BIGINT" if whole else "DECIMAL(18,6)",
        role=Role.MEASURE,
        role_confidence=0.85,
        role_reason=f"time from {pair.start.name} to {pair.end.name}, in order in {share:.1%} of rows with both",
        aggregation=Aggregation.MEAN,
        unit=unit,
        formula=formula,
    )


_YEAR_WORDS = frozenset({"year", "yr", "jahr", "annee", "ano", "anno"})
_MONTH_WORDS = frozenset({"month", "mo", "mon"})
_OTHER_YEARS = frozenset(
    {"built", "renovated", "birth", "born", "founded", "made", "model", "graduation", "construction"}
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def derive_date(facts: Sequence[Facts], columns: Sequence[Column]) -> tuple[Column, ...]:
    """The date that columns of year, month and day make, in a table that has no other; empty where they make none."""
    if any(column.role is Role.TIME for column in columns):
        return ()
    years = [f for f in facts if _YEAR_WORDS & set(f.words) and not _OTHER_YEARS & set(f.words)]
    years = [f for f in years if f.type is ColumnType.INTEGER and f.within(1000, 2999)]
    if not years:
        return ()
    year = min(years, key=lambda f: (len(f.words), f.name))
    month = next((f for f in facts if _names_the_month(f, year) and _is_month(f)), None)
    quarter = next((f for f in facts if {"quarter", "qtr"} & set(f.words) and f.is_whole and f.within(1, 4)), None)
    day = next(
        (f for f in facts if f.words in {("day",), ("dayofmonth",), ("day", "of", "month")} and f.within(1, 31)), None
    )
    months = _month_digits(month) if month else _quarter_digits(quarter) if quarter else "'01'"
    days = _two_digits(identifier(day.name)) if month and day else "'01'"
    if not (month or quarter) and year.distinct < 2:
        return ()
    parts = [f.name for f in (year, month or quarter, day if month else None) if f]
    name = "date" if month and day else "month_start" if month else "quarter_start" if quarter else "year_start"
    return (
        Column(
            name=free_name(name, {column.name for column in columns}),
            original_name="",
            type=ColumnType.DATE,
            engine_type="DATE",
            role=Role.TIME,
            role_confidence=0.85,
            role_reason=f"made of {', '.join(parts)}: the table has no other date",
            formula=f"TRY_CAST(CAST({identifier(year.name)} AS VARCHAR) || '-' || {months} || '-' || {days} AS DATE)",
        ),
    )


def _names_the_month(facts: Facts, year: Facts) -> bool:
    """By its last word, or as the year is named: ``Mo_Sold`` beside ``Yr_Sold``."""
    others = set(facts.words) - _MONTH_WORDS
    named_alike = len(others) < len(facts.words) and others == set(year.words) - _YEAR_WORDS
    return facts.words[-1:] in {("month",), ("mo",), ("mon",)} or named_alike


def _is_month(facts: Facts) -> bool:
    if facts.type is ColumnType.TEXT:
        return facts.distinct <= 12 and facts.share_of_examples(lambda value: value[:3].lower() in _MONTHS) == 1
    return facts.is_whole and facts.within(1, 12)


def _month_digits(month: Facts) -> str:
    name = identifier(month.name)
    if month.type is not ColumnType.TEXT:
        return _two_digits(name)
    cases = " ".join(f"WHEN '{word}' THEN '{number:02}'" for number, word in enumerate(_MONTHS, start=1))
    return f"CASE lower(substr({name}, 1, 3)) {cases} END"


def _quarter_digits(quarter: Facts) -> str:
    return _two_digits(f"{identifier(quarter.name)} * 3 - 2")


def _two_digits(number: str) -> str:
    return f"lpad(CAST({number} AS VARCHAR), 2, '0')"
