"""What a finding rests on that breaks a declared rule or the clause of a contract."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from voyant.analysis.wording import percent, readable, sentence
from voyant.domain.contract import ContractCheck
from voyant.domain.finding import Finding, Severity
from voyant.domain.quality import Quality

_ABOUT_FAULTS = {"quality", "drift"}
"""Kinds of findings that say what is wrong themselves."""
_SEVERITIES = list(Severity)
_BY_ROWS = {"rows", "values"}


class _Fault(Struct, frozen=True):
    """Something promised that is broken, on columns in lower case; ``share`` of None is the table as a whole."""

    columns: frozenset[str]
    severity: Severity
    share: float | None
    name: str


def with_caveats(
    findings: Sequence[Finding], quality: Quality | None, contracts: Sequence[ContractCheck], table: str
) -> tuple[Finding, ...]:
    """The findings, each with the gravest fault of the columns that it speaks of, where there is one.

    What fails within its tolerance is no fault. Of faults that are equally severe the one with most rows counts.
    """
    faults = sorted(
        [*_of_rules(quality), *_of_clauses(contracts, table)],
        key=lambda fault: (-_SEVERITIES.index(fault.severity), -(fault.share or 0.0), fault.name),
    )
    return tuple(replace(finding, caveat=_caveat(finding, faults)) for finding in findings)


def _of_rules(quality: Quality | None) -> Iterator[_Fault]:
    for check in quality.broken_rules if quality else ():
        if check.error is None and check.failed:
            share = check.failed / check.checked if check.unit in _BY_ROWS else None
            columns = frozenset(column.lower() for column in check.columns)
            yield _Fault(columns, check.severity, share, f"the rule {check.id}")


def _of_clauses(contracts: Sequence[ContractCheck], table: str) -> Iterator[_Fault]:
    for check in contracts:
        for held in check.tables:
            # Rows that were kept apart are no part of what is analysed.
            for clause in held.broken if held.table == table and not held.rows_quarantined else ():
                share = clause.failed / clause.checked if clause.failed and clause.checked else None
                columns = frozenset(column.lower() for column in clause.columns)
                yield _Fault(
                    columns, clause.severity, share, f"the clause {clause.clause} of the contract {check.name}"
                )


def _caveat(finding: Finding, faults: Sequence[_Fault]) -> str | None:
    if finding.kind in _ABOUT_FAULTS:
        return None
    for fault in faults:
        column = next((name for name in finding.columns if name.lower() in fault.columns), None)
        if column is not None:
            share = "which" if fault.share is None else f"of which {percent(100 * fault.share)} of the rows"
            verb = "breaks" if fault.share is None else "break"
            return sentence(f"rests on {readable(column)}, {share} {verb} {fault.name}")
    return None
