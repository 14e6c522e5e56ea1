"""Pieces of SQL that templates share: the rows that count, the calendar of their periods, amounts.

Written so that DuckDB runs it and that sqlglot can make Trino's dialect of it: quotients are of doubles, since engines
disagree on those of integers; what is divided by is never 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from voyant.analysis.kpi.templates.definition import Bound
from voyant.domain.kpi import Grain
from voyant.domain.table import Column, ColumnType
from voyant.lake.sql import identifier

STEPS = {
    Grain.DAY: "INTERVAL '1' DAY",
    Grain.WEEK: "INTERVAL '7' DAY",
    Grain.MONTH: "INTERVAL '1' MONTH",
    Grain.QUARTER: "INTERVAL '3' MONTH",
    Grain.YEAR: "INTERVAL '1' YEAR",
}
_MAY_LACK = {Grain.DAY: 0, Grain.WEEK: 0, Grain.MONTH: 3, Grain.QUARTER: 9, Grain.YEAR: 36}
"""Days that a complete period may lack at the edge of the data: a tenth of it."""
_WHOLE_DAYS = frozenset({"day", "month", "year", None})
_WIDEST = 38
_DIGITS = {"TINYINT": 3, "SMALLINT": 5, "INTEGER": 10, "BIGINT": 19}


def statement(parts: Sequence[tuple[str, str]], select: str) -> str:
    """A SELECT over named parts, each of which may read those before it."""
    named = ",\n".join(f"{name} AS (\n{_indented(body)}\n)" for name, body in parts)
    return f"WITH {named}\n{select}"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))


def finite(column: Column) -> str:
    """The column without NaN and infinities, which no sum survives."""
    name = identifier(column.name)
    # Only a finite number less itself is 0; the functions that ask for it have another name in every engine.
    return f"CASE WHEN {name} - {name} = 0 THEN {name} END" if column.type is ColumnType.FLOAT else name


def amount(bound: Bound, parameter: str = "amount") -> str:
    """What a row comes to."""
    column = bound.column(parameter)
    if not bound.columns.get("price"):
        return finite(column)
    price = bound.column("price")
    factors = finite(column), finite(price)
    if ColumnType.FLOAT not in {column.type, price.type} and _digits(column) + _digits(price) > _WIDEST:
        factors = f"CAST({factors[0]} AS DOUBLE)", f"CAST({factors[1]} AS DOUBLE)"
    return " * ".join(f"({factor})" if " " in factor and "CASE" in factor else factor for factor in factors)


def _digits(column: Column) -> int:
    if column.engine_type.startswith("DECIMAL("):
        return int(column.engine_type.removeprefix("DECIMAL(").split(",")[0])
    return _DIGITS.get(column.engine_type, _WIDEST)


def events(bound: Bound, selected: Mapping[str, str], *conditions: str) -> tuple[str, str]:
    """The part ``events``: the rows that count, with their ``day`` and ``period`` where there is a time.

    Args:
        selected: SQL by the name it gets.
        conditions: Beside those of time.
    """
    columns = dict(selected)
    wanted = [*_times(bound), *conditions]
    if bound.axis is not None:
        columns = {"day": f"CAST({bound.axis.moment} AS DATE)"} | columns
        if bound.has("grain"):
            columns = {"period": f"CAST(date_trunc('{bound.grain}', {bound.axis.moment}) AS DATE)"} | columns
    listed = ",\n".join(f"  {sql} AS {name}" for name, sql in columns.items())
    where = "".join(f"\n{'AND' if number else 'WHERE'} {condition}" for number, condition in enumerate(wanted))
    return "events", f"SELECT\n{listed}\nFROM {bound.source}{where}"


def _times(bound: Bound) -> list[str]:
    axis = bound.axis
    if axis is None:
        return []
    start = axis.low if bound.since is None else midnight(bound.since)
    end = axis.high if bound.as_of is None else midnight(bound.as_of) + timedelta(days=1)
    conditions = [axis.since(start)] if start is not None else []
    conditions += [axis.before(end)] if end is not None else []
    if not conditions or axis.column.type is ColumnType.INTEGER:  # of which some may be no years
        conditions = [f"{axis.moment} IS NOT NULL", *conditions]
    return conditions


def midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def last_day(bound: Bound) -> str:
    """The last day that counts, as an aggregate over ``events``."""
    return "max(day)" if bound.as_of is None else f"max(DATE '{bound.as_of:%Y-%m-%d}')"


def calendar(bound: Bound) -> list[tuple[str, str]]:
    """The parts ``span`` and ``calendar``: every period from the first with a row to the last day, without holes."""
    grain, step = bound.grain, STEPS[bound.grain]
    slack = _MAY_LACK[grain]
    # Where times of day are told, the first and the last day are hardly whole; a last day that was asked for is.
    is_told_by_day = grain is not Grain.DAY or bound.granularity in _WHOLE_DAYS
    first = slack if is_told_by_day else -1
    last = slack if is_told_by_day or "as_of" not in bound.found else -1
    span = (
        f"SELECT\n  min(day) AS first_day,\n  {last_day(bound)} AS last_day,\n  min(period) AS first_period,\n"
        f"  CAST(date_trunc('{grain}', {last_day(bound)}) AS DATE) AS last_period\nFROM events"
    )
    series = f"generate_series(span.first_period, span.last_period, {step})"
    made = (
        "SELECT\n  CAST(made.period AS DATE) AS period,\n"
        f"  span.first_day <= made.period {_days(first)}\n"
        f"    AND made.period + {step} <= span.last_day {_days(last + 1)} AS complete\n"
        f"FROM span\nCROSS JOIN UNNEST({series}) AS made(period)"
    )
    return [("span", span), ("calendar", made)]


def _days(number: int) -> str:
    return f"{'-' if number < 0 else '+'} INTERVAL '{abs(number)}' DAY"


def by_period(aggregates: Mapping[str, str], source: str = "events") -> str:
    """Aggregates over the rows of each period of the calendar."""
    listed = "".join(f",\n  {sql} AS {name}" for name, sql in aggregates.items())
    return (
        f"SELECT\n  calendar.period,\n  calendar.complete{listed}\n"
        f"FROM calendar\nLEFT JOIN {source} ON {source}.period = calendar.period\n"
        "GROUP BY calendar.period, calendar.complete"
    )


def percent(part: str, whole: str) -> str:
    """The share in percent; NULL unless the whole is more than nothing."""
    return f"CASE WHEN {whole} > 0 THEN 1e2 * {part} / {whole} END"
