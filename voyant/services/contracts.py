"""Contracts: kept in versions, put in force, shown, compared."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from msgspec import Struct

from voyant.domain.caller import Caller
from voyant.domain.contract import Action, Contract, ContractDiff, ContractStatus, Coverage
from voyant.domain.ids import new_id
from voyant.domain.page import Page, page_of
from voyant.errors import Code, Conflict, InvalidInput
from voyant.services.access import contract_row_of, contracts_of, no_contract, source_of
from voyant.store.locks import Lock, alone
from voyant.store.models import Contract as ContractRow

LONGEST_ID = 200


class ContractSummary(Struct, frozen=True, kw_only=True):
    """A version of a contract as lists show it.

    Attributes:
        source: That it is bound to; None where its tables' names alone say what it is for.
    """

    id: str
    version: str
    name: str
    status: ContractStatus
    action: Action
    tables: tuple[str, ...]
    source: str | None
    created_at: datetime
    activated_at: datetime | None


def create(caller: Caller, given: str | bytes | dict[str, Any], *, source_id: str | None = None) -> ContractSummary:
    """Keeps a contract as a draft, whatever status its document has; one that is kept already stays as it is.

    Args:
        given: YAML, JSON, or plain data.
        source_id: The source that it is bound to, whatever its table is called.

    Raises:
        InvalidInput: It is no contract that can be kept.
        Conflict: The same version is there with other content.
        NotFound: There is no such source.
    """
    from voyant.governance.contracts import content_of, with_source, with_status

    contract = _usable(given)
    _require_keepable(contract)
    if source_id is not None:
        contract = with_source(contract, source_id)
    if contract.source is not None:
        source_of(caller, contract.source)
    draft = with_status(contract, ContractStatus.DRAFT)
    content = sha256(content_of(draft)).hexdigest()
    with alone(Lock.CONTRACTS):
        row = contracts_of(caller).filter(contract_id=draft.id, version=draft.version).first()
        if row is not None and row.content != content:
            raise Conflict(
                f"The contract {draft.id} {draft.version} is kept already, with other content.",
                code=Code.CONTRACT_STANDS,
                data={"id": draft.id, "version": draft.version, "status": row.status},
            )
        row = row or ContractRow.objects.create(
            id=new_id("ctr"),
            tenant=caller.tenant,
            subject=caller.subject,
            contract_id=draft.id,
            version=draft.version,
            name=draft.name,
            status=draft.status,
            action=draft.action,
            content=content,
            document=draft.document,
            tables=list(draft.tables),
            source=draft.source or "",
        )
    return _summary(row)


def contract_from(caller: Caller, given: str | dict[str, Any]) -> Contract:
    """The contract that a file, YAML, an id or ``ID@VERSION`` means; a path that exists goes first.

    Raises:
        NotFound: There is no such contract.
        InvalidInput: It is none.
    """
    if isinstance(given, dict) or "\n" in given or given.lstrip().startswith("{"):
        return _usable(given)
    # To whom this machine's files are not told, none is there.
    if caller.may_read_files and os.path.isfile(given):  # noqa: PTH113 - any text may stand here, this refuses none
        return _usable(_bytes_of(Path(given)))
    contract_id, _, version = given.rpartition("@") if "@" in given else (given, "", "")
    return show(caller, contract_id, version or None)


def list_contracts(
    caller: Caller, *, limit: int = 20, cursor: str | None = None, status: ContractStatus | None = None
) -> Page[ContractSummary]:
    """The caller's contracts, a version each, those kept last first, a page at a time."""
    rows = contracts_of(caller)
    if status is not None:
        rows = rows.filter(status=status)
    if cursor is not None:
        rows = rows.filter(id__lt=cursor)
    found = list(rows[: limit + 1])
    page = page_of(found, limit, lambda row: row.id)
    return Page(items=tuple(map(_summary, page.items)), next_cursor=page.next_cursor)


def versions_of(caller: Caller, contract_id: str) -> tuple[ContractSummary, ...]:
    """All versions of a contract, the latest first.

    Raises:
        NotFound: There is no such contract.
    """
    rows = _by_version(caller, contract_id)
    if not rows:
        raise no_contract(caller, contract_id)
    return tuple(map(_summary, rows))


def show(caller: Caller, contract_id: str, version: str | None = None) -> Contract:
    """A version of a contract; where none is named the one in force, or else the latest.

    Raises:
        NotFound: There is none.
    """
    if version is not None:
        return _contract(contract_row_of(caller, contract_id, version))
    rows = _by_version(caller, contract_id)
    if not rows:
        raise no_contract(caller, contract_id)
    return _contract(next((row for row in rows if row.status == ContractStatus.ACTIVE), rows[0]))


def coverage_of(contract: Contract) -> Coverage:
    """What of a contract is enforced, and why the rest is not."""
    from voyant.governance.contracts import terms_of

    return terms_of(contract, now=datetime.now(UTC)).coverage


def activate(caller: Caller, contract_id: str, version: str) -> ContractSummary:
    """Puts a version in force and the one before it out of force, both at once; nothing changes where it is already.

    Raises:
        NotFound: There is no such version.
        Conflict: It was deprecated.
    """
    with alone(Lock.CONTRACTS):
        row = contract_row_of(caller, contract_id, version)
        if row.status == ContractStatus.DEPRECATED:
            raise Conflict(
                f"The contract {contract_id} {version} was deprecated, and does not come back into force.",
                code=Code.CONTRACT_STANDS,
                remedy="Add it under a new version, and activate that.",
            )
        if row.status == ContractStatus.DRAFT:
            now = datetime.now(UTC)
            active = contracts_of(caller).filter(contract_id=contract_id, status=ContractStatus.ACTIVE)
            active.update(status=ContractStatus.DEPRECATED, deprecated_at=now)
            ContractRow.objects.filter(id=row.id).update(status=ContractStatus.ACTIVE, activated_at=now)
    return _summary(contract_row_of(caller, contract_id, version))


def deprecate(caller: Caller, contract_id: str, version: str) -> ContractSummary:
    """Puts a version out of force for good; nothing changes where it is already.

    Raises:
        NotFound: There is no such version.
    """
    with alone(Lock.CONTRACTS):
        row = contract_row_of(caller, contract_id, version)
        rows = ContractRow.objects.filter(id=row.id).exclude(status=ContractStatus.DEPRECATED)
        rows.update(status=ContractStatus.DEPRECATED, deprecated_at=datetime.now(UTC))
    return _summary(contract_row_of(caller, contract_id, version))


def remove(caller: Caller, contract_id: str, version: str) -> ContractSummary:
    """Removes a draft; tells what it was.

    Raises:
        NotFound: There is no such version.
        Conflict: It is or was in force: results refer to it.
    """
    with alone(Lock.CONTRACTS):
        row = contract_row_of(caller, contract_id, version)
        removed = _summary(row)
        if removed.status is not ContractStatus.DRAFT:
            raise Conflict(
                f"The contract {contract_id} {version} is {removed.status}; only drafts can be removed.",
                code=Code.CONTRACT_STANDS,
                remedy=f"Put it out of force with: voyant contract deprecate {contract_id}@{version}",
            )
        row.delete()
    return removed


def active_contract(tenant: str, source_id: str, table: str) -> Contract | None:
    """The contract in force for a table: one bound to its source goes before one that names the table.

    Of several the one put in force last.
    """
    rows = ContractRow.objects.filter(tenant=tenant, status=ContractStatus.ACTIVE).order_by("-activated_at", "-id")
    named = [row for row in rows if row.source in {"", source_id} and _is_for(row, source_id, table)]
    found = next((row for row in named if row.source), named[0] if named else None)
    return None if found is None else _contract(found)


def compare(caller: Caller, old: str | dict[str, Any], new: str | dict[str, Any]) -> ContractDiff:
    """What differs between two contracts, each given as ``contract_from`` takes it."""
    from voyant.governance.contracts import diff

    return diff(contract_from(caller, old), contract_from(caller, new))


def _usable(given: str | bytes | dict[str, Any]) -> Contract:
    """The contract, each clause of which can be made: its statements and rules are looked at too."""
    from voyant.governance.contracts import contract_of, terms_of

    contract = contract_of(given)
    terms_of(contract, now=datetime.now(UTC))
    return contract


def _bytes_of(path: Path) -> bytes:
    """What the file holds, or one byte more than a contract may have."""
    from voyant.governance.contracts.yaml_text import LARGEST_BYTES

    try:
        with path.open("rb") as file:
            return file.read(LARGEST_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"{str(path)!r} cannot be read: {error.strerror}.", code=Code.UNREADABLE) from None


def _require_keepable(contract: Contract) -> None:
    from voyant.governance.contracts import versions

    versions.parse(contract.version)
    bad = [sign for sign in contract.id if sign in "/@?#%\\" or sign.isspace() or not sign.isprintable()]
    if bad or len(contract.id) > LONGEST_ID:
        raise InvalidInput(
            f"The contract's id {contract.id[:100]!r} cannot be named in a command or an address.",
            code=Code.BAD_CONTRACT,
            remedy=f"Use at most {LONGEST_ID} letters, digits and signs such as - . _ : without spaces.",
        )
    if not contract.tables:
        raise InvalidInput(
            f"The contract {contract.id} has no schema: there is nothing to hold data against.",
            code=Code.BAD_CONTRACT,
            remedy="Give it a schema with the tables that it is about.",
        )


def _is_for(row: ContractRow, source_id: str, table: str) -> bool:
    if row.source:
        return row.source == source_id
    return table.lower() in {str(name).lower() for name in row.tables}


def _by_version(caller: Caller, contract_id: str) -> list[ContractRow]:
    from voyant.governance.contracts import versions

    rows = contracts_of(caller).filter(contract_id=contract_id)
    return sorted(rows, key=lambda row: versions.parse(row.version).precedence, reverse=True)


def _contract(row: ContractRow) -> Contract:
    from voyant.governance.contracts import contract_of, with_status

    return with_status(contract_of(row.document), ContractStatus(row.status))


def _summary(row: ContractRow) -> ContractSummary:
    return ContractSummary(
        id=row.contract_id,
        version=row.version,
        name=row.name,
        status=ContractStatus(row.status),
        action=Action(row.action),
        tables=tuple(row.tables),
        source=row.source or None,
        created_at=row.created_at,
        activated_at=row.activated_at,
    )
