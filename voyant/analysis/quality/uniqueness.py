"""Does everything stand there once?"""

from __future__ import annotations

from collections.abc import Iterator

from voyant.analysis.quality.rules import Rule, Subject
from voyant.domain.finding import Severity
from voyant.domain.quality import Dimension
from voyant.domain.table import Column, Role
from voyant.lake.sql import identifier

# An identifier that differs in nearly every row is meant to differ in all; one that repeats refers to something else.
_NEARLY_UNIQUE = 0.9
_FEWEST_ROWS = 10
_MOST_COMPARED_COLUMNS = 500


def propose(subject: Subject) -> Iterator[Rule]:
    """Duplicate rows, duplicate identifiers, and times that occur twice in a regular series."""
    yield _duplicate_rows(subject)
    for column in subject.stored:
        if _is_meant_unique(subject, column):
            yield _duplicate_values(subject, column)


def _duplicate_rows(subject: Subject) -> Rule:
    duplicates = subject.profile.duplicate_rows
    names = ", ".join(identifier(column.name) for column in subject.stored)
    share = duplicates.value / max(1, subject.profile.rows)
    comparable = len(subject.stored) <= _MOST_COMPARED_COLUMNS
    return Rule(
        kind="duplicate_rows",
        dimension=Dimension.UNIQUENESS,
        columns=(),
        description="No row repeats another in every column",
        reason="a repeated row counts twice in every figure",
        severity=Severity.WARNING if share > 0.01 else Severity.NOTICE,
        weight=1.0,
        statement=(
            f"SELECT (SELECT count(*) FROM {subject.source}) AS checked,\n"
            f"  (SELECT count(*) FROM {subject.source})"
            f" - (SELECT count(*) FROM (SELECT DISTINCT {names} FROM {subject.source}) AS d) AS failed"
            if comparable
            else None
        ),
        known=(subject.profile.rows, duplicates.value) if duplicates.exact else None,
        obstacle=None if duplicates.exact or comparable else f"rows of {len(subject.stored)} columns are not compared",
    )


def _is_meant_unique(subject: Subject, column: Column) -> bool:
    profile = subject.profiles[column.name]
    if profile.count < _FEWEST_ROWS:
        return False
    nearly = profile.distinct.value * (1 + 3 * profile.distinct.error) >= _NEARLY_UNIQUE * profile.count
    if column.role is Role.IDENTIFIER:
        return nearly
    regular = profile.time is not None and profile.time.granularity in {"hour", "day", "month", "year"}
    return column.role is Role.TIME and nearly and regular


def _duplicate_values(subject: Subject, column: Column) -> Rule:
    profile = subject.profiles[column.name]
    name = identifier(column.name)
    unique = profile.distinct.exact and profile.distinct.value == profile.count
    kind = "duplicate_key" if column.role is Role.IDENTIFIER else "duplicate_time"
    return Rule(
        kind=kind,
        dimension=Dimension.UNIQUENESS,
        columns=(column.name,),
        description=f"No two rows share their {column.name}",
        reason=f"{column.name} differs in nearly every row",
        severity=Severity.WARNING,
        weight=1.0,
        condition=f"{name} IN (SELECT {name} FROM {subject.source} GROUP BY 1 HAVING count(*) > 1)",
        among=f"{name} IS NOT NULL",
        known=(profile.count, 0) if unique else None,
    )
