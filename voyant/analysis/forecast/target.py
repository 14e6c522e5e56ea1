"""What is forecast: a column or an aggregate, as SQL, and what can be known of its values beforehand."""

from __future__ import annotations

import re
from dataclasses import dataclass

from voyant.analysis.columns import find_column, unknown_column
from voyant.analysis.kpi import declared
from voyant.analysis.kpi.figures import Figure
from voyant.analysis.kpi.found import found_figures, has_no_zero
from voyant.analysis.periods import Timeline
from voyant.analysis.wording import aggregate_name, average_name, called, figure_name
from voyant.domain.kpi import DeclaredKpi, KpiKind
from voyant.domain.profile import Profile
from voyant.domain.table import Aggregation, Column, ColumnType, Dataset, Role
from voyant.errors import Code, InvalidInput
from voyant.lake.sql import identifier

_CALL = re.compile(r"\s*(sum|avg|mean)\s*\(\s*\"?([^\"()]+?)\"?\s*\)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is forecast.

    Attributes:
        name: In a sentence, such as ``total amount``.
        expression: The SQL aggregate.
        is_total: Whether parts add up to the whole: a period without rows then holds 0, else nothing is known of it.
        is_signed: Whether it takes either sign or its zero is a convention: a change in percent then means nothing.
        highest: What no value can exceed, in series that never did.
    """

    name: str
    expression: str
    columns: tuple[str, ...]
    unit: str | None
    is_total: bool
    is_signed: bool = False
    highest: float | None = None

    @property
    def lowest(self) -> float | None:
        """What no value can be less than, in series that never were."""
        return None if self.is_signed else 0.0


def target(
    value: str | None, dataset: Dataset, profile: Profile, periods: Timeline, *, counts_mean_something: bool
) -> Target:
    """The column or aggregate that was asked for; the first good figure of the table where none was.

    Args:
        counts_mean_something: Whether the number of rows in a period is a figure, and not given by how they were taken.

    Raises:
        InvalidInput: There is no such column, it has no numbers, or the aggregate is refused; ``MISSING_PARAMETER``
            where none was asked for and none is found.
    """
    if value is None:
        return _found(dataset, profile, periods, counts_mean_something=counts_mean_something)
    if column := find_column(dataset, value):
        return _of_column(column, profile, None)
    call = _CALL.fullmatch(value)
    if call is not None and (column := find_column(dataset, call[2])):
        return _of_column(column, profile, "sum" if call[1].lower() == "sum" else "avg")
    if re.fullmatch(r"\w+", value):
        raise unknown_column(dataset, value)
    figure = declared.parse(DeclaredKpi(name=aggregate_name(value), sql=value), dataset)
    if isinstance(figure, str):
        raise InvalidInput(
            f"A forecast needs an aggregate such as sum(amount), not the SELECT {value[:200]!r}.", code=Code.BAD_KPI
        )
    return _of_figure(figure)


def _found(dataset: Dataset, profile: Profile, periods: Timeline, *, counts_mean_something: bool) -> Target:
    figures, _ = found_figures(dataset, profile, periods)
    for figure in figures:
        if counts_mean_something or figure.kind is not KpiKind.COUNT:
            return _of_figure(figure)
    if counts_mean_something:
        return _RECORDS
    numbers = [c.name for c in dataset.columns if c.type.is_numeric and c.role is not Role.TIME and c.personal is None]
    raise InvalidInput(
        f"No column of {dataset.name} is surely a measure, so the one to forecast has to be named.",
        code=Code.MISSING_PARAMETER,
        remedy=f"Give value, such as {' or '.join(numbers[:5]) or 'count(*)'}.",
        data={"columns": numbers[:200]},
    )


_RECORDS = Target(name="number of records", expression="count(*)", columns=(), unit=None, is_total=True)


def _of_column(column: Column, profile: Profile, aggregate: str | None) -> Target:
    if column.personal is not None:
        raise _unusable(column, "holds personal data, which can only be counted")
    name = identifier(column.name)
    if column.type is ColumnType.BOOLEAN:
        return Target(
            name=f"share where {called(column)} is true",
            expression=f"avg(CASE WHEN {name} THEN 1e2 WHEN NOT {name} THEN 0e0 END)",
            columns=(column.name,),
            unit="%",
            is_total=False,
            highest=100.0,
        )
    if not column.type.is_numeric:
        raise _unusable(column, f"holds {column.type} values, not numbers")
    if column.aggregation is Aggregation.CIRCULAR:
        raise _unusable(column, "holds directions, of which a mean says nothing")
    adds_up = aggregate == "sum" or (aggregate is None and column.aggregation is Aggregation.SUM)
    finite = f"CASE WHEN isfinite({name}) THEN {name} END" if column.type is ColumnType.FLOAT else name
    return Target(
        name=f"total {called(column)}" if adds_up else average_name(column),
        expression=f"{'sum' if adds_up else 'avg'}({finite})",
        columns=(column.name,),
        unit=column.unit,
        is_total=adds_up,
        is_signed=has_no_zero(column) or _takes_either_sign(column, profile),
        highest=_highest(column, profile) if not adds_up else None,
    )


def _takes_either_sign(column: Column, profile: Profile) -> bool:
    numbers = profile.column(column.name).number
    return numbers is not None and numbers.negatives > 0


def _highest(column: Column, profile: Profile) -> float | None:
    """Of shares, by how they are written."""
    if column.aggregation is not Aggregation.RATIO:
        return None
    largest = profile.column(column.name).maximum
    return 1.0 if isinstance(largest, int | float) and largest <= 1 else 100.0


def _of_figure(figure: Figure) -> Target:
    return Target(
        name=figure_name(figure.name, figure.unit),
        expression=figure.expression,
        columns=figure.columns,
        unit=figure.unit,
        is_total=figure.additive,
        is_signed=figure.signed,
        highest=100.0 if figure.kind is KpiKind.RATE else None,
    )


def _unusable(column: Column, reason: str) -> InvalidInput:
    return InvalidInput(
        f"The column {column.name!r} cannot be forecast: it {reason}.",
        code=Code.UNKNOWN_COLUMN,
        remedy="Name a numeric column, an aggregate such as sum(amount), or none to let one be chosen.",
        data={"column": column.name},
    )
