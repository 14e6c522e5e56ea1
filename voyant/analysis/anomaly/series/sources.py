"""Which series a table holds: their values, what splits them, and the grid that they run on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from voyant.analysis.columns import named_column
from voyant.analysis.insights.subjects import MOST_MEASURES
from voyant.analysis.kpi.declared import parse
from voyant.analysis.kpi.figures import Figure
from voyant.analysis.time_columns import leading_time_column
from voyant.analysis.wording import aggregate_name, readable
from voyant.domain.anomaly import AnomalyRequest
from voyant.domain.kpi import DeclaredKpi
from voyant.domain.profile import Profile
from voyant.domain.table import Aggregation, Column, ColumnType, Dataset, Role
from voyant.errors import Code, InvalidInput
from voyant.lake.sql import identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What is followed over time.

    Attributes:
        name: In sentences.
        expression: Its aggregate over the rows of a point.
        additive: A point without rows then stands for nothing rather than for no knowledge.
    """

    name: str
    expression: str
    columns: tuple[str, ...]
    additive: bool
    unit: str | None = None


ROWS = Value(name="number of records", expression="count(*)", columns=(), additive=True)


def time_of(dataset: Dataset, profile: Profile, asked: str | None) -> Column:
    """The time column that was asked for, or the one that leads.

    Raises:
        InvalidInput: ``UNKNOWN_COLUMN`` where there is none of that name or it holds no times, ``NOT_ENOUGH_DATA``
            where the table has no times.
    """
    if asked is None:
        found = leading_time_column(dataset, profile)
        if found is None:
            raise InvalidInput(
                f"The table {dataset.name} has no column of times along which a series could run.",
                code=Code.NOT_ENOUGH_DATA,
                remedy="Name one as time_column, or look for odd rows instead.",
            )
        return dataset.column(found)
    column = named_column(dataset, asked)
    if not (column.type.is_temporal or (column.type is ColumnType.INTEGER and column.role is Role.TIME)):
        raise _unfit(dataset, column, "holds no dates or times", [c.name for c in dataset.with_role(Role.TIME)])
    return column


def split_of(dataset: Dataset, profile: Profile, request: AnomalyRequest, time: Column) -> tuple[str, ...]:
    """The columns that split the table into series: those asked for; else those that together with the time name each
    row, as in a table that holds several series one below the other."""
    if request.by:
        columns = [named_column(dataset, name) for name in request.by]
        for column in columns:
            if column.personal is not None:
                raise _unfit(dataset, column, "holds personal data, whose values appear nowhere", [])
        return tuple(column.name for column in columns)
    if profile.column(time.name).unique:
        return ()
    for key in profile.keys:
        others = [dataset.column(name) for name in key if name != time.name]
        if time.name in key and others and all(_splits(column) for column in others):
            return tuple(column.name for column in others)
    return ()


def _splits(column: Column) -> bool:
    return column.role in {Role.DIMENSION, Role.GEOGRAPHY, Role.IDENTIFIER} and column.personal is None


def values_of(dataset: Dataset, request: AnomalyRequest, split: Sequence[str], *, events: bool) -> list[Value]:
    """What is followed: the value asked for; else the measures, and the number of records where rows are events."""
    if request.value is not None:
        return [_asked(dataset, request.value)]
    measures = [
        column
        for column in dataset.with_role(Role.MEASURE)
        if column.type.is_numeric
        and column.personal is None
        and column.name not in split
        and column.aggregation is not Aggregation.CIRCULAR
    ]
    kept = sorted(measures, key=lambda column: -round(column.role_confidence, 1))[:MOST_MEASURES]
    return [*([ROWS] if events or not kept else []), *(_measured(column) for column in kept)]


def _asked(dataset: Dataset, text: str) -> Value:
    """A column, or an aggregate that is checked as a declared KPI is.

    Raises:
        InvalidInput: ``UNKNOWN_COLUMN``, or ``BAD_KPI`` for what is no aggregate of numbers.
    """
    if re.fullmatch(r"\w+", text.strip()):
        column = named_column(dataset, text.strip())
        if not column.type.is_numeric:
            numeric = [each.name for each in dataset.columns if each.type.is_numeric]
            raise _unfit(dataset, column, "holds no numbers", numeric)
        if column.personal is not None:
            raise _unfit(dataset, column, "holds personal data, whose values appear nowhere", [])
        return _measured(column)
    figure = parse(DeclaredKpi(name=text, sql=text), dataset)
    if not isinstance(figure, Figure):
        raise InvalidInput(
            f"The value {text[:200]!r} is a whole SELECT; a series needs an aggregate such as sum(amount).",
            code=Code.BAD_KPI,
            data={"sql": text[:500]},
        )
    return Value(
        name=aggregate_name(text), expression=figure.expression, columns=figure.columns, additive=figure.additive
    )


def _measured(column: Column) -> Value:
    name = identifier(column.name)
    finite = f"CASE WHEN isfinite({name}) THEN {name} END" if column.type is ColumnType.FLOAT else name
    additive = column.aggregation is Aggregation.SUM
    return Value(
        name=readable(column.name),
        expression=f"{'sum' if additive else 'avg'}({finite})",
        columns=(column.name,),
        additive=additive,
        unit=column.unit,
    )


def _unfit(dataset: Dataset, column: Column, why: str, instead: Sequence[str]) -> InvalidInput:
    return InvalidInput(
        f"The column {column.name} of {dataset.name} {why}.",
        code=Code.UNKNOWN_COLUMN,
        remedy=f"Name another one, such as {', '.join(instead[:5])}." if instead else "Name another one.",
        data={"column": column.name, "columns": list(instead)[:200]},
    )
