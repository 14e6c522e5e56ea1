"""Data contracts: what a provider promises of tables, what of it was kept, and what differs between two of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from msgspec import Struct

from voyant.domain.drift import SchemaChange
from voyant.domain.finding import Severity
from voyant.domain.profile import Scalar
from voyant.domain.rule import DeclaredRule


class ContractStatus(StrEnum):
    """Where a version of a contract is; it only moves forward."""

    DRAFT = "draft"
    ACTIVE = "active"
    DEPRECATED = "deprecated"


class Action(StrEnum):
    """What is done with data that breaks the contract."""

    BLOCK = "block"  # nothing of the load becomes visible, no analysis is made
    QUARANTINE = "quarantine"  # the rows that break it are kept apart, the others load
    WARN = "warn"  # everything loads, and the result says it


class Contract(Struct, frozen=True, kw_only=True):
    """A data contract after the Open Data Contract Standard (ODCS).

    Attributes:
        id: Of the contract through all its versions.
        version: Of its content.
        document: The whole of it, as ODCS writes it, in plain data.
        tables: That it is about, by the names of its schema.
        action: Kept in the document as the custom property ``voyantOnViolation``.
        source: The source that it is bound to, whatever its table is called; the custom property ``voyantSource``.
    """

    id: str
    name: str
    version: str
    status: ContractStatus
    document: dict[str, Any]
    tables: tuple[str, ...]
    action: Action = Action.BLOCK
    source: str | None = None


class ClauseKind(StrEnum):
    """What a clause is about, which decides what can be done where it is broken."""

    SCHEMA = "schema"  # the columns
    ROWS = "rows"  # single rows
    TABLE = "table"  # the table as a whole


class Bounds(Struct, frozen=True, kw_only=True):
    """What a figure must be, or with ``excluded`` must not be.

    Attributes:
        unit: ``rows``, ``percent`` of the rows looked at, or ``value`` where the figure is what a statement gives.
    """

    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: bool = False
    exclusive_maximum: bool = False
    excluded: bool = False
    unit: str = "rows"

    def hold(self, figure: float) -> bool:
        """Whether the figure is as it must be.

        >>> Bounds(maximum=5, exclusive_maximum=True).hold(5), Bounds(minimum=1, maximum=2, excluded=True).hold(3)
        (False, True)
        """
        low = self.minimum is None or figure > self.minimum or (figure == self.minimum and not self.exclusive_minimum)
        high = self.maximum is None or figure < self.maximum or (figure == self.maximum and not self.exclusive_maximum)
        return (low and high) != self.excluded

    def __str__(self) -> str:
        unit = {"rows": " rows", "percent": " %"}.get(self.unit, "")
        if self.minimum is not None and self.minimum == self.maximum:
            return f"{'not ' if self.excluded else ''}{figure_text(self.minimum)}{unit}"
        low = "" if self.minimum is None else f"{'>' if self.exclusive_minimum else '≥'} {figure_text(self.minimum)}"
        high = "" if self.maximum is None else f"{'<' if self.exclusive_maximum else '≤'} {figure_text(self.maximum)}"
        both = " and ".join(filter(None, (low, high)))
        return f"{'not ' if self.excluded else ''}{both}{unit}"


def figure_text(figure: float) -> str:
    """The figure with as many digits as it is known to have.

    >>> figure_text(1234567.0), figure_text(0.25)
    ('1,234,567', '0.25')
    """
    return f"{figure:,.12g}"


NONE_MAY_FAIL = Bounds(minimum=0, maximum=0)


class Clause(Struct, frozen=True, kw_only=True):
    """One promise of a contract that can be checked.

    Attributes:
        id: Unique in the contract: table, column, and what is promised.
        path: Where it stands in the document, such as ``schema/0/properties/2/required``.
        table: The object of the contract's schema.
        columns: By the names of the contract.
        text: The promise, for people.
        accepts: Types of columns that keep a promise about the type; of ``schema`` clauses only.
        rule: Counts the rows that break it.
        query: Gives the figure, of SQL that the contract brings.
        expected: What the number of failing rows, of rows, or the figure of the query must be.
        severity: With ``warning`` and ``info`` a broken clause is told and stops nothing, whatever the contract's
            action is.
    """

    id: str
    path: str
    table: str
    kind: ClauseKind
    columns: tuple[str, ...] = ()
    text: str
    accepts: tuple[str, ...] = ()
    rule: DeclaredRule | None = None
    query: str | None = None
    expected: Bounds = NONE_MAY_FAIL
    severity: Severity = Severity.CRITICAL


class Violation(Struct, frozen=True, kw_only=True):
    """A row that breaks a clause.

    Attributes:
        row: Its number in the source, from 1.
        values: Of the columns that the clause is about; personal data masked.
    """

    row: int
    values: dict[str, Scalar]


class ClauseResult(Struct, frozen=True, kw_only=True):
    """How far a clause was kept.

    Attributes:
        checked: Rows that were looked at.
        failed: Rows that fail; where the clause allows some it may be kept all the same.
        measured: The figure that was compared with ``expected``; None where none was.
        reason: Why it was broken, or why it could not be checked, which counts as broken.
        violations: The first of the rows that break it.
    """

    clause: str
    path: str
    kind: ClauseKind
    columns: tuple[str, ...]
    text: str
    severity: Severity
    passed: bool
    checked: int = 0
    failed: int = 0
    measured: float | None = None
    expected: str = ""
    reason: str | None = None
    sql: str | None = None
    violations: tuple[Violation, ...] = ()

    @property
    def stops(self) -> bool:
        """Whether it was broken and the contract's action follows."""
        return not self.passed and self.severity is Severity.CRITICAL


class TableCheck(Struct, frozen=True, kw_only=True):
    """How far one table keeps the contract.

    Attributes:
        table: Its name in the lake.
        object: Its name in the contract.
        rows: Looked at; ``rows_loaded`` of them stand in the table, ``rows_quarantined`` are kept apart.
        undeclared: Columns that the contract does not name.
        schema_changes: Since the snapshot before.
    """

    table: str
    object: str
    rows: int
    rows_loaded: int
    rows_quarantined: int
    clauses: tuple[ClauseResult, ...]
    undeclared: tuple[str, ...] = ()
    schema_changes: tuple[SchemaChange, ...] = ()

    @property
    def broken(self) -> tuple[ClauseResult, ...]:
        """Clauses that were not kept, those that stop first."""
        return tuple(sorted((clause for clause in self.clauses if not clause.passed), key=lambda c: not c.stops))


class Outcome(StrEnum):
    """What came of a check."""

    KEPT = "kept"
    WARNED = "warned"
    QUARANTINED = "quarantined"
    VIOLATED = "violated"


class CoveredElement(Struct, frozen=True, kw_only=True):
    """One element of a contract's document, with all that stands below it.

    Attributes:
        clauses: That enforce it; none where ``reason`` says why nothing does.
        is_promise: False where it names, describes or says how the contract is used: nothing there can be broken.
    """

    path: str
    clauses: tuple[str, ...] = ()
    reason: str | None = None
    is_promise: bool = True


class Coverage(Struct, frozen=True, kw_only=True):
    """What of a contract is enforced, and why the rest is not: every element of its document is below one of these."""

    elements: tuple[CoveredElement, ...]

    @property
    def enforced(self) -> tuple[CoveredElement, ...]:
        return tuple(element for element in self.elements if element.clauses)

    @property
    def not_enforceable(self) -> tuple[CoveredElement, ...]:
        """What is promised, and nothing checks."""
        return tuple(element for element in self.elements if element.is_promise and not element.clauses)

    @property
    def descriptive(self) -> tuple[CoveredElement, ...]:
        return tuple(element for element in self.elements if not element.is_promise)

    def __str__(self) -> str:
        """A line for each element, first promises that nothing enforces."""
        width = max((len(element.path) for element in self.elements), default=0)
        lines = [f"{e.path:<{width}}  not enforceable: {e.reason}" for e in self.not_enforceable]
        lines += [f"{e.path:<{width}}  enforced: {', '.join(e.clauses)}" for e in self.enforced]
        lines += [f"{e.path:<{width}}  no promise: {e.reason}" for e in self.descriptive]
        return "\n".join(lines)


class ContractCheck(Struct, frozen=True, kw_only=True):
    """What came of checking data against a contract.

    Attributes:
        contract: Its id.
        named: Whether the caller named it, or it was found as the active one of the table.
        notes: What was left out.
    """

    contract: str
    name: str
    version: str
    action: Action
    named: bool
    outcome: Outcome
    tables: tuple[TableCheck, ...]
    coverage: Coverage
    notes: tuple[str, ...] = ()

    @property
    def broken(self) -> tuple[ClauseResult, ...]:
        """The clauses that were not kept, of all tables."""
        return tuple(clause for table in self.tables for clause in table.broken)


class ContractChecks(Struct, frozen=True, kw_only=True):
    """The contracts that the tables of a source were held against: the record behind ``contract.json``.

    Attributes:
        notes: Tables that were held against none although one might have been meant.
    """

    checks: tuple[ContractCheck, ...]
    notes: tuple[str, ...] = ()


class Bump(StrEnum):
    """By what a version must grow, after Semantic Versioning 2.0."""

    NONE = "none"
    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"


class ChangeOfPromise(StrEnum):
    """What became of a promise."""

    ADDED = "added"
    REMOVED = "removed"
    TIGHTENED = "tightened"
    LOOSENED = "loosened"
    CHANGED = "changed"  # neither can be said


class ContractChange(Struct, frozen=True, kw_only=True):
    """One difference between two contracts.

    Attributes:
        element: Such as ``orders.amount minimum``.
        breaking: Whether a reader who relied on the earlier promise may be wronged.
        bump: That it asks for.
    """

    element: str
    kind: ChangeOfPromise
    before: Any
    after: Any
    breaking: bool
    bump: Bump
    reason: str


class ContractDiff(Struct, frozen=True, kw_only=True):
    """What differs between two contracts, breaking changes first.

    Attributes:
        bump: The largest that a change asks for.
        wanted: The least version that the later one may have.
        sufficient: Whether its version is at least that.
    """

    old: str
    new: str
    changes: tuple[ContractChange, ...]
    breaking: bool
    bump: Bump
    wanted: str
    sufficient: bool
