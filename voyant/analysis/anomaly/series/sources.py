"""Which series a table holds: their values, what splits them, and the grid that they run on."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from voyant.analysis.columns import find_column, named_column
from voyant.analysis.insights.subjects import MOST_MEASURES
from voyant.analysis.kpi.values import RECORDS, Value, read_value, value_of_column
from voyant.analysis.time_columns import leading_time_column
from voyant.analysis.wording import readable
from voyant.domain.anomaly import AnomalyRequest
from voyant.domain.profile import Profile
from voyant.domain.table import Aggregation, Column, ColumnType, Dataset, Role
from voyant.errors import Code, InvalidInput


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


def values_of(
    dataset: Dataset, profile: Profile, request: AnomalyRequest, split: Sequence[str], *, events: bool
) -> list[Value]:
    """What is followed: the value asked for; else the measures, and the number of records where rows are events.

    Raises:
        InvalidInput: The value asked for is no column or aggregate that a series can be made of.
    """
    if request.value is not None:
        column = find_column(dataset, request.value)
        return [_plainly(column, dataset, profile) if column else read_value(request.value, dataset, profile)]
    measures = [
        column
        for column in dataset.with_role(Role.MEASURE)
        if column.type.is_numeric
        and column.personal is None
        and column.name not in split
        and column.aggregation is not Aggregation.CIRCULAR
    ]
    kept = sorted(measures, key=lambda column: -round(column.role_confidence, 1))[:MOST_MEASURES]
    return [*([RECORDS] if events or not kept else []), *(_plainly(column, dataset, profile) for column in kept)]


def _plainly(column: Column, dataset: Dataset, profile: Profile) -> Value:
    """A column under its own name: a point mostly stands for one row, of which there is no total or average."""
    return replace(value_of_column(column, dataset, profile), name=readable(column.name))


def _unfit(dataset: Dataset, column: Column, why: str, instead: Sequence[str]) -> InvalidInput:
    return InvalidInput(
        f"The column {column.name} of {dataset.name} {why}.",
        code=Code.UNKNOWN_COLUMN,
        remedy=f"Name another one, such as {', '.join(instead[:5])}." if instead else "Name another one.",
        data={"column": column.name, "columns": list(instead)[:200]},
    )
