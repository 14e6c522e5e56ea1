"""Rules that people declare: what is expected of a table, how much may fail, who answers for it."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from voyant.domain.finding import Severity
from voyant.domain.profile import Scalar
from voyant.domain.quality import Dimension


class RuleKind(StrEnum):
    """What a rule expects; beside each, the fields of ``DeclaredRule`` that it reads besides the common ones."""

    MISSING = "missing"  # no value is missing: columns
    UNIQUE = "unique"  # no two rows share the values of the columns
    RANGE = "range"  # minimum and maximum, exclusive or not
    LENGTH = "length"  # minimum and maximum characters
    PATTERN = "pattern"  # pattern, which the whole value matches (RE2)
    VALUES = "values"  # values, the only ones allowed
    FORMAT = "format"  # format, such as email
    TYPE = "type"  # type, a ``ColumnType``
    REFERENCE = "reference"  # every value stands in reference_columns of the table reference
    MONOTONIC = "monotonic"  # in order of the column by, the column never falls; direction, strict
    FRESHNESS = "freshness"  # the latest value is at most within_seconds before the time of the job
    ROW_COUNT = "row_count"  # minimum and maximum rows
    VOLUME = "volume"  # rows within the range that earlier snapshots of the table lead one to expect
    COMPARISON = "comparison"  # the first column stands in the relation operator to the second
    CONDITION = "condition"  # condition, SQL that holds for every row for which it is known
    DISTRIBUTION = "distribution"  # statistic of the column, between minimum and maximum
    SQL = "sql"  # sql, a SELECT that returns the rows that fail


class DeclaredRule(Struct, frozen=True, kw_only=True):
    """One expectation.

    Attributes:
        name: Unique in its table; kind and columns where left out.
        tolerance: The largest share of the rows looked at that may fail.
        when: SQL of the rows that the rule is about; all where None.
        severity: Of a failure: ``info``, ``notice``, ``warning`` or ``critical``; its weight in the score.
        dimension: Of the score that it belongs to; that of its kind where None.
        statistic: ``mean``, ``sum``, ``sd``, ``minimum``, ``maximum``, ``quantile`` (at ``quantile``), ``distinct`` or
            ``share`` (of ``value`` among the rows).
        direction: ``increasing`` or ``decreasing``; ``by`` orders the rows, ``strict`` forbids equal neighbours.
        operator: ``<``, ``<=``, ``=``, ``>=``, ``>`` or ``<>``.
    """

    kind: RuleKind
    columns: tuple[str, ...] = ()
    name: str = ""
    description: str = ""
    owner: str | None = None
    severity: Severity = Severity.WARNING
    tolerance: float = 0.0
    when: str | None = None
    dimension: Dimension | None = None
    minimum: Scalar = None
    maximum: Scalar = None
    exclusive_minimum: bool = False
    exclusive_maximum: bool = False
    pattern: str | None = None
    values: tuple[Scalar, ...] = ()
    format: str | None = None
    type: str | None = None
    reference: str | None = None
    reference_columns: tuple[str, ...] = ()
    by: str | None = None
    direction: str = "increasing"
    strict: bool = False
    within_seconds: float | None = None
    operator: str | None = None
    condition: str | None = None
    statistic: str | None = None
    quantile: float | None = None
    value: Scalar = None
    sql: str | None = None

    @property
    def id(self) -> str:
        """Its name, else kind and columns."""
        return self.name or (f"{self.kind}:{','.join(self.columns)}" if self.columns else str(self.kind))


class ProposedRule(Struct, frozen=True, kw_only=True):
    """A rule that the data suggest; nothing enforces it until somebody declares it.

    Attributes:
        reason: What in the data suggests it.
        confidence: 0 to 1: at least so likely, at 95 %, is it that the next row keeps to it, if it comes about as the
            rows so far did. Where every row looked at does, that is the rule of three, ``1 - 3 / n``.
    """

    rule: DeclaredRule
    reason: str
    confidence: float
