"""The service levels of a contract, as far as the rows themselves show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from voyant.domain.contract import Bounds, Clause, ClauseKind
from voyant.domain.finding import Severity
from voyant.domain.rule import DeclaredRule, RuleKind
from voyant.governance.contracts.claims import Claims

if TYPE_CHECKING:
    from open_data_contract_standard.model import (
        OpenDataContractStandard,
        SchemaObject,
        ServiceLevelAgreementProperty,
    )

SECONDS = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1.0),
    **dict.fromkeys(("min", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86_400.0),
    **dict.fromkeys(("w", "wk", "week", "weeks"), 7 * 86_400.0),
    **dict.fromkeys(("mo", "month", "months"), 30.4375 * 86_400.0),
    **dict.fromkeys(("y", "yr", "year", "years"), 365.25 * 86_400.0),
}
_SYNONYMS = {"ly": "latency", "freshness": "latency", "re": "retention", "fy": "frequency", "co": "completeness"}
_OF_SERVICE = "it is about the service and not about rows"
_LEFT = {
    "frequency": "how often data comes shows over several deliveries, and not in the rows of one",
    "fy": "how often data comes shows over several deliveries, and not in the rows of one",
}


def claim(claims: Claims, model: OpenDataContractStandard, *, now: datetime) -> None:
    """The clauses of the SLA properties; of what gives none, why."""
    for number, entry in enumerate(model.slaProperties or ()):
        path = f"slaProperties/{number}"
        name = (entry.property or "").lower()
        name = _SYNONYMS.get(name, name)
        if name not in {"latency", "retention", "completeness"}:
            claims.leave(path, _LEFT.get(name, _OF_SERVICE))
            continue
        found = _elements(model.schema_ or [], entry.element or model.slaDefaultElement)
        if isinstance(found, str):
            claims.leave(path, found)
            continue
        for table, column in found:
            clause = _clause(name, entry, table, column, path, now)
            claims.leave(path, clause) if isinstance(clause, str) else claims.enforce(clause)


def _elements(tables: Sequence[SchemaObject], element: str | None) -> list[tuple[str, str]] | str:
    """Tables and columns that the element names, or why it names none."""
    if not element:
        return "it names no element to measure it on"
    found: list[tuple[str, str]] = []
    for part in element.split(","):
        table_name, _, column_name = part.strip().rpartition(".")
        candidates = [
            t for t in tables if table_name in {t.name, t.physicalName} or (not table_name and len(tables) == 1)
        ]
        named = [
            (table.name or "", entry.name or "")
            for table in candidates
            for entry in table.properties or ()
            if column_name in {entry.name, entry.physicalName}
        ]
        if not named:
            return f"its element {part.strip()[:100]!r} is not in the schema"
        found += named
    return found


def _clause(
    name: str, entry: ServiceLevelAgreementProperty, table: str, column: str, path: str, now: datetime
) -> Clause | str:
    if isinstance(entry.value, bool) or not isinstance(entry.value, int | float):
        return f"its value is {str(entry.value)[:50]!r}, which is no number"
    if name == "completeness":
        return _completeness(float(entry.value), entry.unit, table, column, path)
    seconds = SECONDS.get((entry.unit or "").lower())
    if seconds is None:
        return f"its unit is {str(entry.unit)[:50]!r}, which is no length of time"
    age, told = seconds * entry.value, f"{entry.value:g} {entry.unit}"
    if name == "latency":
        rule = DeclaredRule(kind=RuleKind.FRESHNESS, columns=(column,), within_seconds=age)
        text = f"The latest {column} is at most {told} old."
        return _made(table, column, path, "latency", ClauseKind.TABLE, text, rule)
    try:
        since = (now - timedelta(seconds=age)).date().isoformat()
    except OverflowError:
        return f"{told} reach back before the calendar does"
    rule = DeclaredRule(kind=RuleKind.RANGE, columns=(column,), minimum=since)
    text = f"No {column} is older than {told}, which is before {since}."
    # Whether data must be kept so long, or may be kept no longer, the standard leaves open: it stops nothing.
    return _made(table, column, path, "retention", ClauseKind.ROWS, text, rule, severity=Severity.WARNING)


def _completeness(value: float, unit: str | None, table: str, column: str, path: str) -> Clause | str:
    percent = value if (unit or "").lower() in {"percent", "%"} or value > 1 else 100 * value
    if not 0 <= percent <= 100:
        return f"its value is {value:g}, which is no share"
    rule = DeclaredRule(kind=RuleKind.MISSING, columns=(column,))
    text = f"At least {percent:g} % of the rows have a {column}."
    expected = Bounds(maximum=round(100 - percent, 9), unit="percent")
    return _made(table, column, path, "completeness", ClauseKind.ROWS, text, rule, expected=expected)


def _made(
    table: str,
    column: str,
    path: str,
    what: str,
    kind: ClauseKind,
    text: str,
    rule: DeclaredRule,
    *,
    expected: Bounds = Bounds(minimum=0, maximum=0),  # noqa: B008 - it is immutable
    severity: Severity = Severity.CRITICAL,
) -> Clause:
    return Clause(
        id=f"{table}.{column}:{what}",
        path=path,
        table=table,
        kind=kind,
        columns=(column,),
        text=text,
        rule=rule,
        expected=expected,
        severity=severity,
    )
