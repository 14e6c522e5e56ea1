"""A contract as promises that can be held against those of another."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from voyant.domain.serialization import to_compact_json
from voyant.governance.contracts.agreements import SECONDS
from voyant.governance.contracts.quality import expected_of
from voyant.governance.contracts.references import foreign_keys

if TYPE_CHECKING:
    from open_data_contract_standard.model import (
        DataQuality,
        OpenDataContractStandard,
        SchemaProperty,
        ServiceLevelAgreementProperty,
    )


class Order(StrEnum):
    """How values of a promise compare."""

    EXISTENCE = "existence"  # of a table or a column
    FLAG = "flag"  # true promises something
    LOW = "low"  # a lower limit: the larger, the tighter
    HIGH = "high"  # an upper limit: the smaller, the tighter
    VALUES = "values"  # allowed ones: the fewer, the tighter
    BOUNDS = "bounds"  # of a figure: the narrower, the tighter
    TYPE = "type"
    EQUAL = "equal"  # of two values that differ neither can be said to be tighter


class Promise(Struct, frozen=True):
    """What is promised of an element, and how such values compare."""

    order: Order
    value: Any


_OPTIONS = {
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), Order.LOW),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), Order.HIGH),
}
_SERVICE = {
    **dict.fromkeys(("latency", "ly", "freshness", "errorrate", "er", "frequency", "fy"), Order.HIGH),
    **dict.fromkeys(("timetodetect", "td", "timetonotify", "tn", "timetorepair", "tr"), Order.HIGH),
    **dict.fromkeys(("availability", "av", "throughput", "th", "retention", "re", "completeness"), Order.LOW),
    **dict.fromkeys(("endofsupport", "es", "endoflife", "el"), Order.LOW),
}


def promises_of(model: OpenDataContractStandard) -> dict[str, Promise]:
    """By element, such as ``orders.amount minimum``; a table or column comes before what is promised of it."""
    found: dict[str, Promise] = {}
    for table in model.schema_ or ():
        name = table.name or ""
        found[name] = Promise(Order.EXISTENCE, "table")
        for entry in table.properties or ():
            found |= _of_column(f"{name}.{entry.name}", entry)
        key = [entry.name for entry in table.properties or () if entry.primaryKey]
        if key:
            found[f"{name} primaryKey"] = Promise(Order.EQUAL, key)
        found |= _of_quality(name, table.quality or [])
    for reference in foreign_keys(model.schema_ or []):
        element = f"{reference.table}.{','.join(reference.columns)} reference to {reference.target}"
        found[element] = Promise(Order.EQUAL, list(reference.target_columns))
    for agreed in model.slaProperties or ():
        found |= _of_service(agreed)
    return found


def described_of(document: dict[str, Any]) -> dict[str, Any]:
    """What the contract says besides its promises, by element, as far as it promises nothing."""
    left_out = {"version", "status", "schema", "slaProperties", "apiVersion"}
    found = {name: value for name, value in document.items() if name not in left_out}
    for entry in found.pop("customProperties", None) or ():
        found[f"customProperties/{entry.get('property')}"] = entry.get("value")
    for table in document.get("schema") or ():
        name = table.get("name")
        found |= {f"{name} {key}": value for key, value in table.items() if key not in _OF_TABLES}
        for entry in table.get("properties") or ():
            column = f"{name}.{entry.get('name')}"
            found |= {f"{column} {key}": value for key, value in entry.items() if key not in _OF_COLUMNS}
    return found


_OF_TABLES = frozenset({"name", "properties", "quality", "relationships"})
_OF_COLUMNS = frozenset(
    {"name", "logicalType", "physicalType", "logicalTypeOptions", "required", "unique", "primaryKey", "enum"}
    | {"quality", "relationships", "primaryKeyPosition"}
)


def _of_column(element: str, entry: SchemaProperty) -> dict[str, Promise]:
    found = {element: Promise(Order.EXISTENCE, "column")}
    for name in ("logicalType", "physicalType"):
        if (value := getattr(entry, name)) is not None:
            found[f"{element} {name}"] = Promise(Order.TYPE, value)
    for name in ("required", "unique"):
        if getattr(entry, name):
            found[f"{element} {name}"] = Promise(Order.FLAG, True)
    for name, value in (entry.logicalTypeOptions or {}).items():
        found[f"{element} {name}"] = Promise(_order_of(name, value), value)
    if entry.enum:
        found[f"{element} enum"] = Promise(Order.VALUES, [allowed.value for allowed in entry.enum])
    return found | _of_quality(element, entry.quality or [])


def _order_of(name: str, value: Any) -> Order:
    return Order.FLAG if isinstance(value, bool) else _OPTIONS.get(name, Order.EQUAL)


def _of_quality(element: str, checks: list[DataQuality]) -> dict[str, Promise]:
    found: dict[str, Promise] = {}
    for check in checks:
        called = (
            check.id or check.name or " ".join(filter(None, (check.metric or check.rule or check.type, _what(check))))
        )
        wanted, number = f"{element} quality {called}", 1
        while (name := wanted if number == 1 else f"{wanted} ({number})") in found:
            number += 1
        expected = expected_of(check)
        found[f"{name} rule"] = Promise(Order.EQUAL, _what(check) or check.metric or check.rule or check.description)
        if expected is not None:
            found[name] = Promise(Order.BOUNDS, replace(expected, unit=check.unit or expected.unit))
    return found


def _what(check: DataQuality) -> str:
    """What the figure is of, besides the metric."""
    said = check.query or check.implementation or check.arguments
    return "" if not said else said if isinstance(said, str) else to_compact_json(said).decode()


def _of_service(agreed: ServiceLevelAgreementProperty) -> dict[str, Promise]:
    name = " ".join(filter(None, ("SLA", agreed.property, agreed.element, agreed.driver)))
    order, value = _SERVICE.get((agreed.property or "").lower(), Order.EQUAL), agreed.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = value * SECONDS.get((agreed.unit or "").lower(), 1)
    elif order is not Order.LOW or not isinstance(value, str):
        order = Order.EQUAL
    return {name: Promise(order, value)}
