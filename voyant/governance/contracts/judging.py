"""Clauses as rules of quality: what of a contract enters the score of a table."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec.structs import replace

from voyant.domain.contract import Clause
from voyant.domain.rule import DeclaredRule
from voyant.domain.table import Column, Dataset
from voyant.governance.contracts.checking import as_promised
from voyant.governance.contracts.clauses import Terms, by_name


def rules_of(terms: Terms, object_: str, dataset: Dataset, others: Collection[str]) -> Iterator[DeclaredRule]:
    """The clauses that count failing rows, over the columns that the table has, each under its clause's id.

    Left out is what is told by the contract's own check alone: columns that are missing or hold another type than was
    promised, figures of statements, numbers of rows that must fail.

    Args:
        object_: The table's name in the contract.
        others: Tables that stand in the same engine.
    """
    promised, stored = by_name(as_promised(terms, object_, dataset, as_text=True)), by_name(dataset)
    types = {column.name: column.type for column in dataset.columns}
    for clause in terms.of(object_):
        found = [terms.column(object_, name, promised) for name in clause.columns]
        columns = [column for column in found if column is not None and column.type == types[column.name]]
        rule = _counted(clause, columns) if len(columns) == len(clause.columns) else None
        if rule is not None and (rule.reference is None or rule.reference in others):
            by = terms.column(object_, rule.by, stored) if rule.by else None
            yield replace(rule, by=by.name) if by else rule


def _counted(clause: Clause, columns: list[Column]) -> DeclaredRule | None:
    expected = clause.expected
    counts = expected.unit == "percent" or expected.maximum == 0
    if clause.rule is None or expected.maximum is None or not counts or not expected.hold(0):
        return None
    return replace(
        clause.rule,
        name=clause.id,
        columns=tuple(column.name for column in columns),
        description=clause.text.rstrip("."),
        severity=clause.severity,
        tolerance=min(1.0, expected.maximum / 100),
    )
