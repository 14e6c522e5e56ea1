"""What differs between two contracts, seen by whoever relies on the data.

A promise that is tightened or added wrongs no reader, though the provider has more to keep: it asks for a minor
version. One that is loosened or removed breaks a reader who relied on it, and so does one of which neither can be said:
it asks for a major version. What promises nothing asks for a patch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from voyant.domain.contract import Bounds, Bump, ChangeOfPromise, Contract, ContractChange, ContractDiff
from voyant.domain.serialization import to_compact_json
from voyant.governance.contracts import versions
from voyant.governance.contracts.document import model_of
from voyant.governance.contracts.promises import Order, Promise, described_of, promises_of

_BUMPS = list(Bump)
_WIDER_TYPES = {("integer", "number"), ("date", "timestamp")}
_LONGEST = 60


def diff(old: Contract, new: Contract) -> ContractDiff:
    """The changes from one contract to the other, breaking ones first.

    Raises:
        InvalidInput: One of them has no semantic version.
    """
    before, after = promises_of(model_of(old.document)), promises_of(model_of(new.document))
    changes = [*_promises(before, after), *_descriptions(old, new)]
    changes.sort(key=lambda change: (not change.breaking, -_BUMPS.index(change.bump)))
    bump = max((change.bump for change in changes), key=_BUMPS.index, default=Bump.NONE)
    wanted = versions.parse(old.version).grown_by(bump)
    return ContractDiff(
        old=f"{old.id}@{old.version}",
        new=f"{new.id}@{new.version}",
        changes=tuple(changes),
        breaking=any(change.breaking for change in changes),
        bump=bump,
        wanted=str(wanted),
        sufficient=versions.parse(new.version).precedence >= wanted.precedence,
    )


def text_of(found: ContractDiff) -> str:
    """The diff as people read one: a line for each change, and the version that it asks for."""
    signs = {ChangeOfPromise.ADDED: "+", ChangeOfPromise.REMOVED: "-"}
    width = max((len(change.element) for change in found.changes), default=0)
    lines = [f"{found.old} → {found.new}"]
    for change in found.changes:
        sign = signs.get(change.kind, "~")
        verdict = "BREAKING  " if change.breaking else "compatible"
        values = "" if change.kind in signs else f": {_shown(change.before)} → {_shown(change.after)}"
        lines.append(f"{sign} {change.element:<{width}}  {verdict}  {change.kind}{values}. {change.reason}")
    if not found.changes:
        return "\n".join([*lines, "They promise the same."])
    enough = "" if found.sufficient else f" {found.new.rpartition('@')[2]} is too small."
    return "\n".join([*lines, f"This asks for a {found.bump} version: {found.wanted} at least.{enough}"])


def _promises(before: dict[str, Promise], after: dict[str, Promise]) -> Iterator[ContractChange]:
    removed = [name for name, kept in before.items() if kept.order is Order.EXISTENCE and name not in after]
    added = [name for name, made in after.items() if made.order is Order.EXISTENCE and name not in before]
    for element in [*before, *(name for name in after if name not in before)]:
        old, new = before.get(element), after.get(element)
        gone_with = removed if old is not None else added
        if any(_is_below(element, name) for name in gone_with):
            continue  # the table or column itself says it
        if old is None and new is not None:
            yield _added(element, new)
        elif new is None and old is not None:
            yield _removed(element, old)
        elif old is not None and new is not None and old.value != new.value:
            yield _moved(element, old, new)


def _is_below(element: str, name: str) -> bool:
    return element != name and element.startswith((f"{name} ", f"{name}."))


def _added(element: str, promise: Promise) -> ContractChange:
    thing = promise.value if promise.order is Order.EXISTENCE else "promise"
    return ContractChange(
        element=element,
        kind=ChangeOfPromise.ADDED,
        before=None,
        after=_plain(promise.value),
        breaking=False,
        bump=Bump.MINOR,
        reason=f"A new {thing} takes nothing from readers.",
    )


def _removed(element: str, promise: Promise) -> ContractChange:
    exists = promise.order is Order.EXISTENCE
    return ContractChange(
        element=element,
        kind=ChangeOfPromise.REMOVED,
        before=_plain(promise.value),
        after=None,
        breaking=True,
        bump=Bump.MAJOR,
        reason=f"Whoever reads the {promise.value} finds nothing." if exists else "Readers can no longer rely on it.",
    )


_REASONS = {
    ChangeOfPromise.TIGHTENED: "What readers relied on still holds.",
    ChangeOfPromise.LOOSENED: "What readers relied on may no longer hold.",
    ChangeOfPromise.CHANGED: "It is another promise; the one that readers relied on is gone.",
}


def _moved(element: str, old: Promise, new: Promise) -> ContractChange:
    is_tighter = _COMPARED.get(new.order, _never) if old.order is new.order else _never
    kind = ChangeOfPromise.CHANGED
    if is_tighter(old.value, new.value):
        kind = ChangeOfPromise.TIGHTENED
    elif is_tighter(new.value, old.value):
        kind = ChangeOfPromise.LOOSENED
    breaking = kind is not ChangeOfPromise.TIGHTENED
    return ContractChange(
        element=element,
        kind=kind,
        before=_plain(old.value),
        after=_plain(new.value),
        breaking=breaking,
        bump=Bump.MAJOR if breaking else Bump.MINOR,
        reason=_REASONS[kind],
    )


def _never(_old: Any, _new: Any) -> bool:
    return False


def _is_larger(old: Any, new: Any) -> bool:
    return isinstance(old, str) == isinstance(new, str) and bool(new > old)


def _is_narrower(old: Bounds, new: Bounds) -> bool:
    """Whether every figure that the new bounds allow the old ones allow too."""
    if old.unit != new.unit or old.excluded or new.excluded:
        return False
    low = old.minimum is None or (
        new.minimum is not None and (new.minimum, new.exclusive_minimum) >= (old.minimum, old.exclusive_minimum)
    )
    high = old.maximum is None or (
        new.maximum is not None and (-new.maximum, new.exclusive_maximum) >= (-old.maximum, old.exclusive_maximum)
    )
    return low and high


_COMPARED: dict[Order, Callable[[Any, Any], bool]] = {
    Order.FLAG: lambda old, new: new and not old,
    Order.LOW: _is_larger,
    Order.HIGH: lambda old, new: _is_larger(new, old),
    Order.VALUES: lambda old, new: {_key(value) for value in new} < {_key(value) for value in old},
    Order.BOUNDS: _is_narrower,
    Order.TYPE: lambda old, new: (new, old) in _WIDER_TYPES,
}


def _key(value: Any) -> str:
    """A value of JSON as something that a set can hold; 1 and true are not the same."""
    return to_compact_json(value).decode()


def _descriptions(old: Contract, new: Contract) -> Iterator[ContractChange]:
    """Changes of what promises nothing; of tables and columns that both have."""
    before, after = described_of(old.document), described_of(new.document)
    owners = [
        {name for name, kept in promises_of(model_of(contract.document)).items() if kept.order is Order.EXISTENCE}
        for contract in (old, new)
    ]
    for element in [*before, *(name for name in after if name not in before)]:
        owner = element.rpartition(" ")[0]
        if owner and not all(owner in known for known in owners):
            continue
        if before.get(element) == after.get(element):
            continue
        kind = ChangeOfPromise.CHANGED
        if element not in before or element not in after:
            kind = ChangeOfPromise.ADDED if element in after else ChangeOfPromise.REMOVED
        yield ContractChange(
            element=element,
            kind=kind,
            before=before.get(element),
            after=after.get(element),
            breaking=False,
            bump=Bump.PATCH,
            reason="It promises nothing of the rows.",
        )


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Bounds) else value


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else to_compact_json(value).decode()
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
