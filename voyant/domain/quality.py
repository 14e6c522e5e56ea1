"""What a quality assessment says of a table, in figures that a reader can add up again.

The score is built in three levels:

1. a check's score is the share of what it looked at that passes, ``1 - failed / checked``;
2. completeness is the mean of its checks' scores, weighted: each cell that is due counts. Every other part is 1 less
   its faults, ``1 - sqrt(sum((weight * (1 - score)) ** 2))`` over its checks, and no less than 0: a check that passes
   makes up for none that fails, the worst one decides most, and two that see one fault hardly count it twice;
3. the table's score is made of its parts' scores in the same way as such a part, by their weights.

Checks that could not run (``error``), that looked at nothing (``checked`` is 0) or that weigh nothing are left out of
level 2; parts without any remaining check are left out of level 3 and say so. Scores of levels 2 and 3 are rounded to
six decimals, level 3 from the rounded scores of level 2.

A declared rule enters the part of its dimension as a fault, in completeness too, where the mean of the other checks is
one fault beside it: nothing that passes makes up for it. Its severity is its weight: ``info`` 0.25, ``notice`` 0.5,
``warning`` 1, ``critical`` 2, so that a critical rule takes twice the share of rows that fail it. A rule on the table
as a whole, such as its number of rows, fails entirely or not at all, and weighs half as much. Where the data had
suggested a check of the same id, the declared rule stands in its place, in that mean too; and so it does where it has
found the missing or repeated values that another check would count again. Clauses of the contract that the data were
held against enter as declared rules do: those that stop a load as ``critical``.
"""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from voyant.domain.finding import Severity
from voyant.domain.profile import Scalar


class Dimension(StrEnum):
    """The parts of the score, after ISO/IEC 25012 and the DAMA dimensions of data quality."""

    COMPLETENESS = "completeness"
    UNIQUENESS = "uniqueness"
    VALIDITY = "validity"
    CONSISTENCY = "consistency"
    TIMELINESS = "timeliness"


class Origin(StrEnum):
    """Where a check comes from."""

    PROPOSED = "proposed"  # from the data and its roles
    DECLARED = "declared"  # by the user
    PROMISED = "promised"  # by the contract that the data were held against


class Check(Struct, frozen=True, kw_only=True):
    """One expectation, and how far the table meets it.

    Attributes:
        id: Kind and columns, such as ``missing:amount``, or the name of a declared rule; unique in a table and the same
            in each run.
        reason: Why the check was proposed for this table.
        unit: What is counted: ``rows``, ``cells``, ``columns``, ``periods`` or ``tables``.
        checked: How many were looked at; 0 where there was nothing to look at.
        failed: How many of them do not pass.
        tolerance: The largest share that may fail while the check still passes.
        severity: How bad the failure is; ``info`` where the check passes.
        weight: In the score of its part; 0 for what is only information.
        sql: A statement that gives ``checked`` and ``failed`` in one row; None where the table itself cannot tell, as
            for cells that normalization rejected.
        condition: The SQL condition of the failing rows, in which ``_row`` is the row's number; None where single rows
            cannot be blamed.
        error: Why the check could not run; it then counts neither as passed nor as failed.
        owner: Who answers for a declared rule.
        observed: The figure that was looked at, where the check is about one, such as a mean.
        sample: Of a declared rule that fails, some of the failing rows: their number as ``_row`` and the columns
            concerned, personal data masked.
    """

    id: str
    kind: str
    dimension: Dimension
    columns: tuple[str, ...]
    description: str
    reason: str
    unit: str = "rows"
    checked: int
    failed: int
    tolerance: float = 0.0
    severity: Severity
    weight: float
    origin: Origin = Origin.PROPOSED
    sql: str | None
    condition: str | None = None
    error: str | None = None
    owner: str | None = None
    observed: Scalar = None
    sample: tuple[dict[str, Scalar], ...] = ()

    @property
    def passed(self) -> bool:
        """Whether it ran and no more than the tolerated share fails."""
        return self.error is None and self.failed <= self.tolerance * self.checked

    @property
    def counts(self) -> bool:
        """Whether it enters the score of its part."""
        return self.error is None and self.checked > 0 and self.weight > 0

    @property
    def score(self) -> float | None:
        """The share that passes; None where it enters no score."""
        return 1 - self.failed / self.checked if self.counts else None


class Part(Struct, frozen=True, kw_only=True):
    """One part of the score.

    Attributes:
        score: 0 to 1; None where nothing could be checked, and ``note`` then says why.
        weight: In the score of the table: how much of what this part lacks the table lacks.
    """

    dimension: Dimension
    score: float | None
    weight: float
    checks: tuple[Check, ...]
    note: str | None = None


class Quality(Struct, frozen=True, kw_only=True):
    """The quality of a table.

    Attributes:
        score: 0 to 1; None where no part could be scored.
        parts: In the order of ``Dimension``; each lists its checks, failed ones first.
        passed: Checks that passed; ``failed`` and ``errors`` count the others.
        failing_rows_limit: At most so many failing rows of each proposed check are kept in ``failing_rows.parquet``; of
            declared rules all are.
        warnings: What a reader should know before using the table.
        notes: What was left out, and how the score was weighted.
    """

    table: str
    rows: int
    score: float | None
    parts: tuple[Part, ...]
    passed: int
    failed: int
    errors: int
    failing_rows_limit: int
    warnings: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def checks(self) -> tuple[Check, ...]:
        """All checks, part by part."""
        return tuple(check for part in self.parts for check in part.checks)

    @property
    def broken_rules(self) -> tuple[Check, ...]:
        """The declared rules that fail or could not run, the most severe first."""
        broken = [check for check in self.checks if check.origin is Origin.DECLARED and not check.passed]
        return tuple(sorted(broken, key=lambda check: -list(Severity).index(check.severity)))
