"""Key figures of a table: those declared, otherwise those that its roles suggest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from voyant.analysis.kpi import declared as declarations
from voyant.analysis.kpi.asked import AskedChanges, periods_asked, reaches
from voyant.analysis.kpi.compositions import composition
from voyant.analysis.kpi.exact import written
from voyant.analysis.kpi.figures import Dimension, Figure, parts
from voyant.analysis.kpi.found import explaining_dimensions, found_figures
from voyant.analysis.kpi.handful import ExtremesByFigure, extremes_by_figure
from voyant.analysis.kpi.measurement import (
    Comparison,
    Groups,
    Measured,
    cells_of,
    change_between,
    comparison,
    group_by_dimensions,
    measure_parts,
    measure_whole,
    run_declared,
)
from voyant.analysis.kpi.selected import measure_select
from voyant.analysis.periods import Timeline, timeline
from voyant.analysis.time_columns import time_column_of
from voyant.analysis.wording import number, period_name, quantity
from voyant.domain.kpi import Change, Composition, DeclaredKpi, Kpi, Kpis, Point
from voyant.domain.profile import Profile
from voyant.domain.table import Table


def measure(
    table: Table,
    profile: Profile,
    declared: Sequence[DeclaredKpi] = (),
    time_column: str | None = None,
    *,
    compare: Sequence[str] = (),
) -> Kpis:
    """The key figures of the table, each over its natural periods, with its last change taken apart.

    Args:
        declared: Measured first; with none, figures are found from the roles of the columns.
        time_column: What periods are made from; the leading time column where None.
        compare: Two periods, the earlier first, such as ``2013-Q1`` and ``2014-Q1``: each figure is compared between
            them as well, taken apart by pairs of dimensions too.

    Raises:
        InvalidInput: ``BAD_KPI`` or ``UNKNOWN_COLUMN`` where a declared figure or the time column cannot be used,
            ``BAD_TIME`` where ``compare`` are no two periods of the data.
    """
    dataset = table.dataset
    parsed = declarations.parse_all(declared, dataset)
    asked = [figure for figure in parsed.values() if isinstance(figure, Figure)]
    column = time_column_of(dataset, profile, time_column)
    periods = timeline(table, profile.column(column)) if column else None
    figures, omitted = (asked, []) if declared else found_figures(dataset, profile, periods)
    for figure in asked:  # alone, so that the engine's refusal names the figure at fault
        run_declared(table, figure.name, figure.select_value(dataset.name, None, None, None))
    summed = [figure for figure in figures if figure.numerator is not None]
    asked_periods = periods_asked(table, periods, compare) if compare else None
    builder = _Builder(table, profile, periods, summed, asked_periods)
    measured = {item.figure.name: item for item in measure_parts(table, summed, periods)}
    measured |= {figure.name: measure_whole(table, figure, periods) for figure in figures if figure.numerator is None}
    built = {figure.name: builder.build(measured[figure.name]) for figure in figures}
    built |= {name: measure_select(table, name, sql) for name, sql in parsed.items() if isinstance(sql, str)}
    kpis = [built[name] for name in parsed or built]
    return Kpis(
        table=dataset.name,
        time_column=column if periods else None,
        grain=periods.grain if periods else None,
        first=periods.period(0) if periods else None,
        last=periods.period(len(periods.starts) - 1) if periods else None,
        kpis=tuple(replace(kpi, id=f"k{position}") for position, kpi in enumerate(kpis, start=1)),
        omitted=tuple(omitted),
        notes=(
            *_period_notes(column, periods),
            *(reaches(periods, asked_periods) if periods and asked_periods else ()),
            *builder.notes,
        ),
    )


def _period_notes(column: str | None, periods: Timeline | None) -> list[str]:
    if column is None:
        return ["No column says when a row happened: figures are over all rows."]
    if periods is None:
        return [f"{column} holds no time that can be used: figures are over all rows."]
    notes = [f"Periods are those of {column}, by {periods.grain}."]
    last = len(periods.starts) - 1
    for index, complete, side in (
        (0, periods.first_complete, "begin within"),
        (last, periods.last_complete, "end within"),
    ):
        if not complete and periods.covers(index):
            notes.append(f"The data {side} {periods.label(index)}: that period is shown but not compared.")
    notes += _thin_notes(periods)
    if periods.filled < 1 and all(periods.rows):
        notes.append(f"Only {len(periods.starts)} {periods.grain}s have rows: each is compared with the one before it.")
    if periods.outside:
        notes.append(f"{periods.outside} rows have a time far from all others and are in no period.")
    if periods.untimed:
        notes.append(f"{periods.untimed} rows have no {column} and are in no period.")
    return notes


def _thin_notes(periods: Timeline) -> Iterator[str]:
    last = len(periods.starts) - 1
    for thin, first, final, side in (
        (periods.thin_start, 0, periods.thin_start.periods - 1, "after"),
        (periods.thin_end, last - periods.thin_end.periods + 1, last, "before"),
    ):
        if thin.periods:
            span = " to ".join(dict.fromkeys(period_name(periods.label(index)) for index in (first, final)))
            yield (
                f"The data hardly cover {span}: {quantity(thin.mean, 'records')} a {periods.grain} on average, against "
                f"{number(thin.usual)} usually in the {thin.compared} {periods.grain}s {side}. Key figures and trends "
                "leave that time out."
            )


class _Builder:
    """Puts key figures together from what was measured; everything they share is computed once."""

    def __init__(
        self,
        table: Table,
        profile: Profile,
        periods: Timeline | None,
        figures: list[Figure],
        asked: Timeline | None,
    ) -> None:
        self._table = table
        self._timeline = periods
        self._compared: Comparison | None = comparison(periods) if periods else None
        self._columns: Mapping[str, str] = parts(tuple(figures))
        names, too_many = explaining_dimensions(table.dataset, profile)
        dimensions = [Dimension((name,)) for name in names]
        self.notes = [f"{len(too_many)} more dimensions were not looked at: {', '.join(too_many)}."] if too_many else []
        indices = self._compared.indices if self._compared else ()
        self._can_compare = len(indices) > 1
        self._groups: Groups = group_by_dimensions(
            table, figures, dimensions, periods if self._can_compare else None, indices
        )
        self._extremes: ExtremesByFigure = (
            extremes_by_figure(table, figures, periods, indices) if periods and self._can_compare else {}
        )
        self._asked = AskedChanges(table, figures, dimensions, profile, asked) if asked else None

    def build(self, measured: Measured) -> Kpi:
        figure, name = measured.figure, self._table.dataset.name
        periods, compared = self._timeline, self._compared
        kpi = Kpi(
            id="",
            name=figure.name,
            kind=figure.kind,
            declared=figure.declared,
            expression=figure.expression,
            columns=figure.columns,
            unit=figure.unit,
            value=written(measured.overall.figure),
            period=None,
            overall=written(measured.overall.figure),
            change=None,
            year_change=None,
            series=self._series(measured),
            compositions=(),
            sql=figure.select_value(name, None, None, None),
            overall_sql=figure.select_value(name, None, None, None),
            series_sql=figure.select_series(name, periods) if periods else None,
            goodness=figure.goodness,
            reason=figure.reason,
        )
        if not self._can_compare:
            kpi = replace(kpi, compositions=self._compositions(measured))
        if self._asked is not None:
            kpi = replace(kpi, asked_change=self._asked.change(figure))
        if periods is None or compared is None:
            return kpi
        current = compared.current
        if measured.periods[current].figure is None:
            return self._ended(kpi, measured, periods)
        return replace(
            kpi,
            value=written(measured.periods[current].figure),
            period=periods.label(current),
            change=self._change(measured, compared.previous),
            year_change=self._change(measured, compared.year_before),
            sql=figure.select_value(name, periods.axis, periods.starts[current], periods.end(current)),
        )

    def _ended(self, kpi: Kpi, measured: Measured, periods: Timeline) -> Kpi:
        """A figure without a value in the last complete period: its own last one stands for it, without a change."""
        figure = measured.figure
        last = next(
            (
                index
                for index in reversed(range(len(periods.starts)))
                if periods.complete(index) and measured.periods[index].figure is not None
            ),
            None,
        )
        if last is None:
            return kpi
        return replace(
            kpi,
            value=written(measured.periods[last].figure),
            period=periods.label(last),
            sql=figure.select_value(self._table.dataset.name, periods.axis, periods.starts[last], periods.end(last)),
            notes=(f"no value after {periods.label(last)}",),
        )

    def _series(self, measured: Measured) -> tuple[Point, ...]:
        if self._timeline is None:
            return ()
        return tuple(
            Point(
                period=self._timeline.label(index),
                value=written(cell.figure),
                rows=self._timeline.rows[index],
                complete=self._timeline.complete(index),
            )
            for index, cell in enumerate(measured.periods)
        )

    def _change(self, measured: Measured, base: int | None) -> Change | None:
        if self._timeline is None or self._compared is None:
            return None
        return change_between(
            measured,
            base,
            self._compared.current,
            timeline=self._timeline,
            groups=self._groups,
            extremes=self._extremes,
            columns=self._columns,
            table=self._table,
        )

    def _compositions(self, measured: Measured) -> tuple[Composition, ...]:
        figure = measured.figure
        return tuple(
            composition(
                figure, dimension.name, cells_of(figure, by_period[None], self._columns), self._table.dataset.name
            )
            for dimension, by_period in self._groups.items()
            if not set(dimension.columns) & set(figure.columns) and figure.numerator is not None
        )
