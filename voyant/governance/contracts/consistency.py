"""Whether a contract can be kept at all: what contradicts itself is refused before any data is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from voyant.governance.contracts.references import foreign_keys
from voyant.governance.contracts.refusal import refused

if TYPE_CHECKING:
    from open_data_contract_standard.model import (
        DataQuality,
        OpenDataContractStandard,
        SchemaObject,
        SchemaProperty,
    )

LIMITS = (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"))
COUNTS = ("minLength", "maxLength", "minItems", "maxItems")
OPERATORS = (
    *("mustBe", "mustNotBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo"),
    *("mustBeLessThan", "mustBeLessOrEqualTo", "mustBeBetween", "mustNotBeBetween"),
)
METRICS = ("nullValues", "missingValues", "invalidValues", "duplicateValues", "rowCount")


class _Identified(Protocol):
    id: str | None


def require_consistent(model: OpenDataContractStandard) -> None:
    """Lets a contract pass that data can keep.

    Raises:
        InvalidInput: Two elements share a name or id, limits exclude every value, what is required is not in the
            schema, or references form a circle.
    """
    tables = model.schema_ or []
    _require_names(tables, "the schema")
    _require_ids(tables, "the schema")
    for table in tables:
        _require_consistent_table(table)
    _require_ids(model.slaProperties or [], "slaProperties")
    _refuse_circles(tables)


def _require_consistent_table(table: SchemaObject) -> None:
    where = f"the table {table.name!r}"
    properties = table.properties or []
    _require_names(properties, where)
    _require_ids(properties, where)
    _require_ids(table.quality or [], where)
    named = {name for entry in properties for name in (entry.name, entry.physicalName) if name}
    for entry in properties:
        _require_consistent_property(entry, f"{table.name}.{entry.name}")
    for check in table.quality or ():
        _require_consistent_quality(check, where)
        listed = (check.arguments or {}).get("properties") or []
        _require_in_schema(listed if isinstance(listed, list) else [listed], named, f"{where}, {_called(check)}")
    positions = [p.primaryKeyPosition for p in properties if p.primaryKey and (p.primaryKeyPosition or 0) > 0]
    _refuse_twice(positions, f"{where} has two columns at the position {{}} of its primary key")
    for reference in table.relationships or ():
        columns = [reference.from_] if isinstance(reference.from_, str) else reference.from_ or []
        _require_in_schema([column.rpartition(".")[2] for column in columns], named, f"a reference of {where}")


def _require_consistent_property(entry: SchemaProperty, where: str) -> None:
    options = entry.logicalTypeOptions or {}
    for name in COUNTS:
        if name in options and (not isinstance(options[name], int) or options[name] < 0):
            raise refused(f"{where}: {name} is {options[name]!r}; it must be a whole number, 0 or more.")
    for low, high in LIMITS:
        _require_order(_limit(options, low), _limit(options, high), where, (low, high))
    inner = options.get("required")
    if isinstance(inner, list) and entry.properties:
        _require_in_schema(inner, {p.name for p in entry.properties or () if p.name}, where)
    for check in entry.quality or ():
        _require_consistent_quality(check, where)
    _require_names(entry.properties or [], where)
    for part in entry.properties or ():
        _require_consistent_property(part, f"{where}.{part.name}")


def _limit(options: dict[str, Any], name: str) -> tuple[Any, bool] | None:
    """The limit and whether it is exclusive, in the form of either version of the standard."""
    exclusive = options.get(f"exclusive{name[:1].upper()}{name[1:]}")
    if exclusive is not None and not isinstance(exclusive, bool):
        return exclusive, True
    return None if options.get(name) is None else (options[name], bool(exclusive))


def _require_order(low: tuple[Any, bool] | None, high: tuple[Any, bool] | None, where: str, names: Any) -> None:
    if low is None or high is None:
        return
    if isinstance(low[0], str) != isinstance(high[0], str):
        raise refused(f"{where}: {names[0]} {low[0]!r} and {names[1]} {high[0]!r} cannot be compared.")
    if low[0] > high[0] or (low[0] == high[0] and (low[1] or high[1])):
        raise refused(f"{where}: {names[0]} {low[0]!r} and {names[1]} {high[0]!r} leave no value between them.")


def _require_consistent_quality(check: DataQuality, where: str) -> None:
    where = f"{where}, {_called(check)}"
    metric = check.metric or check.rule
    if (check.type in {None, "library"}) and metric is not None and metric not in METRICS:
        raise refused(f"{where}: there is no metric {metric[:100]!r}; the standard has {', '.join(METRICS)}.")
    for name in ("mustBeBetween", "mustNotBeBetween"):
        limits = getattr(check, name)
        if limits is not None and limits[0] > limits[1]:
            raise refused(f"{where}: {name} is {limits}, of which the first is the larger.")
    low = [(check.mustBeGreaterThan, True), (check.mustBeGreaterOrEqualTo, False)]
    high = [(check.mustBeLessThan, True), (check.mustBeLessOrEqualTo, False)]
    for lower in low:
        for upper in high:
            if lower[0] is not None and upper[0] is not None:
                _require_order(lower, upper, where, ("the lower limit", "the upper limit"))


def _called(check: DataQuality) -> str:
    return f"quality {check.id or check.name or check.metric or check.rule or check.type or 'check'!r}"


def _require_names(entries: Sequence[Any], where: str) -> None:
    for entry in entries:
        if not entry.name or not entry.name.strip():
            raise refused(f"An element of {where} has no name.", remedy="Give each element a name.")
    _refuse_twice([entry.name.lower() for entry in entries], f"{where} has two elements named {{!r}}")


def _require_ids(entries: Iterable[_Identified], where: str) -> None:
    _refuse_twice([entry.id for entry in entries if entry.id], f"{where} has two elements of the id {{!r}}")


def _refuse_twice(values: Iterable[Any], message: str) -> None:
    seen: set[Any] = set()
    for value in values:
        if value in seen:
            told = message.format(value)
            raise refused(f"{told[:1].upper()}{told[1:]}.", remedy="Rename or remove one of them.")
        seen.add(value)


def _require_in_schema(names: Iterable[Any], known: set[str], where: str) -> None:
    for name in names:
        if name not in known:
            raise refused(
                f"{where[:1].upper()}{where[1:]} names {name!r}, which the schema lacks; "
                f"it has {', '.join(sorted(known)[:40])}.",
                remedy="Add the element to the schema, or correct the name.",
            )


def _refuse_circles(tables: Sequence[SchemaObject]) -> None:
    edges: dict[str, list[str]] = {}
    for key in foreign_keys(tables):
        for column, target in zip(key.columns, key.target_columns, strict=True):
            edges.setdefault(f"{key.table}.{column}", []).append(f"{key.target}.{target}")
    circle = _circle(edges)
    if circle:
        raise refused(
            f"References form a circle: {' → '.join(circle)}.", remedy="Let one of the columns refer to no other."
        )


def _circle(edges: dict[str, list[str]]) -> list[str]:
    done: set[str] = set()
    for start in edges:
        path: list[str] = []
        stack: list[Iterator[str]] = [iter([start])]
        while stack:
            node = next(stack[-1], None)
            if node is None:
                stack.pop()
                done.update(path[-1:])
                path = path[:-1]
            elif node in path:
                return [*path[path.index(node) :], node]
            elif node not in done:
                path.append(node)
                stack.append(iter(edges.get(node, ())))
    return []
