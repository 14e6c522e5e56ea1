"""A rule is a check before it ran: what is expected of which columns, and the SQL that counts who fails.

Rules on single rows are counted together, in one scan for all: 100 of them take little longer than reading the columns
that they look at. So are rules on figures of the whole table. What looks at other rows is counted by its own statement,
or, where it is a join, a few at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date, time
from decimal import Decimal
from typing import Any

from msgspec import Struct

from voyant.analysis.periods import Timeline
from voyant.domain.finding import Severity
from voyant.domain.normalization import Normalization
from voyant.domain.profile import ColumnProfile, Profile, Scalar
from voyant.domain.quality import Check, Dimension, Origin
from voyant.domain.table import Column, Table
from voyant.errors import VoyantError
from voyant.lake.sql import identifier

RULES_OF_A_QUERY = 200
MASK = "•••"
JOINS_OF_A_QUERY = 8


class Subject(Struct, frozen=True):
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


class Rule(Struct, frozen=True, kw_only=True):
    """What is expected.

    Attributes:
        id: Where it is not kind and columns.
        severity: Of a failure.
        condition: The SQL of a row that fails; ``among`` the SQL of the rows that are looked at, all where None.
        looked_at: How many rows these are, where the profile tells.
        follows: The condition holds for none but rows that are looked at, so that ``among`` need not be asked again.
        statement: Gives ``checked`` and ``failed`` where the condition is not to be counted row by row.
        figure: An aggregate over the table, of which ``holds`` says in SQL whether it is as expected: one check.
        known: Both counts where the profile or an earlier query has them already.
        most_failing: The largest failing share at which the expectation itself is still credible; the rule is dropped
            when more fail.
        seconds: That its own statement may take; it holds SQL which somebody gave.
        is_shown: Whether its statement can be run again over the table as callers see it.
        obstacle: Why it cannot run.
    """

    kind: str
    dimension: Dimension
    columns: tuple[str, ...]
    description: str
    reason: str
    severity: Severity
    weight: float
    id: str | None = None
    origin: Origin = Origin.PROPOSED
    owner: str | None = None
    tolerance: float = 0.0
    unit: str = "rows"
    condition: str | None = None
    among: str | None = None
    looked_at: int | None = None
    follows: bool = False
    statement: str | None = None
    figure: str | None = None
    holds: str | None = None
    known: tuple[int, int] | None = None
    observed: Scalar = None
    most_failing: float = 1.0
    seconds: float | None = None
    is_shown: bool = True
    obstacle: str | None = None

    @property
    def name(self) -> str:
        """The id of its check."""
        return self.id or (f"{self.kind}:{','.join(self.columns)}" if self.columns else self.kind)

    @property
    def has_joins(self) -> bool:
        """Whether its condition looks at other rows, each time as a join."""
        return "(SELECT " in (self.condition or "")

    def sql(self, source: str) -> str | None:
        """The statement that gives ``checked`` and ``failed``."""
        if self.figure is not None:
            counts = f"1 AS checked, {self._broken_figure} AS failed, {self.figure} AS observed"
            return f"SELECT {counts}\nFROM {source}"
        if self.statement is not None or self.condition is None:
            return self.statement
        where = f"\nWHERE {self.among}" if self.among else ""
        return (
            f"SELECT count(*) AS checked, count(CASE WHEN {self.condition} THEN 1 END) AS failed\nFROM {source}{where}"
        )

    def counters(self) -> tuple[str, str, str]:
        """Aggregates that give ``checked``, ``failed`` and what was observed, over all rows."""
        if self.figure is not None:
            return "1", self._broken_figure, self.figure
        if self.among is None:
            return "count(*)", f"count_if({self.condition})", "NULL"
        failing = self.condition if self.follows else f"({self.among}) AND ({self.condition})"
        looked_at = f"count_if({self.among})" if self.looked_at is None else str(self.looked_at)
        return looked_at, f"count_if({failing})", "NULL"

    def counted(self, checked: int, failed: int, source: str, observed: Scalar = None) -> Check | None:
        """The check with these counts; None where the expectation turned out not to be credible."""
        if failed > self.most_failing * checked:
            return None
        within = failed <= self.tolerance * checked
        return self._check(source, checked, failed, Severity.INFO if within else self.severity, observed=observed)

    def broken(self, why: str, source: str) -> Check:
        """The check that could not run."""
        severity = Severity.WARNING if self.origin is Origin.PROPOSED else self.severity
        return self._check(source, 0, 0, severity, error=why)

    @property
    def _broken_figure(self) -> str:
        return f"CASE WHEN {self.holds} THEN 0 ELSE 1 END"

    def _check(
        self,
        source: str,
        checked: int,
        failed: int,
        severity: Severity,
        *,
        observed: Scalar = None,
        error: str | None = None,
    ) -> Check:
        return Check(
            id=self.name,
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
            origin=self.origin,
            sql=self.sql(source) if self.is_shown else None,
            condition=self._blamed(),
            error=error,
            owner=self.owner,
            observed=observed,
        )

    def _blamed(self) -> str | None:
        if self.condition is None or self.among is None or self.follows:
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
            checks.append(rule.counted(*rule.known, source, rule.observed))
        elif rule.statement is None:
            together.append(rule)
        else:
            checks.append(_run_alone(rule, table, source))
    for group in _groups(together):
        checks += _run_together(group, table, source)
    return [check for check in checks if check is not None]


def _groups(rules: Sequence[Rule]) -> Iterator[Sequence[Rule]]:
    """The rules that one statement counts: of joins only few; what people wrote apart, since it may take for ever."""
    joins = [rule for rule in rules if rule.has_joins]
    given = [rule for rule in rules if not rule.has_joins and rule.seconds is not None]
    plain = [rule for rule in rules if not rule.has_joins and rule.seconds is None]
    for of_a_kind, size in ((plain, RULES_OF_A_QUERY), (given, RULES_OF_A_QUERY), (joins, JOINS_OF_A_QUERY)):
        for start in range(0, len(of_a_kind), size):
            yield of_a_kind[start : start + size]


def _run_alone(rule: Rule, table: Table, source: str) -> Check | None:
    try:
        with _limited(table, rule.seconds):
            [row] = table.query(rule.sql(source) or "")
    except VoyantError as error:
        return rule.broken(_without_values(error.message, table), source)
    return rule.counted(int(row["checked"]), int(row["failed"] or 0), source, _observed(row.get("observed")))


def _run_together(rules: Sequence[Rule], table: Table, source: str) -> list[Check | None]:
    counters = [rule.counters() for rule in rules]
    # Rules on one column look at the same rows: these are counted once.
    place = {sql: f"c{number}" for number, sql in enumerate(dict.fromkeys(sql for each in counters for sql in each))}
    measured = ", ".join(f"{sql} AS {name}" for sql, name in place.items())
    seconds = [rule.seconds for rule in rules if rule.seconds is not None]
    try:
        with _limited(table, min(seconds) if seconds else None):
            [row] = table.query(f"SELECT {measured} FROM {source}")
    except VoyantError:
        # One of them cannot run: alone, it is found, and the others still count.
        return [_run_alone(rule, table, source) for rule in rules]
    return [
        rule.counted(row[place[checked]] or 0, row[place[failed]] or 0, source, _observed(row[place[observed]]))
        for rule, (checked, failed, observed) in zip(rules, counters, strict=True)
    ]


def _without_values(message: str, table: Table) -> str:
    """What the engine says, without the values that it quotes where some of them may be personal data."""
    if all(column.personal is None for column in table.dataset.columns):
        return message
    return re.sub(r"'[^']*'", f"'{MASK}'", message)


def _observed(value: Any) -> Scalar:
    """A figure, with the digits that the order in which rows are added up does not move."""
    found = as_scalar(value)
    return float(f"{found:.12g}") if isinstance(found, float) else found


def _limited(table: Table, seconds: float | None) -> AbstractContextManager[None]:
    return nullcontext() if seconds is None else table.time_limit(seconds)


def as_scalar(value: Any) -> Scalar:
    """A value of the engine as JSON can hold it: times as ISO 8601, decimals as the nearest double."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return value if value is None or isinstance(value, int | float | str | bool) else str(value)
