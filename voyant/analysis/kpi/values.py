"""A column or an aggregate that somebody wants followed over time, as SQL, and what can be known of its values
beforehand."""

from __future__ import annotations

import re

from msgspec import Struct

from voyant.analysis import expressions
from voyant.analysis.columns import find_column, unknown_column
from voyant.analysis.kpi import declared
from voyant.analysis.kpi.figures import Figure
from voyant.analysis.kpi.signs import has_a_least, is_never_negative
from voyant.analysis.normalize.names import word_set, words_of
from voyant.analysis.wording import aggregate_name, average_name, called, figure_name, total_name
from voyant.domain.kpi import DeclaredKpi, KpiKind
from voyant.domain.profile import Profile
from voyant.domain.table import Aggregation, Column, ColumnType, Dataset
from voyant.errors import Code, InvalidInput
from voyant.lake.sql import identifier

_CALL = re.compile(r"\s*(sum|avg|mean)\s*\(\s*\"?([^\"()]+?)\"?\s*\)\s*", re.IGNORECASE)
_OF_A_WHOLE = word_set("share proportion fraction probability")
_IN_PERCENT = word_set("pct percent percentage")
_MOST_LISTED = 5


class Value(Struct, frozen=True, kw_only=True):
    """What is followed over time.

    Attributes:
        name: In a sentence, such as ``total amount``.
        expression: The SQL aggregate, over the rows of a period.
        additive: Parts add up to the whole: a period without rows then holds 0, else nothing is known of it.
        signed: It may take either sign, or its zero is a convention: a change in percent then means nothing.
        highest: What no value can exceed, in series that never did.
    """

    name: str
    expression: str
    columns: tuple[str, ...]
    additive: bool
    unit: str | None = None
    signed: bool = False
    highest: float | None = None

    @property
    def lowest(self) -> float | None:
        """What no value can be less than, in series that never were."""
        return None if self.signed else 0.0


RECORDS = Value(name="number of records", expression="count(*)", columns=(), additive=True)


def read_value(text: str, dataset: Dataset, profile: Profile) -> Value:
    """The column of that name, or the aggregate, checked as a declared key figure is.

    Raises:
        InvalidInput: ``UNKNOWN_COLUMN`` where the table has no such column or no series can be made of it,
            ``NOT_ENOUGH_DATA`` where it holds nothing, ``BAD_KPI`` for what is no aggregate.
    """
    column, aggregate = find_column(dataset, text), None
    if column is None and (call := _CALL.fullmatch(text)) is not None:
        column, aggregate = find_column(dataset, call[2]), "sum" if call[1].lower() == "sum" else "avg"
    if column is not None and column.personal is None and profile.column(column.name).count == 0:
        raise _empty(column)
    if column is not None:
        return value_of_column(column, dataset, profile, aggregate)
    if re.fullmatch(r"\w+", text.strip()):
        raise unknown_column(dataset, text)
    figure = declared.parse(DeclaredKpi(name=aggregate_name(text), sql=text), dataset)
    if isinstance(figure, str):
        raise InvalidInput(
            f"The value {text[:200]!r} is a whole SELECT; a series is made of an aggregate such as sum(amount).",
            code=Code.BAD_KPI,
            data={"sql": text[:500]},
        )
    tree = expressions.parse(figure.expression)
    return value_of_figure(figure, signed=not is_never_negative(tree, dataset, profile))


def value_of_column(column: Column, dataset: Dataset, profile: Profile, aggregate: str | None = None) -> Value:
    """The ``sum`` or the ``avg`` of a column; what suits it where neither is asked for. NaN and infinities are no part
    of either.

    Raises:
        InvalidInput: ``UNKNOWN_COLUMN`` where it holds personal data or no numbers.
    """
    if column.personal is not None:
        raise _unusable(column, dataset, "it holds personal data, which can only be counted")
    name = identifier(column.name)
    if column.type is ColumnType.BOOLEAN:
        return Value(
            name=f"share where {called(column)} is true",
            expression=f"avg(CASE WHEN {name} THEN 1e2 WHEN NOT {name} THEN 0e0 END)",
            columns=(column.name,),
            unit="%",
            additive=False,
            highest=100.0,
        )
    if not column.type.is_numeric:
        raise _unusable(column, dataset, f"it holds no numbers but {column.type} values")
    if column.aggregation is Aggregation.CIRCULAR:
        raise _unusable(column, dataset, "it holds directions, of which a mean says nothing")
    additive = aggregate == "sum" or (aggregate is None and column.aggregation is Aggregation.SUM)
    finite = f"CASE WHEN isfinite({name}) THEN {name} END" if column.type is ColumnType.FLOAT else name
    signed = not has_a_least(column, profile)
    return Value(
        name=total_name(column) if additive else average_name(column),
        expression=f"{'sum' if additive else 'avg'}({finite})",
        columns=(column.name,),
        unit=column.unit,
        additive=additive,
        signed=signed,
        highest=None if additive or signed else _highest(column, profile),
    )


def value_of_figure(figure: Figure, *, signed: bool | None = None) -> Value:
    """A key figure.

    Args:
        signed: What the figure says where None.
    """
    return Value(
        name=figure_name(figure.name, figure.unit),
        expression=figure.expression,
        columns=figure.columns,
        unit=figure.unit,
        additive=figure.additive,
        signed=figure.signed if signed is None else signed,
        highest=100.0 if figure.kind is KpiKind.RATE else None,
    )


def _highest(column: Column, profile: Profile) -> float | None:
    """Of shares of a whole, by how they are written; other rates, such as those of exchange, have no end."""
    if column.aggregation is not Aggregation.RATIO:
        return None
    words = set(words_of(column.name))
    if column.unit == "%" or words & _IN_PERCENT:
        return 100.0
    largest = profile.column(column.name).maximum
    return 1.0 if words & _OF_A_WHOLE and isinstance(largest, int | float) and largest <= 1 else None


def _empty(column: Column) -> InvalidInput:
    return InvalidInput(
        f"No series can be made of the column {column.name!r}: it has no value in any row.",
        code=Code.NOT_ENOUGH_DATA,
        remedy="Name a column that has values, or none to let one be chosen.",
        data={"column": column.name},
    )


def _unusable(column: Column, dataset: Dataset, why: str) -> InvalidInput:
    numeric = [each.name for each in dataset.columns if each.type.is_numeric and each.personal is None]
    others = f"a numeric column, such as {', '.join(numeric[:_MOST_LISTED])}, or " if numeric else ""
    return InvalidInput(
        f"No series can be made of the column {column.name!r}: {why}.",
        code=Code.UNKNOWN_COLUMN,
        remedy=f"Name {others}an aggregate such as count(*), or none to let one be chosen.",
        data={"column": column.name, "columns": numeric[:200]},
    )
