"""A rule is a check before it ran: what is expected of which columns, and the SQL that counts who fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voyant.analysis.periods import Timeline
from voyant.domain.finding import Severity
from voyant.domain.normalization import Normalization
from voyant.domain.profile import ColumnProfile, Profile
from voyant.domain.quality import Check, Dimension
from voyant.domain.table import Column, Table
from voyant.errors import VoyantError
from voyant.lake.sql import identifier

RULES_OF_A_QUERY = 200
JOINS_OF_A_QUERY = 8


@dataclass(frozen=True, slots=True)
class Subject:
    """What rules are proposed from.

    Attributes:
        profiles: By column.
        timeline: Of the leading time column; None where there is none.
    """

    table: Table
    profile: Profile
    profiles: dict[str, ColumnProfile]
    normalization: Normalization | None
    timeline: Timeline | None

    @property
    def source(self) -> str:
        return identifier(self.table.dataset.name)

    @property
    def stored(self) -> tuple[Column, ...]:
        """The columns that are no formula of others."""
        return tuple(column for column in self.table.dataset.columns if column.formula is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is expected.

    Attributes:
        severity: Of a failure.
        condition: The SQL of a row that fails; ``among`` the SQL of the rows that are looked at, all where None.
        statement: Gives ``checked`` and ``failed`` where no condition on single rows does.
        known: Both counts where the profile or an earlier query has them already.
        most_failing: The largest failing share at which the expectation itself is still credible; the rule is dropped
            when more fail.
        obstacle: Why it cannot run.
    """

    kind: str
    dimension: Dimension
    columns: tuple[str, ...]
    description: str
    reason: str
    severity: Severity
    weight: float
    tolerance: float = 0.0
    unit: str = "rows"
    condition: str | None = None
    among: str | None = None
    statement: str | None = None
    known: tuple[int, int] | None = None
    most_failing: float = 1.0
    obstacle: str | None = None

    def sql(self, source: str) -> str | None:
        """The statement that gives ``checked`` and ``failed``."""
        if self.statement is not None or self.condition is None:
            return self.statement
        where = f"\nWHERE {self.among}" if self.among else ""
        return (
            f"SELECT count(*) AS checked, count(CASE WHEN {self.condition} THEN 1 END) AS failed\nFROM {source}{where}"
        )

    def counted(self, checked: int, failed: int, source: str) -> Check | None:
        """The check with these counts; None where the expectation turned out not to be credible."""
        if failed > self.most_failing * checked:
            return None
        within = failed <= self.tolerance * checked
        return self._check(source, checked, failed, Severity.INFO if within else self.severity, None)

    def broken(self, why: str, source: str) -> Check:
        """The check that could not run."""
        return self._check(source, 0, 0, Severity.WARNING, why)

    def _check(self, source: str, checked: int, failed: int, severity: Severity, error: str | None) -> Check:
        return Check(
            id=f"{self.kind}:{','.join(self.columns)}" if self.columns else self.kind,
            kind=self.kind,
            dimension=self.dimension,
            columns=self.columns,
            description=self.description,
            reason=self.reason,
            unit=self.unit,
            checked=checked,
            failed=failed,
            tolerance=self.tolerance,
            severity=severity,
            weight=self.weight,
            sql=self.sql(source),
            condition=self._blamed(),
            error=error,
        )

    def _blamed(self) -> str | None:
        if self.condition is None or self.among is None:
            return self.condition
        return f"({self.among}) AND ({self.condition})"


def run(rules: Sequence[Rule], table: Table) -> list[Check]:
    """The checks of the rules: those on single rows counted together, a few queries for all."""
    source = identifier(table.dataset.name)
    checks: list[Check | None] = []
    together: list[Rule] = []
    for rule in rules:
        if rule.obstacle is not None:
            checks.append(rule.broken(rule.obstacle, source))
        elif rule.known is not None:
            checks.append(rule.counted(*rule.known, source))
        elif rule.statement is None:
            together.append(rule)
        else:
            checks.append(_run_alone(rule, table, source))
    for group in _groups(together):
        checks += _run_together(group, table, source)
    return [check for check in checks if check is not None]


def _groups(rules: Sequence[Rule]) -> Iterator[Sequence[Rule]]:
    """The rules that one statement counts: of those that look at other rows, each of which is a join, only few."""
    joins = [rule for rule in rules if "(SELECT " in (rule.condition or "")]
    plain = [rule for rule in rules if "(SELECT " not in (rule.condition or "")]
    for of_a_kind, size in ((plain, RULES_OF_A_QUERY), (joins, JOINS_OF_A_QUERY)):
        for start in range(0, len(of_a_kind), size):
            yield of_a_kind[start : start + size]


def _run_alone(rule: Rule, table: Table, source: str) -> Check | None:
    try:
        [row] = table.query(rule.sql(source) or "")
    except VoyantError as error:
        return rule.broken(error.message, source)
    return rule.counted(int(row["checked"]), int(row["failed"]), source)


def _run_together(rules: Sequence[Rule], table: Table, source: str) -> list[Check | None]:
    try:
        [row] = table.query(f"SELECT {', '.join(_counters(rules))} FROM {source}")
    except VoyantError:
        # One of them cannot run: alone, it is found, and the others still count.
        return [_run_alone(rule, table, source) for rule in rules]
    return [rule.counted(row[f"c{number}"], row[f"f{number}"], source) for number, rule in enumerate(rules)]


def _counters(rules: Sequence[Rule]) -> Iterator[str]:
    for number, rule in enumerate(rules):
        if rule.among is None:
            yield f"count(*) AS c{number}"
            yield f"count(CASE WHEN {rule.condition} THEN 1 END) AS f{number}"
        else:
            yield f"count(CASE WHEN {rule.among} THEN 1 END) AS c{number}"
            yield f"count(CASE WHEN ({rule.among}) AND ({rule.condition}) THEN 1 END) AS f{number}"
