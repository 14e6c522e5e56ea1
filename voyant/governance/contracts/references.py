"""Foreign keys of a contract, in whichever of the standard's notations they are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from voyant.governance.contracts.refusal import refused

if TYPE_CHECKING:
    from open_data_contract_standard.model import Relationship, SchemaObject


class ForeignKey(Struct, frozen=True, kw_only=True):
    """Columns of a table whose values stand in those of another.

    Attributes:
        path: Where it stands in the document.
        target: The table referred to, by its name in the contract where it is in it.
    """

    path: str
    table: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]


def foreign_keys(tables: Sequence[SchemaObject]) -> Iterator[ForeignKey]:
    """Those of all tables; references of other types, and to parts of nested values, are left out."""
    for table in tables:
        for position, relationship in enumerate(table.relationships or ()):
            path = f"schema/{table.name}/relationships/{position}"
            columns = tuple(column.rpartition(".")[2] for column in _listed(relationship.from_))
            yield from _key(tables, table, columns, relationship, path)
        for entry in table.properties or ():
            for position, relationship in enumerate(entry.relationships or ()):
                path = f"schema/{table.name}/properties/{entry.name}/relationships/{position}"
                yield from _key(tables, table, (entry.name or "",), relationship, path)


def _key(
    tables: Sequence[SchemaObject], table: SchemaObject, columns: tuple[str, ...], relationship: Relationship, path: str
) -> Iterator[ForeignKey]:
    if (relationship.type or "foreignKey") != "foreignKey":
        return
    targets = [_resolved(tables, target) for target in _listed(relationship.to)]
    if not targets or None in targets:
        return
    found = [target for target in targets if target is not None]
    if len(columns) != len(found) or len({name for name, _ in found}) != 1:
        raise refused(f"The reference at {path} has {len(columns)} columns on one side and {len(found)} on the other.")
    yield ForeignKey(
        path=path,
        table=table.name or "",
        columns=columns,
        target=found[0][0],
        target_columns=tuple(column for _, column in found),
    )


def _listed(given: str | list[str] | None) -> list[str]:
    return [given] if isinstance(given, str) else list(given or ())


def _resolved(tables: Sequence[SchemaObject], reference: str) -> tuple[str, str] | None:
    """Table and column of ``table.column`` or ``/schema/ID/properties/ID``; None of what is neither."""
    if reference.startswith("/schema/"):
        parts = reference.strip("/").split("/")
        if len(parts) != 4 or parts[2] != "properties":
            return None
        table = next((t for t in tables if parts[1] in {t.id, t.name}), None)
        entry = next((p for p in (table.properties or () if table else ()) if parts[3] in {p.id, p.name}), None)
        return (table.name or "", entry.name or "") if table and entry else None
    name, dot, column = reference.partition(".")
    if not dot or "." in column or "/" in reference:
        return None
    return next((t.name or "" for t in tables if name in {t.id, t.name, t.physicalName}), name), column
