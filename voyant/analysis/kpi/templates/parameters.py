"""Parameters that several templates take, and the notes that go with them."""

from __future__ import annotations

from msgspec.structs import replace

from voyant.domain.kpi import Grain
from voyant.domain.table import ColumnType
from voyant.domain.template import OutputColumn, TemplateParameter, TemplateParameterKind

NUMERIC = (ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT)
TEMPORAL = (ColumnType.DATE, ColumnType.TIMESTAMP, ColumnType.INTEGER)
NAMING = (
    *(ColumnType.TEXT, ColumnType.INTEGER, ColumnType.DECIMAL, ColumnType.FLOAT, ColumnType.BOOLEAN),
    *(ColumnType.DATE, ColumnType.TIMESTAMP, ColumnType.TIME),
)
GRAINS = tuple(str(grain) for grain in Grain if grain not in {Grain.MINUTE, Grain.HOUR})

TIME = TemplateParameter(
    name="time",
    kind=TemplateParameterKind.COLUMN,
    description="When a row happened.",
    required=True,
    types=TEMPORAL,
)
SOME_TIME = replace(TIME, required=False)
GRAIN = TemplateParameter(
    name="grain",
    kind=TemplateParameterKind.GRAIN,
    description="The length of a period; what the span of the data suggests where left out, else a month.",
    choices=GRAINS,
)
SINCE = TemplateParameter(
    name="since",
    kind=TemplateParameterKind.DATE,
    description="The first day that counts; the first of the data where left out.",
)
AS_OF = TemplateParameter(
    name="as_of",
    kind=TemplateParameterKind.DATE,
    description="The last day that counts; the last of the data where left out, never today.",
)
CLOCK = (TIME, GRAIN, SINCE, AS_OF)

AMOUNT = TemplateParameter(
    name="amount",
    kind=TemplateParameterKind.COLUMN,
    description="What a row brings in; the pieces of a row where `price` says what one costs.",
    required=True,
    types=NUMERIC,
)
PRICE = TemplateParameter(
    name="price",
    kind=TemplateParameterKind.COLUMN,
    description="What one piece costs, where `amount` holds pieces: revenue is their product.",
    types=NUMERIC,
)
RETURNS = TemplateParameter(
    name="returns",
    kind=TemplateParameterKind.CHOICE,
    description="Whether negative amounts are subtracted, or their rows left out.",
    default="subtract",
    choices=("subtract", "exclude"),
)
REVENUE = (AMOUNT, PRICE, RETURNS)

VALUE = replace(AMOUNT, name="value", description="What is followed over time; pieces where `price` is given.")
AGGREGATE = TemplateParameter(
    name="aggregate",
    kind=TemplateParameterKind.CHOICE,
    description="Whether the values of a period are added or averaged; as the column's role says where left out.",
    choices=("sum", "mean"),
)
SEGMENT = TemplateParameter(
    name="segment",
    kind=TemplateParameterKind.COLUMN,
    description="What rows are grouped by.",
    required=True,
    types=NAMING,
    shown=True,
)
SOME_SEGMENT = replace(SEGMENT, required=False)
CUSTOMER = TemplateParameter(
    name="customer",
    kind=TemplateParameterKind.COLUMN,
    description="Whom a row belongs to.",
    required=True,
    types=NAMING,
)
ORDER = TemplateParameter(
    name="order",
    kind=TemplateParameterKind.COLUMN,
    description="The order that a row belongs to.",
    required=True,
    types=NAMING,
)

PERIOD_COLUMN = OutputColumn(name="period", type="date", description="The first day of the period.")
COMPLETE_COLUMN = OutputColumn(
    name="complete", type="boolean", description="Whether the data reach over the whole period."
)

PERIODS = (
    "A period goes from its first day to just before the first day of the next; weeks begin on Monday. "
    "Rows without a time are left out."
)
COMPLETE = (
    "The first and the last period are complete where the data leave out at most a tenth of them: three days of a "
    "month, nine of a quarter, 36 of a year."
)
NO_ROWS = "A period without rows counts 0."
NULL_AMOUNTS = "Rows without an amount, or with an infinite one, add nothing."
NET = "Negative amounts, such as returns, are subtracted unless `returns` is `exclude`."
