"""What is made of each element of a document: clauses, or the reason why there are none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from voyant.domain.contract import Clause, ClauseKind, CoveredElement
from voyant.domain.rule import DeclaredRule

_DESCRIBES = "it describes, and promises nothing of the rows"
_REASONS = {
    "apiVersion": "it says how the contract is written",
    "kind": "it says how the contract is written",
    "id": "it names",
    "name": "it names",
    "version": "it names this version; voyant contract diff compares two",
    "status": "it says whether the contract is in force",
    "tenant": "it names whose contract it is",
    "servers": "where the data stands is the source's address, which the caller gives",
    "team": "people are no rows",
    "roles": "who may read is for the system that serves the data",
    "support": "where people ask is no matter of rows",
    "price": "prices are no matter of rows",
    "slaDefaultElement": "it is used where an SLA property names no element",
    "voyantOnViolation": "it says what is done with data that breaks the contract",
    "voyantSource": "it says which source the contract is for",
    "severity": "it says what a broken clause is worth",
    "schedule": "a check runs with each load and each analysis, not by a clock",
    "scheduler": "a check runs with each load and each analysis, not by a clock",
    "encryptedName": "which column holds the encrypted form is not looked at",
    "partitioned": "how the provider partitions cannot be seen in the rows",
    "partitionKeyPosition": "how the provider partitions cannot be seen in the rows",
    "required": "false promises nothing",
    "unique": "false promises nothing",
    "primaryKey": "false promises nothing",
    "primaryKeyPosition": "it orders the columns of the primary key",
    "properties": "parts of nested values are not looked at",
    "items": "parts of nested values are not looked at",
    "map": "parts of nested values are not looked at",
    "relationships": "only foreign keys of whole columns can be checked",
    "quality": "it cannot be checked",
    "schema": "there is nothing in it",
    "slaProperties": "there is nothing in it",
}
_PROMISES = frozenset({"properties", "items", "map", "relationships", "quality"})
UNKNOWN = "the standard has no such element here: kept, and never looked at"


class Claims(Struct):
    """Collects clauses with the elements that they come from.

    Attributes:
        reasons: By path, why what stands there is not enforced.
    """

    clauses: list[Clause] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    _enforced: dict[str, list[str]] = field(default_factory=dict)
    _ids: set[str] = field(default_factory=set)
    _parents: set[str] = field(default_factory=set)

    def enforce(self, clause: Clause, *also: str) -> None:
        """Keeps the clause; numbered where another has its id.

        Args:
            also: Paths of further elements that it enforces.
        """
        wanted, number = clause.id, 1
        while clause.id in self._ids:
            number += 1
            clause = replace(clause, id=f"{wanted}:{number}")
        self._ids.add(clause.id)
        self.clauses.append(clause)
        for path in (clause.path, *also):
            self._enforced.setdefault(path, []).append(clause.id)
            self._parents.update(_above(path))

    def leave(self, path: str, reason: str) -> None:
        """Says why what stands there is not enforced."""
        self.reasons[path] = reason
        self._parents.update(_above(path))

    def is_said(self, path: str) -> bool:
        """Whether it is known what becomes of what stands there."""
        return path in self._enforced or path in self.reasons

    def elements(self, document: dict[str, Any], unknown: frozenset[str]) -> Iterator[CoveredElement]:
        """Every element of the document once: itself, or by the one above it that says the same for all below."""
        parents = self._parents | {parent for path in unknown for parent in _above(path)}
        yield from self._below(document, "", "", unknown, parents)

    def _below(
        self, value: Any, path: str, name: str, unknown: frozenset[str], parents: set[str]
    ) -> Iterator[CoveredElement]:
        if path in self._enforced:
            yield CoveredElement(path=path, clauses=tuple(self._enforced[path]))
        elif path in unknown:
            yield CoveredElement(path=path, reason=UNKNOWN)
        elif path and path not in parents:
            reason = self.reasons.get(path) or _REASONS.get(name, _DESCRIBES)
            yield CoveredElement(path=path, reason=reason, is_promise=path in self.reasons or name in _PROMISES)
        if path in parents or not path:
            for place, entry in entries_of(value, path):
                below = _name(place.rpartition("/")[2] if isinstance(value, dict) else name, entry)
                yield from self._below(entry, place, below, unknown, parents)


def entries_of(value: dict[str, Any] | list[Any], path: str) -> Iterator[tuple[str, Any]]:
    """What stands right below, with its path: tables and columns by their names, which people know, and not by number.

    >>> list(entries_of([{"name": "orders"}], "schema"))
    [('schema/orders', {'name': 'orders'})]
    """
    if isinstance(value, dict):
        yield from ((f"{path}/{key}" if path else key, entry) for key, entry in value.items())
        return
    is_named = path.rpartition("/")[2] in {"schema", "properties"}
    for number, entry in enumerate(value):
        named = entry.get("name") if is_named and isinstance(entry, dict) else None
        yield f"{path}/{named or number}", entry


def row_clause(table: str, columns: tuple[str, ...], path: str, what: str, text: str, rule: DeclaredRule) -> Clause:
    """A clause on single rows, none of which may fail."""
    return Clause(
        id=f"{table}.{','.join(columns)}:{what}",
        path=path,
        table=table,
        kind=ClauseKind.ROWS,
        columns=columns,
        text=text,
        rule=rule,
    )


def _above(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _name(key: str, entry: Any) -> str:
    """The element's own name; a custom property has one of its own."""
    return str(entry.get("property", key)) if key == "customProperties" and isinstance(entry, dict) else key
