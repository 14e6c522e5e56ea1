"""Key figures that the user wrote as a whole SELECT."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from voyant.analysis.kpi.changes import ZERO, Cell, change
from voyant.analysis.kpi.declared import unit_of
from voyant.analysis.kpi.exact import written
from voyant.analysis.kpi.measurement import number_of, run_declared
from voyant.domain.kpi import Kpi, KpiKind, Point
from voyant.domain.table import Table
from voyant.errors import Code, InvalidInput

MOST_ROWS = 1_000


def measure_select(table: Table, name: str, sql: str) -> Kpi:
    """One cell is a value; rows of a label and a number are a series, whose last row is the value.

    Raises:
        InvalidInput: ``BAD_KPI`` where the SELECT gives anything else, or the engine refuses it.
    """
    rows = [list(row.values()) for row in run_declared(table, name, _capped(sql))]
    if len(rows) > MOST_ROWS:
        raise _bad_shape(name, f"more than {MOST_ROWS} rows")
    width = len(rows[0]) if rows else 0
    if width == 1 and len(rows) == 1:
        return _kpi(name, sql, _cell(name, rows[0][0]), ())
    if width != 2:
        raise _bad_shape(name, f"{len(rows)} rows of {width} columns")
    labelled = sorted((row for row in rows if row[0] is not None), key=lambda row: row[0])
    if not labelled:
        raise _bad_shape(name, "no row with a label")
    series = tuple((_label(label), _cell(name, value)) for label, value in labelled)
    return _kpi(name, sql, series[-1][1], series)


def _capped(sql: str) -> str:
    return f"SELECT * FROM ({sql}) AS declared LIMIT {MOST_ROWS + 1}"


def _bad_shape(name: str, found: str) -> InvalidInput:
    return InvalidInput(
        f"The SELECT of the KPI {name!r} gives {found}.",
        code=Code.BAD_KPI,
        remedy="Give one value, or rows of two columns: a label, such as the month, and a number.",
    )


def _label(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _cell(name: str, value: Any) -> Cell:
    number = number_of(name, value)
    return Cell(numerator=number or ZERO, denominator=ZERO if number is None else Decimal(1), rows=0)


def _kpi(name: str, sql: str, last: Cell, series: tuple[tuple[str, Cell], ...]) -> Kpi:
    changed = None
    if len(series) > 1:
        (base_label, base), (label, current) = series[-2:]
        changed = change(label, current, base_label, base, (), signed=False)
    value_sql = (
        sql if not series else f"SELECT value\nFROM ({sql}) AS series(period, value)\nORDER BY period DESC\nLIMIT 1"
    )
    return Kpi(
        id="",
        name=name,
        kind=KpiKind.OTHER,
        declared=True,
        expression=sql,
        columns=(),
        unit=unit_of(name),
        value=written(last.figure),
        period=series[-1][0] if series else None,
        overall=None if series else written(last.figure),
        change=changed,
        year_change=None,
        series=tuple(Point(period=label, value=written(cell.figure), rows=None) for label, cell in series),
        compositions=(),
        sql=value_sql,
        overall_sql=sql,
        series_sql=sql if series else None,
        goodness=1.0,
        reason="declared",
    )
