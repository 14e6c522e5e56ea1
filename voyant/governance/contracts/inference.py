"""A first draft of a contract, from what is known of a table: only what all of its rows say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from voyant.analysis.quality.declared.wording import described as described_rule
from voyant.domain.contract import Action, Contract
from voyant.domain.normalization import Normalization
from voyant.domain.profile import Profile
from voyant.domain.rule import DeclaredRule, ProposedRule, RuleKind
from voyant.domain.table import Column, ColumnType, Role
from voyant.governance.contracts.document import API_VERSIONS, KIND, ON_VIOLATION, contract_of
from voyant.governance.contracts.quality import ENGINE

_LOGICAL = {
    ColumnType.BOOLEAN: "boolean",
    ColumnType.INTEGER: "integer",
    ColumnType.DECIMAL: "number",
    ColumnType.FLOAT: "number",
    ColumnType.DATE: "date",
    ColumnType.TIMESTAMP: "timestamp",
    ColumnType.TIME: "time",
    ColumnType.TEXT: "string",
    ColumnType.NESTED: "object",
}
_IN_SCHEMA = frozenset({RuleKind.MISSING, RuleKind.TYPE})
FIRST_VERSION = "1.0.0"
SUGGESTED_BY = "voyantSuggestedBy"


def infer(normalization: Normalization, profile: Profile, proposed: Iterable[ProposedRule] = ()) -> Contract:
    """A draft that the table keeps: its columns with their types, which of them are complete, and its key.

    Args:
        proposed: Rules that the data suggest; each becomes a quality check of its column, which warns until a person
            who knows the data tightens it.
    """
    dataset = normalization.dataset
    stored = [column for column in dataset.columns if column.formula is None]
    key = _key(profile, stored)
    rules = [said for said in proposed if said.rule.kind not in _IN_SCHEMA and not _is_key(said.rule, key)]
    table: dict[str, Any] = {"name": dataset.name, "physicalType": "table"}
    table["properties"] = [_property(column, profile, key, rules) for column in stored]
    of_table = [_check(said) for said in rules if len(said.rule.columns) != 1]
    table["quality"] = [
        {"metric": "rowCount", "mustBeGreaterThan": 0, "description": "There are rows."},
        *of_table,
    ]
    document = {
        "apiVersion": API_VERSIONS[-1],
        "kind": KIND,
        "id": dataset.name,
        "name": dataset.name,
        "version": FIRST_VERSION,
        "status": "draft",
        **_silent_about(normalization.other_tables),
        "schema": [table],
        "customProperties": [{"property": ON_VIOLATION, "value": Action.BLOCK.value}],
    }
    return contract_of(document)


def _silent_about(tables: tuple[str, ...]) -> dict[str, Any]:
    if not tables:
        return {}
    return {"description": {"limitations": f"Nothing is promised of other tables of the source: {', '.join(tables)}."}}


def _key(profile: Profile, columns: list[Column]) -> tuple[str, ...]:
    """The shortest set of columns that identifies a row and is meant to; other sets do so by chance."""
    meant = {column.name for column in columns if column.role in {Role.IDENTIFIER, Role.TIME}}
    identifiers = {column.name for column in columns if column.role is Role.IDENTIFIER}
    return next((key for key in profile.keys if set(key) <= meant and set(key) & identifiers), ())


def _property(column: Column, profile: Profile, key: tuple[str, ...], rules: list[ProposedRule]) -> dict[str, Any]:
    described = profile.column(column.name)
    made: dict[str, Any] = {"name": column.name}
    if column.original_name != column.name:
        made["physicalName"] = column.original_name
    if column.unit is not None:
        made["description"] = f"In {column.unit}."
    if column.name in key:
        made |= {"primaryKey": True, "primaryKeyPosition": key.index(column.name) + 1}
    if column.type in _LOGICAL and described.count:
        made["logicalType"] = _LOGICAL[column.type]
    if described.nulls == 0 and described.count:
        made["required"] = True
    if column.personal is not None:
        made |= {"classification": "personal", "tags": [column.personal.value]}
    if checks := [_check(said, column.name) for said in rules if said.rule.columns == (column.name,)]:
        made["quality"] = checks
    return made


def _is_key(rule: DeclaredRule, key: tuple[str, ...]) -> bool:
    return rule.kind is RuleKind.UNIQUE and set(rule.columns) == set(key)


def _check(proposed: ProposedRule, column: str | None = None) -> dict[str, Any]:
    """A rule as the standard lets an engine bring its own; what suggests it is told apart from what it promises.

    Args:
        column: That it stands at, and so need not name.
    """
    plain: dict[str, Any] = msgspec.to_builtins(proposed.rule)
    usual: dict[str, Any] = msgspec.to_builtins(DeclaredRule(kind=proposed.rule.kind))
    said = {name: value for name, value in plain.items() if name == "kind" or value != usual[name]}
    for told_elsewhere in ("severity", *(("columns",) if column is not None else ())):
        said.pop(told_elsewhere, None)
    described = said.pop("description", "") or described_rule(proposed.rule)
    return {
        "type": "custom",
        "engine": ENGINE,
        "description": f"{described}.",
        "severity": "warning",
        "implementation": said,
        "customProperties": [{"property": SUGGESTED_BY, "value": proposed.reason}],
    }
