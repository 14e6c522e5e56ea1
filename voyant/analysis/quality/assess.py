"""Putting the checks of a table together into its score."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from voyant.analysis.periods import timeline
from voyant.analysis.quality import completeness, consistency, timeliness, uniqueness, validity
from voyant.analysis.quality.declared import Expectations, bind
from voyant.analysis.quality.failing import ROWS_OF_A_CHECK, left_out, with_samples
from voyant.analysis.quality.rules import Subject, run
from voyant.analysis.time_columns import leading_time_column
from voyant.domain.finding import Severity
from voyant.domain.normalization import Normalization
from voyant.domain.profile import Profile
from voyant.domain.quality import Check, Dimension, Origin, Part, Quality
from voyant.domain.rule import RuleKind
from voyant.domain.table import Table

WARNING_BELOW = 0.7
MOST_TOLD = 10

_WEIGHTS = {
    Dimension.COMPLETENESS: 0.5,  # much that is missing was never due
    Dimension.UNIQUENESS: 1.0,
    Dimension.VALIDITY: 1.0,
    Dimension.CONSISTENCY: 1.0,
    Dimension.TIMELINESS: 0.5,
}
_SUGGESTED_BESIDE = {"missing": ("missing",), "unique": ("duplicate_key", "duplicate_time")}
_PROPOSERS = (completeness, uniqueness, validity, consistency, timeliness)
_SEVERITIES = list(Severity)


def assess(
    table: Table,
    profile: Profile,
    normalization: Normalization | None = None,
    expectations: Expectations | None = None,
) -> Quality:
    """The quality of the table, from checks that its data and roles suggest, and from the rules that people declare.

    Args:
        normalization: Tells which cells were rejected; without it that is not checked.
        expectations: The declared rules, well-formed by themselves (``refuse_contradictions``), and what they need.
    """
    leading = leading_time_column(table.dataset, profile)
    profiles = {column.name: column for column in profile.columns}
    subject = Subject(
        table=table,
        profile=profile,
        profiles=profiles,
        normalization=normalization,
        timeline=timeline(table, profiles[leading]) if leading else None,
    )
    declared = bind(expectations, table, profile, normalization) if expectations else []
    names = {rule.name for rule in declared}
    proposed = [rule for proposer in _PROPOSERS for rule in proposer.propose(subject) if rule.name not in names]
    checks = with_samples(table, _without_doubles(run([*declared, *proposed], table)))
    scored = score(checks, table=table.dataset.name, rows=profile.rows, has_time=subject.timeline is not None)
    return replace(scored, notes=(*scored.notes, *left_out(table, scored)))


def _without_doubles(checks: list[Check]) -> list[Check]:
    """Without what the data suggest where a declared check of the same has found the same fault already."""
    broken = {
        (kind, check.columns)
        for check in checks
        if check.origin is not Origin.PROPOSED and check.failed
        for kind in _SUGGESTED_BESIDE.get(check.kind, ())
    }
    return [
        check for check in checks if check.origin is not Origin.PROPOSED or (check.kind, check.columns) not in broken
    ]


def score(checks: list[Check], *, table: str, rows: int, has_time: bool) -> Quality:
    """The checks put together as ``voyant.domain.quality`` says."""
    parts = tuple(_part(dimension, checks, has_time=has_time) for dimension in Dimension)
    scored = [part for part in parts if part.score is not None]
    total = _without_faults((part.weight, part.score or 0.0) for part in scored) if scored else None
    return Quality(
        table=table,
        rows=rows,
        score=total,
        parts=parts,
        passed=sum(check.passed for check in checks),
        failed=sum(not check.passed and check.error is None for check in checks),
        errors=sum(check.error is not None for check in checks),
        failing_rows_limit=ROWS_OF_A_CHECK,
        warnings=tuple(_warnings(total, checks)),
        notes=tuple(_notes(parts)),
    )


def _part(dimension: Dimension, checks: list[Check], *, has_time: bool) -> Part:
    own = sorted((check for check in checks if check.dimension is dimension), key=_worst_first)
    counting = [check for check in own if check.counts]
    result = _combined(dimension, counting) if counting else None
    note = None
    if result is None:
        untimed = dimension is Dimension.TIMELINESS and not has_time
        note = "not applicable: no column says when a row happened" if untimed else "not applicable: nothing to check"
    return Part(dimension=dimension, score=result, weight=_WEIGHTS[dimension], checks=tuple(own), note=note)


def _combined(dimension: Dimension, checks: list[Check]) -> float:
    weighted = [(check.weight, check.score or 0.0) for check in checks]
    if dimension is not Dimension.COMPLETENESS:
        return _without_faults(weighted)
    suggested = [check for check in checks if check.origin is Origin.PROPOSED]
    cells = [(check.weight, check.score or 0.0) for check in suggested]
    # A declared check that took the place of a suggested one goes on counting for the cells of its column: a rule that
    # is kept would else lower the score, by leaving only the columns with gaps.
    taken = {check.columns: check for check in checks if _looks_at_cells(check)}
    seen = {check.columns for check in suggested if check.kind == RuleKind.MISSING}
    cells += [(1.0, check.score or 0.0) for columns, check in taken.items() if columns not in seen]
    rules = [(check.weight, check.score or 0.0) for check in checks if check.origin is not Origin.PROPOSED]
    return _without_faults([*([(1.0, _mean(cells))] if cells else []), *rules])


def _looks_at_cells(check: Check) -> bool:
    return check.origin is not Origin.PROPOSED and check.kind == RuleKind.MISSING and len(check.columns) == 1


def _mean(scores: Iterable[tuple[float, float]]) -> float:
    weighted = list(scores)
    return round(sum(weight * score for weight, score in weighted) / sum(weight for weight, _ in weighted), 6)


def _without_faults(scores: Iterable[tuple[float, float]]) -> float:
    """1 less the root of the sum of the squared faults: what passes dilutes nothing.

    >>> _without_faults([(1.0, 0.83), (1.0, 1.0), (0.5, 1.0)]), _without_faults([(1.0, 0.97), (0.5, 0.92)])
    (0.83, 0.95)
    """
    return round(max(0.0, 1 - math.hypot(*(weight * (1 - score) for weight, score in scores))), 6)


def _worst_first(check: Check) -> tuple[bool, bool, int, float, str]:
    share = check.failed / check.checked if check.checked else 0.0
    return check.passed, check.error is None, -_SEVERITIES.index(check.severity), -share, check.id


def _warnings(total: float | None, checks: list[Check]) -> Iterator[str]:
    declared = [check for check in checks if check.origin is Origin.DECLARED and check.error is None]
    yield from (
        f"The critical rule {check.id} fails: {check.failed:,} of {check.checked:,} {check.unit}."
        for check in declared
        if not check.passed and check.severity == Severity.CRITICAL
    )
    if total is not None and total < WARNING_BELOW:
        yield f"The quality score is {total:.2f}, below {WARNING_BELOW}: see what failed before relying on figures."
    broken = [check for check in checks if check.error is not None]
    unheard = [check for check in broken if check.origin is Origin.DECLARED]
    yield from (
        f"The rule {check.id} could not run: {(check.error or '').rstrip('.')}." for check in unheard[:MOST_TOLD]
    )
    if len(unheard) > MOST_TOLD:
        yield f"{len(unheard) - MOST_TOLD:,} more rules could not run: see the errors in quality.json."
    if others := [check.id for check in broken if check.origin is Origin.PROPOSED]:
        yield f"{len(others)} checks could not run and count neither way: {', '.join(others[:MOST_TOLD])}."


def _notes(parts: tuple[Part, ...]) -> Iterator[str]:
    left_out = [part for part in parts if part.score is None]
    if left_out:
        weights = ", ".join(f"{part.dimension} {part.weight:g}" for part in parts if part.score is not None)
        names = " and ".join(part.dimension for part in left_out)
        yield f"The score leaves out {names} ({left_out[0].note}); the other parts keep their weights: {weights}."
    yield (
        "failing_rows.parquet keeps all failing rows of declared rules, and of other checks at most "
        f"{ROWS_OF_A_CHECK} each; personal data masked."
    )
