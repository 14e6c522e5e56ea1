"""What a reader should know of a result before trusting the rest."""

from __future__ import annotations

from collections.abc import Iterator

from voyant.domain.contract import ContractChecks
from voyant.domain.drift import Drift, Verdict
from voyant.domain.finding import Severity
from voyant.domain.job import Degradation
from voyant.domain.normalization import ChangeKind, Normalization
from voyant.domain.preset import Plan
from voyant.domain.quality import Quality
from voyant.errors import Code
from voyant.services.history import is_good

MOST_ASSUMPTIONS = 3
MOST_CHANGES = 3
MOST_NAMES = 5
"""Of columns in a sentence."""


def warnings_of(
    normalization: Normalization,
    *,
    degraded: tuple[Degradation, ...],
    quality: Quality | None,
    drift: Drift | None,
    contracts: ContractChecks,
    plan: Plan | None,
) -> tuple[str, ...]:
    """Each once, in the order in which they matter."""
    of_quality = quality.warnings if quality is not None else ()
    broken = quality.broken_rules if quality is not None else ()
    # What a person called critical comes before all else.
    critical = sum(rule.severity == Severity.CRITICAL and not rule.error for rule in broken)
    warnings = list(of_quality[:critical])
    if quality is not None and not is_good(quality):
        warnings.append("This run is no good one: later runs are compared with one in which no critical rule fails.")
    warnings += [f"{entry.step} is missing: {entry.error['message']}" for entry in degraded]
    warnings.extend(plan.notes if plan is not None else ())
    warnings.extend(_of_contracts(contracts))
    warnings.extend(_schema_changes(normalization))
    if records := normalization.rejected_records:
        warnings.append(
            f"{counted(records, 'record')} could not be read: missing in the table, kept in rejects.parquet."
        )
    if cells := normalization.rejected_cells:
        warnings.append(
            f"{counted(cells, 'cell')} did not fit the column's type: missing in the table, kept in rejects.parquet."
        )
    assumed = [change for change in normalization.changes if change.kind is ChangeKind.ASSUMED]
    warnings.extend(f"{change.column}: {change.text}" for change in assumed[:MOST_ASSUMPTIONS])
    if len(assumed) > MOST_ASSUMPTIONS:
        warnings.append(f"{len(assumed) - MOST_ASSUMPTIONS:,} more such assumptions stand in normalize.json.")
    if normalization.other_tables:
        names = ", ".join(normalization.other_tables[:10])
        warnings.append(
            f"The source has other tables too, taken in but not analysed: {names}. Choose one with --table."
        )
    if drift is not None:
        warnings.extend(_drift_warnings(drift))
    return tuple(dict.fromkeys([*warnings, *of_quality[critical:]]))


def _of_contracts(contracts: ContractChecks) -> Iterator[str]:
    if contracts.checks:
        from voyant.governance.contracts import warnings_of as warnings_of_check

        for check in contracts.checks:
            yield from warnings_of_check(check)
    yield from contracts.notes


def _schema_changes(normalization: Normalization) -> Iterator[str]:
    """Breaking ones each, compatible ones counted."""
    breaking = [change for change in normalization.schema_changes if not change.compatible]
    table = normalization.dataset.name
    for change in breaking[:MOST_CHANGES]:
        yield f"{table}.{change.column} {change.kind} since the snapshot before, which breaks readers: {change.reason}"
    left = len(normalization.schema_changes) - min(len(breaking), MOST_CHANGES)
    if left:
        changes = counted(left, "more change" if breaking else "change")
        yield f"{changes} of columns since the snapshot before: see normalize.json."


def _drift_warnings(drift: Drift) -> tuple[str, ...]:
    if drift.verdict is Verdict.NOT_COMPARABLE:
        return (f"Nothing could be compared with {drift.reference.label}: {drift.reason}", *drift.warnings)
    if drift.holds:
        return drift.warnings
    names = drift.affected
    more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
    told = ", ".join(names[:MOST_NAMES]) + more
    return (f"{Code.DRIFT} The data have drifted from {drift.reference.label}: {told}.", *drift.warnings)


def counted(number: int, noun: str) -> str:
    """The number with its noun, which takes an s."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
