"""A contract's document: read from YAML or plain data, held to the standard, written again.

What is kept is the document itself: the library's model drops elements that it does not know and those that are null,
and a contract must come back with all of them. The model says whether it is ODCS, and is what clauses are read from.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from voyant.domain.contract import Action, Contract, ContractStatus
from voyant.domain.serialization import to_compact_json
from voyant.governance.contracts.claims import entries_of
from voyant.governance.contracts.consistency import require_consistent
from voyant.governance.contracts.refusal import refused
from voyant.governance.contracts.yaml_text import DEEPEST, LARGEST_BYTES, read_yaml, write_yaml

if TYPE_CHECKING:
    from open_data_contract_standard.model import OpenDataContractStandard

API_VERSIONS = ("v3.0.0", "v3.0.1", "v3.0.2", "v3.1.0", "v3.2.0")
"""Of ODCS, that are understood; a contract that Voyant makes is of the last."""
REQUIRED = ("apiVersion", "kind", "id", "version")
_KINDS = {type(None): "empty", list: "a list", str: "a text"}
KIND = "DataContract"
ON_VIOLATION, SOURCE = "voyantOnViolation", "voyantSource"
MOST_SHOWN = 5

_FIRST = """
apiVersion kind id name version status tenant domain dataProduct description schema table property value
physicalName physicalType logicalType logicalTypeOptions primaryKey primaryKeyPosition required unique
type metric rule arguments query engine implementation mustBe mustNotBe mustBeGreaterThan mustBeGreaterOrEqualTo
mustBeLessThan mustBeLessOrEqualTo mustBeBetween mustNotBeBetween unit severity minimum maximum from to url role
properties quality relationships servers slaProperties team roles support price tags customProperties
"""
_ORDER = {name: place for place, name in enumerate(_FIRST.split())}
"""What people look for first stands first; a database may keep no order of its own."""

_STATUSES = {
    "proposed": ContractStatus.DRAFT,
    "draft": ContractStatus.DRAFT,
    "active": ContractStatus.ACTIVE,
    "deprecated": ContractStatus.DEPRECATED,
    "retired": ContractStatus.DEPRECATED,
}


def contract_of(given: str | bytes | dict[str, Any]) -> Contract:
    """The contract that YAML, JSON or plain data says.

    Raises:
        InvalidInput: It is no YAML, no ODCS of a version that is understood, or contradicts itself; the error says
            where.
    """
    document = given if isinstance(given, dict) else read_yaml(given)
    if not isinstance(document, dict):
        raise refused(
            f"The contract is {_KINDS.get(type(document), 'a single value')}, not a mapping of ODCS elements.",
            remedy=f"Begin with {', '.join(REQUIRED)}, as in: voyant contract infer SOURCE",
        )
    if isinstance(given, dict):
        _require_bounded(given)
    document = _ordered(document)
    model = model_of(document)
    require_consistent(model)
    properties = _custom(document)
    return Contract(
        id=str(document["id"]),
        name=model.name or str(document["id"]),
        version=str(document["version"]),
        status=_status(model.status),
        document=document,
        tables=tuple(table.name or "" for table in model.schema_ or ()),
        action=_action(properties.get(ON_VIOLATION)),
        source=_source(properties.get(SOURCE)),
    )


def model_of(document: dict[str, Any]) -> OpenDataContractStandard:
    """The document as the library knows it.

    Raises:
        InvalidInput: It is no ODCS, or of a version that is not understood.
    """
    from open_data_contract_standard.model import OpenDataContractStandard
    from pydantic import ValidationError

    _require_standard(document)
    try:
        return OpenDataContractStandard.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        fields = [(_place(entry["loc"]), entry["msg"]) for entry in found]
        told = "; ".join(f"{place}: {message}" for place, message in fields[:MOST_SHOWN])
        more = f"; and {len(fields) - MOST_SHOWN} more" if len(fields) > MOST_SHOWN else ""
        raise refused(
            f"The contract is no ODCS {document['apiVersion']}: {told}{more}.",
            remedy="Correct the named elements; https://bitol-io.github.io/open-data-contract-standard lists them all.",
            fields=[{"field": place, "problem": message} for place, message in fields[:100]],
        ) from None


def unknown_elements(document: dict[str, Any], model: OpenDataContractStandard) -> tuple[str, ...]:
    """The paths of elements that the standard does not know, such as misspelt ones."""
    return tuple(_unknown(document, model.model_dump(by_alias=True, exclude_unset=True), ""))


def yaml_of(contract: Contract) -> str:
    """The contract as YAML; reading it gives the same contract."""
    return write_yaml(_ordered(contract.document))


def with_status(contract: Contract, status: ContractStatus) -> Contract:
    """The contract with that status, in its document too; ``retired`` and the like stay where they mean the same."""
    if _status(contract.document.get("status")) is status:
        return replace(contract, status=status)
    return replace(contract, status=status, document=contract.document | {"status": status.value})


def with_source(contract: Contract, source_id: str) -> Contract:
    """The contract bound to that source."""
    return replace(contract, source=source_id, document=_with_custom(contract.document, SOURCE, source_id))


def with_action(contract: Contract, action: Action) -> Contract:
    """The contract with that action."""
    return replace(contract, action=action, document=_with_custom(contract.document, ON_VIOLATION, action.value))


def content_of(contract: Contract) -> bytes:
    """What the contract promises, without how far its life has come: equal for equal content."""
    return to_compact_json({name: value for name, value in contract.document.items() if name != "status"})


def _ordered(value: Any) -> Any:
    """The same with elements in one order, whatever the order they came in."""
    if isinstance(value, dict):
        return {name: _ordered(value[name]) for name in sorted(value, key=lambda n: (_ORDER.get(n, len(_ORDER)), n))}
    return [_ordered(entry) for entry in value] if isinstance(value, list | tuple) else value


def _require_standard(document: dict[str, Any]) -> None:
    missing = [name for name in REQUIRED if document.get(name) in (None, "")]
    if missing:
        raise refused(
            f"This is no ODCS contract: it lacks {', '.join(missing)}.",
            remedy=f"Give it {', '.join(REQUIRED)}; voyant contract infer SOURCE writes a whole one.",
            missing=missing,
        )
    if document["kind"] != KIND:
        raise refused(f"This is no ODCS contract: its kind is {str(document['kind'])[:100]!r}, not {KIND!r}.")
    if document["apiVersion"] not in API_VERSIONS:
        raise refused(
            f"The contract is of ODCS {str(document['apiVersion'])[:100]!r}; understood are {', '.join(API_VERSIONS)}.",
            remedy=f"Write it in ODCS {API_VERSIONS[-1]}.",
        )
    for name in ("id", "version"):
        if not isinstance(document[name], str):
            raise refused(f"{name} is {document[name]!r}, which is no text.", remedy=f'Quote it: {name}: "…"')


def _require_bounded(document: dict[str, Any]) -> None:
    try:
        size = len(to_compact_json(document))
    except RecursionError:
        size = LARGEST_BYTES + 1
    if size > LARGEST_BYTES or _depth(document) > DEEPEST:
        raise refused(f"The contract is larger than {LARGEST_BYTES:,} bytes, or deeper than {DEEPEST} levels.")


def _depth(value: Any, reached: int = 0) -> int:
    if reached > DEEPEST:
        return reached
    entries = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return max((_depth(entry, reached + 1) for entry in entries), default=reached)


def _status(given: str | None) -> ContractStatus:
    # The standard leaves the words open: of others nothing follows.
    return _STATUSES.get((given or "").lower(), ContractStatus.DRAFT)


def _action(given: Any) -> Action:
    if given is None:
        return Action.BLOCK
    if given not in list(Action):
        raise refused(f"{ON_VIOLATION} is {str(given)[:100]!r}; it may be {', '.join(Action)}.")
    return Action(given)


def _source(given: Any) -> str | None:
    if given is None or (isinstance(given, str) and given.startswith("src_")):
        return given
    raise refused(f"{SOURCE} is {str(given)[:100]!r}, which is no source id.", remedy="List them: voyant source list")


def _custom(document: dict[str, Any]) -> dict[str, Any]:
    entries = document.get("customProperties") or ()
    return {entry["property"]: entry.get("value") for entry in entries if entry.get("property") is not None}


def _with_custom(document: dict[str, Any], name: str, value: str) -> dict[str, Any]:
    entries = [entry for entry in document.get("customProperties") or () if entry.get("property") != name]
    return document | {"customProperties": [*entries, {"property": name, "value": value}]}


def _place(location: tuple[str | int, ...]) -> str:
    """Where, without the branches of unions, which the library's model names and a contract does not."""
    return "/".join(str(part) for part in location if not str(part)[:1].isupper() and "[" not in str(part)) or "it"


def _unknown(given: Any, known: Any, path: str) -> Iterator[str]:
    if isinstance(given, dict) and isinstance(known, dict):
        for name, entry in given.items():
            place = f"{path}/{name}" if path else name
            if name in known:
                yield from _unknown(entry, known[name], place)
            else:
                yield place
    elif isinstance(given, list) and isinstance(known, list):
        for (place, entry), like in zip(entries_of(given, path), known, strict=True):
            yield from _unknown(entry, like, place)
