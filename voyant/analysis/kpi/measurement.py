"""Measuring key figures: one pass for all series, one for all breakdowns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from voyant.analysis.grains import advance, as_moment
from voyant.analysis.kpi.changes import ZERO, Cell, Split, change
from voyant.analysis.kpi.exact import exact, wide
from voyant.analysis.kpi.figures import Dimension, Figure, parts
from voyant.analysis.kpi.handful import Extremes, ExtremesByFigure, Side, handful
from voyant.analysis.periods import Timeline
from voyant.domain.kpi import Change, Grain, KpiKind
from voyant.domain.table import Table
from voyant.errors import Code, InvalidInput, QueryRejected
from voyant.lake.sql import identifier

_YEAR = {
    Grain.MONTH: 12,
    Grain.QUARTER: 4,
}  # longer periods have no other year to compare with, shorter ones no same day

Row = Mapping[str, Any]


class Measured(Struct, frozen=True):
    """A figure with what its parts add up to.

    Attributes:
        overall: Over all rows, those without a period included.
        periods: One cell for each period of the timeline; periods without rows have 0 rows.
    """

    figure: Figure
    overall: Cell
    periods: tuple[Cell, ...]


def measure_parts(table: Table, figures: Sequence[Figure], timeline: Timeline | None) -> list[Measured]:
    """All figures that are sums or quotients of sums, over all rows and by period, in one pass."""
    columns = parts(tuple(figures))
    aggregates = ", ".join(["count(*) AS n", *(f"{sql} AS {name}" for sql, name in columns.items())])
    source = identifier(table.dataset.name)
    if timeline is None:
        rows = table.query(f"SELECT {aggregates} FROM {source}")
    else:
        bucket = timeline.axis.bucket(timeline.grain)
        rows = table.query(f"SELECT {bucket} AS period, {aggregates} FROM {source} GROUP BY 1 ORDER BY 1")
    by_start = {as_moment(row["period"]): row for row in rows if row.get("period") is not None}
    starts = timeline.starts if timeline else ()
    return [
        Measured(
            figure=figure,
            overall=_sum_of([_cell(figure, row, columns) for row in rows], figure),
            periods=tuple(_cell(figure, by_start.get(start), columns) for start in starts),
        )
        for figure in figures
    ]


def _cell(figure: Figure, row: Row | None, columns: Mapping[str, str]) -> Cell:
    def part(sql: str | None) -> Decimal | None:
        return exact(row[columns[sql]]) if row is not None and sql is not None else None

    numerator = part(figure.numerator)
    return Cell(
        numerator=numerator or ZERO,
        denominator=None if figure.denominator is None else part(figure.denominator) or ZERO,
        rows=row["n"] if row is not None else 0,
        empty=numerator is None,
    )


def _sum_of(cells: Sequence[Cell], figure: Figure) -> Cell:
    with wide():
        return Cell(
            numerator=sum((cell.numerator for cell in cells), ZERO),
            denominator=(
                None if figure.denominator is None else sum((cell.denominator or ZERO for cell in cells), ZERO)
            ),
            rows=sum(cell.rows for cell in cells),
            empty=all(cell.empty for cell in cells),
        )


def measure_whole(table: Table, figure: Figure, timeline: Timeline | None) -> Measured:
    """A figure that is no sum of parts, by its own statements.

    Raises:
        InvalidInput: ``BAD_KPI`` where the engine refuses it or it gives no number.
    """
    name = table.dataset.name
    overall = _own_value(
        figure, run_declared(table, figure.name, figure.select_value(name, None, None, None))[0]["value"]
    )
    if timeline is None:
        return Measured(figure=figure, overall=overall, periods=())
    rows = run_declared(table, figure.name, figure.select_series(name, timeline))
    values = {as_moment(row["period"]): row["value"] for row in rows}
    return Measured(
        figure=figure,
        overall=overall,
        periods=tuple(_own_value(figure, values.get(start)) for start in timeline.starts),
    )


def _own_value(figure: Figure, value: Any) -> Cell:
    number = number_of(figure.name, value)
    return Cell(numerator=number or ZERO, denominator=ZERO if number is None else Decimal(1), rows=0)


def number_of(name: str, value: Any) -> Decimal | None:
    """The number that a declared figure gave; None for NULL, NaN and infinities."""
    if value is not None and not isinstance(value, int | float | Decimal):
        raise InvalidInput(f"The KPI {name!r} gives {type(value).__name__} values, not numbers.", code=Code.BAD_KPI)
    return exact(value)


def run_declared(table: Table, name: str, sql: str) -> list[dict[str, Any]]:
    """The rows of a statement that the user wrote; an engine's refusal is the KPI's fault."""
    try:
        return table.query(sql)
    except QueryRejected as error:
        raise InvalidInput(f"The KPI {name!r} cannot be computed: {error.message}", code=Code.BAD_KPI) from error


class Comparison(Struct, frozen=True):
    """The periods that are compared, by index in the timeline; None where the data do not reach back."""

    current: int
    previous: int | None
    year_before: int | None

    @property
    def indices(self) -> tuple[int, ...]:
        return tuple(index for index in (self.current, self.previous, self.year_before) if index is not None)


def comparison(timeline: Timeline) -> Comparison | None:
    """The last complete period against the one before and, for months and quarters, the same a year earlier."""
    current = timeline.last_whole
    if current is None:
        return None
    year = _YEAR.get(timeline.grain)
    earlier = advance(timeline.starts[current], timeline.grain, -year) if year else None
    year_before = timeline.starts.index(earlier) if earlier in timeline.starts else None
    return Comparison(
        current=current,
        previous=current - 1 if current and timeline.complete(current - 1) else None,
        year_before=year_before if year_before is not None and timeline.complete(year_before) else None,
    )


Groups = Mapping[Dimension, Mapping[datetime | None, Mapping[str | None, Row]]]


def group_by_dimensions(
    table: Table,
    figures: Sequence[Figure],
    dimensions: Sequence[Dimension],
    timeline: Timeline | None,
    indices: Sequence[int],
) -> Groups:
    """The parts of all figures for each value of each dimension: in the given periods, or over all rows without a
    timeline. One pass."""
    if not dimensions or not figures:
        return {}
    columns = parts(tuple(figures))
    aggregates = ", ".join(["count(*) AS n", *(f"{sql} AS {name}" for sql, name in columns.items())])
    names = [f"({dimension.sql})" for dimension in dimensions]
    aliases = ", ".join(f"{name} AS d{position}" for position, name in enumerate(names))
    period, where, sets = "NULL", "", [f"({name})" for name in names]
    if timeline is not None:
        period = timeline.axis.bucket(timeline.grain)
        spans = (timeline.axis.within(timeline.starts[index], timeline.end(index)) for index in sorted(indices))
        where = " WHERE " + " OR ".join(f"({span})" for span in spans)
        sets = [f"({name}, {period})" for name in names]
    rows = table.query(
        f"SELECT {period} AS period, grouping({', '.join(names)}) AS grouped, {aliases}, {aggregates} "
        f"FROM {identifier(table.dataset.name)}{where} GROUP BY GROUPING SETS ({', '.join(sets)})"
    )
    everything = 2 ** len(names) - 1
    which = {everything - 2 ** (len(names) - 1 - position): position for position in range(len(names))}
    groups: dict[Dimension, dict[datetime | None, dict[str | None, Row]]] = {each: {} for each in dimensions}
    for row in rows:
        position = which[row["grouped"]]
        start = None if row["period"] is None else as_moment(row["period"])
        groups[dimensions[position]].setdefault(start, {})[_as_text(row[f"d{position}"])] = row
    return groups


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def cells_of(figure: Figure, rows: Mapping[str | None, Row], columns: Mapping[str, str]) -> dict[str | None, Cell]:
    """What the rows of each value add up to, for one figure."""
    return {value: _cell(figure, row, columns) for value, row in rows.items()}


def change_between(
    measured: Measured,
    base: int | None,
    current: int,
    *,
    timeline: Timeline,
    groups: Groups,
    extremes: ExtremesByFigure,
    columns: Mapping[str, str],
    table: Table,
) -> Change | None:
    """The change of a figure between two periods, taken apart by every dimension it does not itself consist of."""
    if base is None:
        return None
    figure = measured.figure
    starts = timeline.starts[base], timeline.starts[current]
    spans = tuple((start, advance(start, timeline.grain)) for start in starts)
    splits = []
    for dimension, by_period in groups.items():
        if set(dimension.columns) & set(figure.columns) or figure.kind is KpiKind.OTHER:
            continue
        before, after = (cells_of(figure, by_period.get(start, {}), columns) for start in starts)
        sql = figure.select_change(table.dataset.name, dimension, timeline, spans)
        effects_sql = figure.select_effects(table.dataset.name, dimension, timeline.axis, spans)
        splits.append(Split(dimension=dimension, before=before, after=after, sql=sql, effects_sql=effects_sql))
    found = change(
        timeline.label(current),
        measured.periods[current],
        timeline.label(base),
        measured.periods[base],
        splits,
        signed=figure.signed,
    )
    if found is None:
        return None
    ends = extremes.get(figure.name, {})
    sides = (
        Side(span, measured.periods[index], ends.get(span[0], Extremes()))
        for span, index in zip(spans, (base, current), strict=True)
    )
    return replace(found, rests_on=handful(table, figure, timeline.axis, *sides))
