"""A contract as clauses that can be checked, and what of it cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from voyant.domain.contract import Clause, ClauseKind, Contract, Coverage
from voyant.domain.rule import DeclaredRule, RuleKind
from voyant.domain.table import Column, Dataset
from voyant.governance.contracts import agreements, options, quality
from voyant.governance.contracts.claims import Claims, row_clause
from voyant.governance.contracts.document import model_of, unknown_elements
from voyant.governance.contracts.references import foreign_keys
from voyant.governance.contracts.types import length_of, of_logical_type, of_physical_type

if TYPE_CHECKING:
    from open_data_contract_standard.model import OpenDataContractStandard, SchemaObject, SchemaProperty

DATES_HOLD_TIMES = ("v3.0.0", "v3.0.1", "v3.0.2")


class Terms(Struct, frozen=True, kw_only=True):
    """What a contract comes to.

    Attributes:
        aliases: By table of the contract, the names that a table of the lake or a statement may call it by.
        physical: By table and column of the contract, how the source calls the column.
    """

    clauses: tuple[Clause, ...]
    coverage: Coverage
    aliases: dict[str, tuple[str, ...]]
    physical: dict[tuple[str, str], str]

    def of(self, table: str) -> tuple[Clause, ...]:
        """The clauses about one table of the contract."""
        return tuple(clause for clause in self.clauses if clause.table == table)

    def column(self, table: str, name: str, known: Mapping[str, Column]) -> Column | None:
        """The column of that data which the contract means: by its name, its name in the source, or physical name.

        Args:
            known: ``by_name`` of the data.
        """
        physical = self.physical.get((table, name), name)
        return known.get(name.lower()) or known.get(physical.lower())


def by_name(dataset: Dataset) -> Mapping[str, Column]:
    """The columns by their names and by those that the source has for them, in lower case."""
    known: dict[str, Column] = {}
    for column in dataset.columns:
        known.setdefault(column.name.lower(), column)
        known.setdefault(column.original_name.lower(), column)
    return known


def terms_of(contract: Contract, *, now: datetime) -> Terms:
    """The clauses of a contract, and for each element of it what enforces it or why nothing does.

    Args:
        now: That ages are measured from.
    """
    model = model_of(contract.document)
    claims = Claims()
    for table in model.schema_ or ():
        _claim_table(claims, model, table, f"schema/{table.name}")
    for key in foreign_keys(model.schema_ or []):
        _claim_reference(claims, key.path, key.table, key.columns, key.target, key.target_columns)
    agreements.claim(claims, model, now=now)
    unknown = frozenset(unknown_elements(contract.document, model))
    return Terms(
        clauses=tuple(claims.clauses),
        coverage=Coverage(elements=tuple(claims.elements(contract.document, unknown))),
        aliases={table.name or "": aliases_of(table) for table in model.schema_ or ()},
        physical={
            (table.name or "", entry.name or ""): entry.physicalName
            for table in model.schema_ or ()
            for entry in table.properties or ()
            if entry.physicalName
        },
    )


def aliases_of(table: SchemaObject) -> tuple[str, ...]:
    """The names that a table of the lake or a statement may call it by."""
    return tuple(dict.fromkeys(filter(None, (table.name, table.physicalName))))


def _claim_table(claims: Claims, model: OpenDataContractStandard, table: SchemaObject, path: str) -> None:
    name = table.name or ""
    for entry in table.properties or ():
        _claim_property(claims, model, table, entry, f"{path}/properties/{entry.name}")
    _claim_primary_key(claims, name, table.properties or [], path)
    for number, check in enumerate(table.quality or ()):
        quality.claim(claims, name, None, check, f"{path}/quality/{number}", aliases_of(table))


def _claim_property(
    claims: Claims, model: OpenDataContractStandard, object_: SchemaObject, entry: SchemaProperty, path: str
) -> None:
    table, column = object_.name or "", entry.name or ""
    subject = f"{table}.{column}"
    exists = Clause(
        id=f"{subject}:exists",
        path=f"{path}/name",
        table=table,
        kind=ClauseKind.SCHEMA,
        columns=(column,),
        text=f"There is a column {column}.",
    )
    claims.enforce(exists, *([f"{path}/physicalName"] if entry.physicalName else ()))
    _claim_types(claims, model, table, entry, path)
    if entry.required:
        claims.enforce(row_clause(table, (column,), f"{path}/required", "required", f"{column} is never missing.",
                            DeclaredRule(kind=RuleKind.MISSING, columns=(column,))))  # fmt: skip
    if entry.unique:
        claims.enforce(row_clause(table, (column,), f"{path}/unique", "unique", f"No value of {column} stands twice.",
                            DeclaredRule(kind=RuleKind.UNIQUE, columns=(column,))))  # fmt: skip
    options.claim(claims, table, entry, path)
    for number, check in enumerate(entry.quality or ()):
        quality.claim(claims, table, column, check, f"{path}/quality/{number}", aliases_of(object_))


def _claim_types(claims: Claims, model: OpenDataContractStandard, table: str, entry: SchemaProperty, path: str) -> None:
    column = entry.name or ""
    if entry.logicalType:
        times = model.apiVersion in DATES_HOLD_TIMES
        accepted = of_logical_type(entry.logicalType, dates_hold_times=times)
        _claim_type(claims, table, column, f"{path}/logicalType", "type", entry.logicalType, accepted)
    if entry.physicalType:
        place = f"{path}/physicalType"
        accepted = of_physical_type(entry.physicalType)
        _claim_type(claims, table, column, place, "physical_type", entry.physicalType, accepted)
        if (length := length_of(entry.physicalType)) is not None:
            text = f"{column} has at most {length:,} characters."
            rule = DeclaredRule(kind=RuleKind.LENGTH, columns=(column,), maximum=length)
            claims.enforce(row_clause(table, (column,), place, "physical_length", text, rule))


def _claim_type(
    claims: Claims, table: str, column: str, path: str, what: str, promised: str, accepted: Sequence[str]
) -> None:
    if not accepted:
        claims.leave(path, f"{promised!r} is no type that is known")
        return
    claims.enforce(
        Clause(
            id=f"{table}.{column}:{what}",
            path=path,
            table=table,
            kind=ClauseKind.SCHEMA,
            columns=(column,),
            text=f"{column} is of the type {promised}.",
            accepts=tuple(accepted),
        )
    )


def _claim_primary_key(claims: Claims, table: str, properties: Sequence[SchemaProperty], path: str) -> None:
    placed = [(number, entry) for number, entry in enumerate(properties) if entry.primaryKey]
    if not placed:
        return
    placed.sort(key=lambda pair: (pair[1].primaryKeyPosition or 0, pair[0]))
    columns = tuple(entry.name or "" for _, entry in placed)
    paths = [f"{path}/properties/{entry.name}/primaryKey" for _, entry in placed]
    text = (
        f"{' and '.join(columns)} together identify a row." if len(columns) > 1 else f"{columns[0]} identifies a row."
    )
    claims.enforce(
        Clause(
            id=f"{table}:primary_key",
            path=paths[0],
            table=table,
            kind=ClauseKind.ROWS,
            columns=columns,
            text=text,
            rule=DeclaredRule(kind=RuleKind.UNIQUE, columns=columns),
        ),
        *paths[1:],
    )
    for (_, entry), place in zip(placed, paths, strict=True):
        if not entry.required:
            column = entry.name or ""
            text = f"{column}, of the primary key, is never missing."
            rule = DeclaredRule(kind=RuleKind.MISSING, columns=(column,))
            claims.enforce(row_clause(table, (column,), place, "key_present", text, rule))


def _claim_reference(
    claims: Claims, path: str, table: str, columns: tuple[str, ...], target: str, target_columns: tuple[str, ...]
) -> None:
    named, meant = " and ".join(columns), " and ".join(target_columns)
    rule = DeclaredRule(kind=RuleKind.REFERENCE, columns=columns, reference=target, reference_columns=target_columns)
    claims.enforce(row_clause(table, columns, path, "reference", f"Each {named} stands in {meant} of {target}.", rule))
