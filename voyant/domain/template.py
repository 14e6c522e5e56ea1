"""KPI templates: figures under a name, each one SELECT that is made from the columns of a table."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from voyant.domain.finding import Finding
from voyant.domain.profile import Scalar
from voyant.domain.table import ColumnType

TEMPLATE_NAMES = (
    *("revenue_growth", "revenue_by_segment", "profit_margin", "average_order_value"),
    *("customer_count_by_period", "customer_revenue_distribution", "rfm_segments"),
    *("moving_average", "year_over_year", "cumulative_sum"),
    *("inventory_turnover", "lead_time_analysis"),
    *("null_rate_by_column", "duplicate_rate", "value_distribution"),
)
"""Those that there are, in the order in which they are listed; known without importing what makes them."""


class TemplateParameterKind(StrEnum):
    """What a parameter is given as."""

    COLUMN = "column"  # the name of a column
    COLUMNS = "columns"  # names of columns
    GRAIN = "grain"  # a length of period: day, week, month, quarter or year
    DATE = "date"  # such as 2024-12-31
    NUMBER = "number"  # a whole number
    CHOICE = "choice"  # one of the choices

    @property
    def is_of_columns(self) -> bool:
        return self in {TemplateParameterKind.COLUMN, TemplateParameterKind.COLUMNS}


class TemplateParameter(Struct, frozen=True, kw_only=True):
    """What can be given to a template.

    Attributes:
        required: Without it, given or found, there is no statement.
        default: Where nothing is given; None where it is found, or does without.
        types: Of the columns that can be given; any where empty.
        shown: Values of the column stand in the result, so that it cannot be one of personal data.
        minimum: The least number, ``maximum`` the largest.
    """

    name: str
    kind: TemplateParameterKind
    description: str
    required: bool = False
    default: Scalar = None
    types: tuple[ColumnType, ...] = ()
    shown: bool = False
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None


class OutputColumn(Struct, frozen=True, kw_only=True):
    """A column of a template's result.

    Attributes:
        type: ``text``, ``date``, ``integer``, ``number`` or ``boolean``.
        unit: ``%``, ``days`` and the like; the name of a parameter in braces, such as ``{amount}``, for the unit of
            the column that is given for it; None for plain numbers and where none is known.
        when: Under which parameters it is there; None for always.
    """

    name: str
    type: str
    description: str
    unit: str | None = None
    when: str | None = None


class Template(Struct, frozen=True, kw_only=True):
    """A figure under a name.

    Attributes:
        columns: Of the result, in order.
        notes: How nulls, returns, zero denominators and the edges of periods are treated.
    """

    name: str
    title: str
    description: str
    parameters: tuple[TemplateParameter, ...]
    columns: tuple[OutputColumn, ...]
    notes: tuple[str, ...]

    def parameter(self, name: str) -> TemplateParameter:
        """The parameter of that name; KeyError where there is none."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise KeyError(name)


class TemplateCall(Struct, frozen=True, kw_only=True):
    """A template as a job is asked for it; parameters that are left out are found from the roles of the columns."""

    name: str
    parameters: dict[str, Any] = field(default_factory=dict)


class TemplateFit(Struct, frozen=True, kw_only=True):
    """Whether a template fits a table.

    Attributes:
        parameters: Those that were found, by name.
        reasons: Why each is this one, by name.
        missing: What it needs and no column stands for, each with what it should be.
    """

    template: str
    title: str
    fits: bool
    parameters: dict[str, Any]
    reasons: dict[str, str]
    missing: dict[str, str]


class RenderedTemplate(Struct, frozen=True, kw_only=True):
    """A template made into SQL for one table.

    Attributes:
        parameters: All that the statement was made with.
        found: Why those are there that were not given, by name.
        columns: Of the result, with the units that are known.
        sql: One SELECT in DuckDB's dialect; ``trino`` the same in Trino's.
        notes: How it counts, and what was assumed.
    """

    template: str
    title: str
    table: str
    parameters: dict[str, Any]
    found: dict[str, str]
    columns: tuple[OutputColumn, ...]
    sql: str
    trino: str
    notes: tuple[str, ...]


class TemplateResult(Struct, frozen=True, kw_only=True):
    """What a template came to.

    Attributes:
        rows: In the order of the statement; where all ``total_rows`` are too many, the first, or the last periods.
        findings: What there is to say of them; evidence stands in the numbers and the SQL of each.
        file: The artifact that holds every row.
    """

    template: str
    title: str
    parameters: dict[str, Any]
    found: dict[str, str]
    columns: tuple[OutputColumn, ...]
    rows: tuple[tuple[Scalar, ...], ...]
    total_rows: int
    findings: tuple[Finding, ...]
    file: str
    sql: str
    notes: tuple[str, ...]


class TemplateResults(Struct, frozen=True, kw_only=True):
    """The templates that a job was asked for, in the order asked."""

    table: str
    results: tuple[TemplateResult, ...]


class TemplateSummary(Struct, frozen=True, kw_only=True):
    """A template as lists show it.

    Attributes:
        fit: Whether it fits the table that was named; None where none was.
    """

    name: str
    title: str
    description: str
    fit: TemplateFit | None = None
