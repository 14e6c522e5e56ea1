"""What people expect of the data, as the page shows it: declared rules and contracts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from voyant.domain.contract import ClauseResult, ContractCheck, Outcome, TableCheck, Violation
from voyant.domain.profile import Scalar
from voyant.domain.quality import Check, Origin
from voyant.report import figures
from voyant.report.contents import Contents

_MOST_ROWS = 3
_OUTCOMES = {
    Outcome.KEPT: "Kept: the data are as promised.",
    Outcome.WARNED: "Broken, and told only: everything was loaded.",
    Outcome.QUARANTINED: "Broken by some rows, which are kept apart; the others were loaded.",
    Outcome.VIOLATED: "Broken: nothing was loaded.",
}


def rules(contents: Contents) -> list[dict[str, Any]]:
    """The declared rules, those that fail before others, the most severe first."""
    if contents.quality is None:
        return []
    anchors = {
        check.id: f"check-{place}-{number}"
        for place, part in enumerate(contents.quality.parts)
        for number, check in enumerate(part.checks)
    }
    passed = [check for check in contents.quality.checks if check.origin is Origin.DECLARED and check.passed]
    return [_rule(check, anchors[check.id]) for check in (*contents.quality.broken_rules, *passed)]


def contracts(contents: Contents) -> list[dict[str, Any]]:
    """The contracts that the data were held against."""
    return [_contract(check) for check in contents.contracts]


def _rule(check: Check, anchor: str) -> dict[str, Any]:
    observed = "" if check.observed is None else f", found {figures.cell(check.observed)}"
    return {
        "anchor": anchor,
        "name": check.id,
        "text": check.description,
        "severity": check.severity.value,
        "state": "error" if check.error else "passed" if check.passed else "failed",
        "counted": check.error or f"{check.failed:,} of {check.checked:,} {check.unit}{observed}",
        "share": "" if check.error or not check.failed else figures.share(check.failed, check.checked),
        "tolerance": figures.share(check.tolerance, 1) if check.tolerance else "",
        "owner": check.owner or "",
        "rows": [_row(row.get("_row"), row) for row in check.sample[:_MOST_ROWS]],
    }


def _contract(check: ContractCheck) -> dict[str, Any]:
    results = [clause for table in check.tables for clause in table.clauses]
    return {
        "name": check.name,
        "version": check.version,
        "id": check.contract,
        "state": "passed" if check.outcome is Outcome.KEPT else "failed",
        "outcome": _OUTCOMES[check.outcome],
        "counted": f"{sum(clause.passed for clause in results):,} of {len(results):,} clauses are kept.",
        "facts": list(_facts(check.tables)),
        "broken": [_clause(clause) for clause in check.broken],
        "kept": [clause.text for clause in results if clause.passed],
        "not_enforceable": [(element.path, element.reason or "") for element in check.coverage.not_enforceable],
        "notes": check.notes,
    }


def _facts(tables: Sequence[TableCheck]) -> Iterator[str]:
    for table in tables:
        if table.rows_quarantined:
            yield f"{table.rows_quarantined:,} of {table.rows:,} rows of {table.table} are kept apart."
        if table.undeclared:
            yield f"Columns of {table.table} that it does not name: {', '.join(table.undeclared)}."


def _clause(clause: ClauseResult) -> dict[str, Any]:
    counted = f"{clause.failed:,} of {clause.checked:,} rows" if clause.failed and clause.checked else ""
    if not counted and clause.measured is not None:
        counted = f"{figures.cell(clause.measured)}, expected {clause.expected}"
    return {
        "text": clause.text,
        "path": clause.path,
        "severity": clause.severity.value,
        "counted": counted,
        "reason": clause.reason or "",
        "rows": [_violation(violation) for violation in clause.violations[:_MOST_ROWS]],
    }


def _violation(violation: Violation) -> str:
    return _row(violation.row, violation.values)


def _row(number: Scalar, values: dict[str, Scalar]) -> str:
    told = ", ".join(
        f"{name} {'missing' if value is None else figures.cell(value)}"
        for name, value in values.items()
        if name != "_row"
    )
    return f"row {figures.cell(number)}" + (f": {told}" if told else "")
