"""What follows from a check: data that stops here, rows that are kept apart, or a word in the result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from voyant.domain.contract import (
    Action,
    ClauseKind,
    ClauseResult,
    Contract,
    ContractCheck,
    Outcome,
    TableCheck,
    figure_text,
)
from voyant.domain.drift import SchemaChange
from voyant.errors import Code, GateFailed, InvalidInput
from voyant.governance.contracts.checking import Findings
from voyant.governance.contracts.clauses import Terms

CLAUSES_TOLD = 20
CLAUSES_IN_MESSAGE = 3


def object_for(contract: Contract, terms: Terms, table: str, *, is_only: bool) -> str | None:
    """The table of the contract that a table of the lake is; None where it is none of them.

    Args:
        is_only: The contract is meant for this table, whatever it is called.
    """
    wanted = table.lower()
    for name, aliases in terms.aliases.items():
        if wanted in {alias.lower() for alias in aliases}:
            return name
    return contract.tables[0] if is_only and len(contract.tables) == 1 else None


def require_object(contract: Contract, object_: str | None, table: str) -> str:
    """The object, where a contract was named for a table.

    Raises:
        InvalidInput: The contract is about other tables.
    """
    if object_ is not None:
        return object_
    tables = ", ".join(contract.tables[:20]) or "no table"
    raise InvalidInput(
        f"The contract {contract.id} {contract.version} is about {tables}, and not about {table!r}.",
        code=Code.BAD_CONTRACT,
        remedy="Name another contract, or add the table to its schema.",
        data={"tables": list(contract.tables)[:100]},
    )


def stopping(contract: Contract, findings: Findings) -> tuple[ClauseResult, ...]:
    """The broken clauses because of which nothing may go on: with ``quarantine`` those that no row is to blame for."""
    if contract.action is Action.WARN:
        return ()
    stops = tuple(result for result in findings.results if result.stops)
    if contract.action is Action.BLOCK:
        return stops
    return tuple(result for result in stops if result.clause not in findings.blamed)


def to_quarantine(contract: Contract, findings: Findings) -> dict[str, str]:
    """By clause, SQL of the rows that are kept apart."""
    if contract.action is not Action.QUARANTINE:
        return {}
    return {
        result.clause: findings.blamed[result.clause]
        for result in findings.results
        if result.stops and result.clause in findings.blamed
    }


def checked(
    contract: Contract, terms: Terms, tables: Sequence[TableCheck], *, named: bool, notes: Iterable[str] = ()
) -> ContractCheck:
    """The record of a check that nothing stopped at."""
    outcome = Outcome.KEPT
    if any(table.rows_quarantined for table in tables):
        outcome = Outcome.QUARANTINED
    elif any(table.broken for table in tables):
        outcome = Outcome.WARNED
    return ContractCheck(
        contract=contract.id,
        name=contract.name,
        version=contract.version,
        action=contract.action,
        named=named,
        outcome=outcome,
        tables=tuple(tables),
        coverage=terms.coverage,
        notes=tuple(notes),
    )


def violated(contract: Contract, broken: Sequence[tuple[str, ClauseResult]], clauses: int) -> GateFailed:
    """The error that data stop with: the broken clauses, and of each the first rows that break it.

    Args:
        broken: With the table that each is about.
        clauses: That were checked.
    """
    told = "; ".join(_sentence(result) for _, result in broken[:CLAUSES_IN_MESSAGE])
    more = f"; and {len(broken) - CLAUSES_IN_MESSAGE} more" if len(broken) > CLAUSES_IN_MESSAGE else ""
    why = ""
    if contract.action is Action.QUARANTINE:
        why = " No row is to blame for what is broken, so that there is nothing to keep apart: all of it is held back."
    return GateFailed(
        f"The data break {len(broken)} of {clauses} clauses of the contract {contract.id} {contract.version}: "
        f"{told}{more}.{why}",
        data={
            "contract": contract.id,
            "version": contract.version,
            "action": contract.action.value,
            "checked": clauses,
            "broken": [_told(table, result) for table, result in broken[:CLAUSES_TOLD]],
            "more": max(0, len(broken) - CLAUSES_TOLD),
        },
    )


def nothing_left(contract: Contract, table: str, rows: int) -> GateFailed:
    """The error where keeping the bad rows apart would leave none."""
    called = f"the contract {contract.id} {contract.version}"
    return GateFailed(
        f"Each of the {rows:,} rows of {table} breaks {called}: none is left to load.",
        data={"contract": contract.id, "version": contract.version, "action": contract.action.value, "table": table},
    )


def warnings_of(check: ContractCheck) -> Iterator[str]:
    """What a result says of a check, the worst first."""
    called = f"the contract {check.contract} {check.version}"
    for table in check.tables:
        if table.rows_quarantined:
            yield (
                f"{table.rows_quarantined:,} of {table.rows:,} rows break {called} and are not in {table.table}: "
                f"they are kept in quarantined_rows.parquet, with the clauses that each breaks."
            )
        held_apart = {clause.clause for clause in table.broken if clause.stops} if table.rows_quarantined else set()
        told = [clause for clause in table.broken if clause.clause not in held_apart]
        for clause in told[:CLAUSES_IN_MESSAGE]:
            yield f"{table.table} breaks {called}: {_sentence(clause)}."
        if len(told) > CLAUSES_IN_MESSAGE:
            yield f"{len(told) - CLAUSES_IN_MESSAGE} more broken clauses stand in contract.json."
    yield from check.notes


def judged(changes: Sequence[SchemaChange], terms: Terms, object_: str, findings: Findings) -> tuple[SchemaChange, ...]:
    """The changes as the contract judges them: breaking where a promise about the column is broken, and only there.

    Where the contract does not name the column, Iceberg's rules stand.
    """
    promised = {name.lower() for clause in terms.of(object_) for name in clause.columns}
    promised |= {terms.physical.get((object_, name), name).lower() for name in promised}
    broken = {
        name.lower(): result
        for result in findings.results
        if not result.passed and result.kind is ClauseKind.SCHEMA
        for name in (*result.columns, *(terms.physical.get((object_, column), column) for column in result.columns))
    }
    return tuple(_judged(change, promised, broken) for change in changes)


def _judged(change: SchemaChange, promised: set[str], broken: dict[str, ClauseResult]) -> SchemaChange:
    name = change.column.lower()
    if name in broken:
        return replace(change, compatible=False, reason=f"{change.reason} The contract promises: {broken[name].text}")
    if name in promised and change.kind == "retyped":
        return replace(change, compatible=True, reason=f"{change.reason} The contract allows the later type too.")
    return change


def _sentence(result: ClauseResult) -> str:
    names_column = any(column in result.text for column in result.columns)
    text = f"“{result.text.rstrip('.')}”" + ("" if names_column or not result.columns else f" ({result.clause})")
    if result.reason is None and not result.violations:
        return f"{text} does not hold" + (
            f": it is {figure_text(result.measured)}, must be {result.expected}" if result.measured is not None else ""
        )
    reason = f" does not hold: {result.reason.rstrip('.')}" if result.reason is not None else ""
    if not result.violations:
        return text + reason
    first = result.violations[0]
    values = ", ".join(f"{name} = {_value(value)}" for name, value in list(first.values.items())[:3])
    return (
        f"{text}{reason + ', and' if reason else ''} fails in {result.failed:,} of {result.checked:,} rows, "
        f"such as row {first.row:,} ({values})"
    )


def _value(value: Any) -> str:
    text = "missing" if value is None else str(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _told(table: str, result: ClauseResult) -> dict[str, Any]:
    measured = None if result.measured is None or result.violations else f"It is {figure_text(result.measured)}."
    return {
        "table": table,
        "clause": result.clause,
        "path": result.path,
        "text": result.text,
        "columns": list(result.columns),
        "checked": result.checked,
        "failed": result.failed,
        "expected": result.expected,
        "reason": result.reason or measured,
        "rows": [
            {"row": violation.row, "values": {name: _bounded(cell) for name, cell in violation.values.items()}}
            for violation in result.violations
        ],
    }


def _bounded(cell: Any) -> Any:
    return _value(cell) if isinstance(cell, str) else cell
