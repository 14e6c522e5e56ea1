"""Contracts that tests begin from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from voyant.domain.contract import Clause, Contract
from voyant.governance.contracts import contract_of, terms_of

NOW = datetime(2024, 6, 1, tzinfo=UTC)


def column(name: str, **said: Any) -> dict[str, Any]:
    return {"name": name, **said}


def document(*columns: dict[str, Any], version: str = "1.0.0", **said: Any) -> dict[str, Any]:
    """A contract about the table ``orders``; ``quality`` and ``relationships`` are said of the table."""
    table: dict[str, Any] = {"name": "orders", "properties": list(columns) or [column("amount", logicalType="number")]}
    table |= {name: said.pop(name) for name in ("quality", "relationships", "physicalName") if name in said}
    head = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "orders", "version": version, "status": "draft"}
    return head | {"schema": [table]} | said


def contract(*columns: dict[str, Any], **said: Any) -> Contract:
    return contract_of(document(*columns, **said))


def action(name: str) -> list[dict[str, str]]:
    """The custom properties that set what is done with data that break a contract."""
    return [{"property": "voyantOnViolation", "value": name}]


def clauses(*columns: dict[str, Any], **said: Any) -> dict[str, Clause]:
    """The clauses of such a contract, by id."""
    return {clause.id: clause for clause in terms_of(contract(*columns, **said), now=NOW).clauses}


def coverage(*columns: dict[str, Any], **said: Any) -> dict[str, str]:
    """By element, what enforces it or why nothing does."""
    found = terms_of(contract(*columns, **said), now=NOW).coverage
    return {element.path: element.reason or ", ".join(element.clauses) for element in found.elements}
