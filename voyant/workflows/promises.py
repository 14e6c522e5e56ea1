"""What a contract promised of the table, for the step that judges its quality."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from voyant.domain.contract import ContractChecks
from voyant.domain.rule import DeclaredRule
from voyant.workflows.contracts import BETWEEN, CONTRACT_JSON, CONTRACT_YAML

if TYPE_CHECKING:
    from voyant.workflows.context import StepContext


def promises(context: StepContext) -> tuple[DeclaredRule, ...]:
    """The clauses that the table was held against, as rules; none where no contract was."""
    checks = context.read_if_made(CONTRACT_JSON, ContractChecks)
    if checks is None or not checks.checks:
        return ()
    from voyant.governance.contracts import contract_of, rules_of, terms_of

    table, others = context.table.dataset, context.job.references()
    documents = context.read_text(CONTRACT_YAML).split(f"\n{BETWEEN}")
    return tuple(
        rule
        for document, check in zip(documents, checks.checks, strict=True)
        for held in check.tables
        if held.table == table.name
        for rule in rules_of(
            terms_of(contract_of(document), now=context.job.moment or datetime.now(UTC)), held.object, table, others
        )
    )
