"""Presets: analyses under a name, which fit themselves to a table by the roles of its columns."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from voyant.domain.anomaly import AnomalyRequest
from voyant.domain.benchmark import BrandRequest
from voyant.domain.forecast import ForecastRequest
from voyant.domain.kpi import DeclaredKpi
from voyant.domain.profile import Scalar
from voyant.domain.regression import RegressionRequest
from voyant.domain.rule import DeclaredRule
from voyant.domain.segmentation import SegmentRequest
from voyant.domain.table import Aggregation, ColumnType, Role
from voyant.domain.template import TemplateCall


class ParameterKind(StrEnum):
    """What a parameter is given as."""

    COLUMN = "column"  # the name of a column
    COLUMNS = "columns"  # names of columns
    NUMBER = "number"
    GRAIN = "grain"  # a length of period: hour, day, week, month, quarter or year
    CHOICE = "choice"  # one of the choices
    DATE = "date"  # such as 2024-12-31
    TEXT = "text"  # such as the value of a column
    TEXTS = "texts"
    SOURCES = "sources"  # by the name that each is known by; texts NAME=SOURCE, or sources that go by their own names

    @property
    def is_of_columns(self) -> bool:
        return self in {ParameterKind.COLUMN, ParameterKind.COLUMNS}


class FoundBy(StrEnum):
    """How columns are found where none are given."""

    BY_NAME = "by_name"  # of the roles, one whose name holds one of the words
    BY_ROLE = "by_role"  # of the roles, whatever it is called
    NAMING = "naming"  # the one whose values further columns are named after, else as by_name
    LEADING_TIME = "leading_time"  # the column that says when a row happened
    EXPLAINING = "explaining"  # the dimensions that changes are taken apart by
    KEY = "key"  # the columns that identify a row
    NEVER = "never"  # they have to be given


class Parameter(Struct, frozen=True, kw_only=True):
    """What can be given to a preset.

    Attributes:
        required: Without it, given or found, the preset cannot be run.
        unless: A parameter that takes the place of this one: where it is given, this one is neither required nor found.
        default: Where nothing is given; for what is no column.
        found: How columns are found where none are given.
        roles: Of the columns that fit, with ``types`` and ``aggregations``; all where empty.
        words: In the names of columns that are found, the most telling first.
        vague: Words that may say something else as well; a column is found by them where none is by the others.
        without: Words that a found column's name has not.
        repeats: Whether values of the column have to come back in several rows.
        most: Columns that are found at most.
        choices: What may be chosen.
        minimum: The least number, ``maximum`` the largest one.
        whole: Whether the number has no fraction.
    """

    name: str
    kind: ParameterKind
    description: str
    required: bool = False
    unless: str | None = None
    default: Scalar = None
    found: FoundBy = FoundBy.BY_NAME
    roles: tuple[Role, ...] = ()
    types: tuple[ColumnType, ...] = ()
    aggregations: tuple[Aggregation, ...] = ()
    words: tuple[str, ...] = ()
    vague: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    repeats: bool = False
    most: int = 3
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    whole: bool = False


class Term(Struct, frozen=True, kw_only=True):
    """Something that can be computed of a row in more than one way.

    Attributes:
        sql: Expressions with parameters in braces; the first whose parameters are all there is taken.
    """

    name: str
    description: str
    sql: tuple[str, ...]
    required: bool = False


class DerivedColumn(Struct, frozen=True, kw_only=True):
    """A column of a derived table."""

    name: str
    type: ColumnType
    role: Role
    aggregation: Aggregation | None = None
    unit: str | None = None


class DerivedTable(Struct, frozen=True, kw_only=True):
    """A table that is made of the analysed one, such as a row for each customer.

    Attributes:
        time: Its column that periods are formed by.
        sql: A SELECT with parameters and terms in braces, and ``{table}`` for the analysed table; it gives the columns.
    """

    name: str
    description: str
    columns: tuple[DerivedColumn, ...]
    sql: str
    time: str | None = None


class Preset(Struct, frozen=True, kw_only=True):
    """Analyses under a name.

    Attributes:
        time: The parameter that periods are formed by.
        tables: That steps may be asked of in place of the analysed one, which they name under ``of``.
        steps: What is asked of the steps: ``kpis``, ``templates``, ``rules``, ``forecast``, ``regression``,
            ``anomaly``, ``segment``, ``benchmark`` and ``search``, with parameters and terms in braces.
    """

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...] = ()
    terms: tuple[Term, ...] = ()
    time: str | None = None
    tables: tuple[DerivedTable, ...] = ()
    steps: dict[str, Any]

    @property
    def required(self) -> tuple[str, ...]:
        """Names of parameters and terms without which it cannot be run."""
        parameters = (parameter.name for parameter in self.parameters if parameter.required)
        return (*parameters, *(term.name for term in self.terms if term.required))

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name; KeyError where there is none."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        raise KeyError(name)


class PresetRun(Struct, frozen=True, kw_only=True):
    """A preset as a job was asked for it: whole, so that the job can be repeated whatever becomes of the preset.

    Attributes:
        arguments: By parameter; what is left out is found, or is the default.
    """

    preset: Preset
    arguments: dict[str, Any] = field(default_factory=dict)


class Chosen(StrEnum):
    """Where a parameter's value comes from."""

    GIVEN = "given"
    FOUND = "found"
    DEFAULT = "default"


class Bound(Struct, frozen=True, kw_only=True):
    """A parameter with its value.

    Attributes:
        value: A column, a list of columns, or a plain value.
        reason: Why it is this one.
        sure: Whether the names of found columns say so clearly.
    """

    parameter: str
    value: Any
    chosen: Chosen
    reason: str
    sure: bool = True


class Missing(Struct, frozen=True, kw_only=True):
    """A parameter or term that nothing stands for.

    Attributes:
        candidates: Columns that could be given for it.
    """

    name: str
    description: str
    required: bool
    candidates: tuple[str, ...] = ()


class LeftOut(Struct, frozen=True, kw_only=True):
    """Something of a preset that is not done, such as ``forecast`` or ``kpis.margin``, and for lack of what."""

    what: str
    lacks: tuple[str, ...]


class SearchRequest(Struct, frozen=True, kw_only=True):
    """What is searched for findings: these columns; the whole table where empty."""

    columns: tuple[str, ...] = ()


_ANSWERING = ("forecast", "regression", "anomaly", "segment", "benchmark", "search")


class Asked(Struct, frozen=True, kw_only=True):
    """What a preset asks of the steps of a job; of a step that is None, nothing.

    Attributes:
        kpis: Key figures; such as are found where empty.
    """

    kpis: tuple[DeclaredKpi, ...] | None = None
    templates: tuple[TemplateCall, ...] = ()
    rules: tuple[DeclaredRule, ...] = ()
    forecast: ForecastRequest | None = None
    regression: RegressionRequest | None = None
    anomaly: AnomalyRequest | None = None
    segment: SegmentRequest | None = None
    benchmark: BrandRequest | None = None
    search: SearchRequest | None = None

    @property
    def answers(self) -> tuple[str, ...]:
        """The steps that something is asked of; rules come on top of any analysis."""
        asked = {"kpi": self.kpis is not None or bool(self.templates)}
        asked |= {step: getattr(self, step) is not None for step in _ANSWERING}
        return tuple(step for step, is_asked in asked.items() if is_asked)


class Plan(Struct, frozen=True, kw_only=True):
    """A preset fitted to a table.

    Attributes:
        missing: What nothing stands for, so that ``left_out`` is not done.
        tables: That are derived, under the names that they have in SQL, with the statements that make them.
        of: The derived table that a step is asked of, by step.
        time_column: That periods are formed by; None to find it.
        notes: The same as sentences.
    """

    preset: str
    title: str
    table: str
    bound: tuple[Bound, ...]
    missing: tuple[Missing, ...]
    left_out: tuple[LeftOut, ...]
    time_column: str | None
    tables: tuple[DerivedTable, ...]
    of: dict[str, str]
    asked: Asked
    notes: tuple[str, ...]

    def table_of(self, step: str) -> DerivedTable | None:
        """The derived table that the step is asked of; None where it is the analysed one."""
        return next((table for table in self.tables if table.name == self.of.get(step)), None)


class Fit(Struct, frozen=True, kw_only=True):
    """How well a preset fits a table.

    Attributes:
        fits: Whether all that it requires was found.
        sure: Whether, besides, the names of these columns say so clearly.
        named: How many of its columns were found by what they are called clearly.
        arguments: The columns that were found.
        missing: What it requires and nothing stands for.
        why: In a sentence.
    """

    preset: str
    title: str
    fits: bool
    sure: bool
    named: int
    arguments: dict[str, Any]
    missing: tuple[Missing, ...]
    why: str
