"""Whose segments are looked for: customers with their purchases, other entities, or rows."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from voyant.analysis import expressions
from voyant.analysis.columns import named_column
from voyant.analysis.grains import as_moment
from voyant.analysis.kpi.amounts import sold_amounts
from voyant.analysis.normalize.names import word_set
from voyant.analysis.time_columns import TimeAxis, leading_time_column, time_axis
from voyant.domain.profile import Profile
from voyant.domain.segmentation import SegmentRequest
from voyant.domain.table import Aggregation, Column, Dataset, Role, Table
from voyant.errors import Code, InvalidInput
from voyant.lake.sql import identifier

_CUSTOMERS = word_set("customer client buyer shopper subscriber member account user patron kunde cliente acheteur")
_ORDERS = word_set("order invoice receipt basket transaction purchase checkout rechnung bestellung pedido facture")
_AMOUNTS = word_set("amount revenue sales turnover total spend spent subtotal income umsatz betrag montant importe")
_MOST_OF_ROWS = 0.7
"""Of all rows: with more customers than this, hardly any has a second row."""
_FEWEST = 10


class Subject(Struct, frozen=True, kw_only=True):
    """What is grouped.

    Attributes:
        entity: None for rows.
        time: That says when a row of an entity happened; None where nothing does.
        amount: The SQL of what a row spends; ``spends`` are the columns it consists of.
        order: The column that names a purchase of several rows.
        found: It was found, not given.
        last: The last moment of the data.
    """

    entity: Column | None = None
    time: TimeAxis | None = None
    amount: str | None = None
    spends: tuple[str, ...] = ()
    order: Column | None = None
    found: bool = False
    last: datetime | None = None

    @property
    def when(self) -> Column | None:
        """The column of its time."""
        return self.time.column if self.time else None

    @property
    def moment(self) -> str:
        """The SQL of a row's time, NULL where that lies far from all others."""
        return f"CASE WHEN {self.time.timed} THEN {self.time.moment} END" if self.time else "NULL"

    @property
    def as_of(self) -> str:
        """The last moment as SQL."""
        return f"TIMESTAMP '{self.last}'"


def subject_of(table: Table, profile: Profile, request: SegmentRequest, time_column: str | None) -> Subject:
    """What the request asks to group, or what there is to group.

    Raises:
        InvalidInput: ``UNKNOWN_COLUMN`` where it names a column that the table lacks, ``BAD_KPI`` where the amount is
            no expression over it.
    """
    dataset = table.dataset
    entity = named_column(dataset, request.entity, "entity") if request.entity else None
    found = None
    if entity is None and not request.columns:
        found = entity = _customers(dataset, profile)
    if entity is None:
        return Subject()
    amount, spends = _amount(dataset, profile, request.amount)
    order = named_column(dataset, request.order, "order") if request.order else _orders(dataset, profile, entity)
    time = _time(dataset, profile, time_column)
    return Subject(
        entity=entity,
        time=time,
        last=_last(table, time) if time else None,
        amount=amount,
        spends=spends,
        order=order,
        found=found is not None,
    )


def _words(column: Column) -> set[str]:
    return set(column.name.split("_"))


def _customers(dataset: Dataset, profile: Profile) -> Column | None:
    """The column that names customers who come back: an identifier before a name."""
    candidates = [
        column
        for column in dataset.columns
        if column.role in {Role.IDENTIFIER, Role.DIMENSION, Role.TEXT}
        and _CUSTOMERS & _words(column)
        and _FEWEST <= profile.column(column.name).distinct.value <= _MOST_OF_ROWS * profile.column(column.name).count
    ]
    return min(candidates, key=lambda column: (column.personal is not None, column.role, column.name), default=None)


def _orders(dataset: Dataset, profile: Profile, entity: Column) -> Column | None:
    """The column that names purchases, of which there are more than entities and fewer than rows."""
    entities = profile.column(entity.name).distinct.value
    candidates = [
        column
        for column in dataset.with_role(Role.IDENTIFIER, Role.DIMENSION)
        if column.name != entity.name
        and _ORDERS & _words(column)
        and entities <= profile.column(column.name).distinct.value < profile.column(column.name).count
    ]
    return min(candidates, key=lambda column: (-profile.column(column.name).count, column.name), default=None)


def _time(dataset: Dataset, profile: Profile, asked: str | None) -> TimeAxis | None:
    name = named_column(dataset, asked, "time column").name if asked else leading_time_column(dataset, profile)
    if name is None:
        return None
    column = dataset.column(name)
    return time_axis(column, profile.column(name)) if column.type.is_temporal else None


def _last(table: Table, time: TimeAxis) -> datetime | None:
    [row] = table.query(f"SELECT max({time.moment}) AS last FROM {identifier(table.dataset.name)} WHERE {time.timed}")
    return None if row["last"] is None else as_moment(row["last"])


def _amount(dataset: Dataset, profile: Profile, asked: str | None) -> tuple[str | None, tuple[str, ...]]:
    """What a row spends: as asked, else a measure that is called so, else quantity times price."""
    if asked is not None:
        return _expression(dataset, asked)
    called = [
        column
        for column in dataset.with_role(Role.MEASURE)
        if column.aggregation is Aggregation.SUM and _AMOUNTS & _words(column)
    ]
    if called:
        return identifier(called[0].name), (called[0].name,)
    sold = sold_amounts(dataset, profile)
    return _expression(dataset, sold[0].expression) if sold else (None, ())


def _expression(dataset: Dataset, text: str) -> tuple[str, tuple[str, ...]]:
    """The checked SQL of an amount, which may be written as the sum that it will be part of."""
    from sqlglot import exp

    try:
        tree = expressions.parse(text)
        whole = tree.this if isinstance(tree, exp.Sum) else tree
        expressions.refuse_foreign(whole, (dataset.name,))
        expressions.resolve_columns(whole, dataset)
        if whole.find(exp.AggFunc, exp.Query, exp.Window) or not isinstance(whole, exp.Condition):
            raise expressions.NotUsable("it is no expression over the columns of a row")
    except expressions.UnknownColumn as error:
        raise InvalidInput(
            f"The amount {text[:200]!r} is refused: {error}.",
            code=Code.UNKNOWN_COLUMN,
            data={"column": error.column, "columns": error.columns[:200]},
        ) from error
    except expressions.NotUsable as error:
        raise InvalidInput(
            f"The amount {text[:200]!r} is refused: {error}.",
            code=Code.BAD_KPI,
            remedy="Give a column, or an expression over columns such as quantity * unit_price.",
        ) from error
    columns = tuple(sorted({column.name for column in whole.find_all(exp.Column)}))
    typed = [dataset.column(name) for name in columns]
    if not columns or not all(column.type.is_numeric for column in typed):
        raise InvalidInput(
            f"The amount {text[:200]!r} is not made of numbers.",
            code=Code.BAD_KPI,
            remedy="Give a numeric column, or an expression over such.",
        )
    return f"({whole.sql(dialect='duckdb')})", columns
