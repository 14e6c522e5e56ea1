"""Pictures of key figures: how they went over time, and which groups they are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from voyant.analysis import wording
from voyant.analysis.charts.candidates import Candidate
from voyant.analysis.charts.frame import Row
from voyant.domain.finding import Axis, Mark, View
from voyant.domain.kpi import Grain, Kpi, KpiKind, Kpis
from voyant.domain.profile import Profile
from voyant.domain.table import Dataset, Role
from voyant.lake.sql import identifier

MOST_LINES = 3
FEWEST_PERIODS = 4
_WRITTEN = {
    Grain.MINUTE: "%Y-%m-%dT%H:%M",
    Grain.HOUR: "%Y-%m-%dT%H",
    Grain.DAY: "%Y-%m-%d",
    Grain.WEEK: "%G-W%V-%u",
    Grain.MONTH: "%Y-%m",
    Grain.YEAR: "%Y",
}
_MOST_GROUPS = 60
_STANDS_OUT = 0.15


def over_time(kpis: Kpis) -> Iterator[Candidate]:
    """A line for each of the first key figures that have a series."""
    shown = 0
    for index, kpi in enumerate(kpis.kpis):
        if kpis.grain is None or len(kpi.series) < FEWEST_PERIODS or shown == MOST_LINES:
            continue
        if not all(_is_of(kpis.grain, point.period) for point in kpi.series):
            continue  # of a SELECT that has periods of its own, or none
        shown += 1
        yield _line(kpis, kpis.grain, index, kpi)


def by_group(dataset: Dataset, profile: Profile, kpis: Kpis) -> Iterator[Candidate]:
    """The first key figures over all rows, by the dimensions that take them apart best."""
    for index, kpi in enumerate(kpis.kpis[:2]):
        for dimension in _dimensions(dataset, profile, kpi)[: 2 - index]:
            sql = (
                f"SELECT {identifier(dimension)} AS grouped, {kpi.expression} AS figure, count(*) AS n\n"
                f"FROM {identifier(dataset.name)}\nGROUP BY 1\nORDER BY 2 DESC, 1"
            )
            name = wording.readable(dimension)
            yield Candidate(
                view=View(
                    name=f"{_stem(kpi)}_by_{dimension}",
                    title=f"{wording.sentence(kpi.name)[:-1]} by {name}",
                    mark=Mark.BAR,
                    sql=sql,
                    x=Axis(field="figure", title=kpi.name, kind="number", unit=kpi.unit),
                    y=Axis(field="grouped", title=name, kind="category"),
                ),
                columns=(*kpi.columns, dimension),
                evidence=(f"kpis.json#/kpis/{index}/overall",),
                say=lambda rows, kpi=kpi: _say_largest(kpi, rows),  # type: ignore[misc]
                worth=_differ,
                fewest=3,
            )


def _line(kpis: Kpis, grain: Grain, index: int, kpi: Kpi) -> Candidate:
    rows = [
        {"period": _start(point.period, grain), "value": point.value, "complete": point.complete}
        for point in kpi.series
    ]
    return Candidate(
        view=View(
            name=f"{_stem(kpi)}_by_{grain}",
            title=f"{kpi.name} by {grain}",
            mark=Mark.LINE,
            sql=kpi.series_sql or kpi.sql,
            x=Axis(field="period", title=str(grain), kind="time"),
            y=Axis(field="value", title=kpi.name, kind="number", unit=kpi.unit),
        ),
        columns=tuple(dict.fromkeys((*kpi.columns, *((kpis.time_column,) if kpis.time_column else ())))),
        evidence=(f"kpis.json#/kpis/{index}/series",),
        rows=rows,
        say=lambda rows: _say_range(kpi, grain, rows),
        fewest=FEWEST_PERIODS,
    )


def _is_of(grain: Grain, label: str) -> bool:
    try:
        _start(label, grain)
    except ValueError:
        return False
    return True


def _start(label: str, grain: Grain) -> datetime:
    if grain is Grain.QUARTER:
        return datetime(int(label[:4]), 3 * int(label[-1]) - 2, 1)
    text = f"{label}-1" if grain is Grain.WEEK else label
    return datetime.strptime(text, _WRITTEN[grain])


def _say_range(kpi: Kpi, grain: Grain, rows: Sequence[Row]) -> str:
    whole = [row for row in rows if row["value"] is not None and row["complete"]]
    name = wording.sentence(kpi.name)[:-1]
    if not whole:
        return f"{name} by {grain}"
    highest = max(whole, key=lambda row: (row["value"], row["period"]))
    lowest = min(whole, key=lambda row: (row["value"], row["period"]))
    if highest["value"] == lowest["value"]:
        return f"{name} is {wording.quantity(highest['value'], kpi.unit)} in every {grain}"
    return (
        f"{name} by {grain}: from {wording.quantity(lowest['value'], kpi.unit)} "
        f"({wording.moment(lowest['period'], grain)}) to {wording.quantity(highest['value'], kpi.unit)} "
        f"({wording.moment(highest['period'], grain)})"
    )


def _say_largest(kpi: Kpi, rows: Sequence[Row]) -> str:
    name = wording.sentence(kpi.name)[:-1]
    known = [row for row in rows if row["figure"] is not None and row["grouped"] is not None]
    if not known:
        return f"{name} by group"
    first = max(known, key=lambda row: (float(row["figure"]), str(row["grouped"])))
    told = (
        f"{name} is highest for {wording.shown(first['grouped'])}: {wording.quantity(float(first['figure']), kpi.unit)}"
    )
    figures = [float(row["figure"]) for row in rows if row["figure"] is not None]
    if kpi.kind in {KpiKind.COUNT, KpiKind.TOTAL} and min(figures) >= 0 and sum(figures) > 0:
        return f"{told}, {wording.percent(100 * float(first['figure']) / sum(figures))} of the whole"
    return told


def _differ(rows: Sequence[Row]) -> bool:
    """Whether the largest figure stands out: equal bars say nothing that a sentence does not."""
    known = [float(row["figure"]) for row in rows if row["figure"] is not None]
    middle = sum(known) / len(known) if known else 0.0
    return bool(known) and max(known) - middle >= _STANDS_OUT * abs(middle)


def _dimensions(dataset: Dataset, profile: Profile, kpi: Kpi) -> list[str]:
    """Columns that name groups: first those that the figure's change or composition was taken apart by."""
    if kpi.kind is KpiKind.OTHER or kpi.expression.lstrip().lower().startswith(("select", "with")):
        return []
    told = [composition.dimension for composition in kpi.compositions]
    told += [breakdown.dimension for breakdown in (kpi.change.breakdowns if kpi.change else ())]
    usable = [
        column.name
        for column in dataset.with_role(Role.DIMENSION, Role.GEOGRAPHY)
        if column.personal is None
        and column.name not in kpi.columns
        and 3 <= profile.column(column.name).distinct.value <= _MOST_GROUPS
        and not profile.column(column.name).near_constant
    ]
    return [name for name in dict.fromkeys(told) if name in usable] or usable[:2]


def _stem(kpi: Kpi) -> str:
    return "_".join("".join(mark if mark.isalnum() else " " for mark in kpi.name.lower()).split()) or kpi.id
