"""Contracts are kept in versions, of which one is in force."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.governance.contracts.documents import action, column, document
from voyant.domain.caller import Caller
from voyant.domain.contract import ContractStatus, Outcome
from voyant.errors import Code, Conflict, InvalidInput, NotFound
from voyant.governance.contracts import contract_of, yaml_of
from voyant.services import contract_checks, contracts
from voyant.services.analysis import analyze
from voyant.services.sources import source_from

ACTIVE, DRAFT, DEPRECATED = ContractStatus.ACTIVE, ContractStatus.DRAFT, ContractStatus.DEPRECATED


def states(caller: Caller) -> dict[str, ContractStatus]:
    return {kept.version: kept.status for kept in contracts.versions_of(caller, "orders")}


def test_a_contract_begins_as_a_draft_whatever_it_says(caller: Caller) -> None:
    kept = contracts.create(caller, document() | {"status": "active"})
    assert (kept.id, kept.version, kept.status, kept.tables) == ("orders", "1.0.0", DRAFT, ("orders",))
    assert contracts.show(caller, "orders").document["status"] == "draft"


@pytest.mark.parametrize("form", ["plain", "yaml", "bytes"])
def test_it_comes_back_as_it_was_given(caller: Caller, form: str) -> None:
    given = contract_of(document(column("Ärger", required=True), team={"name": "us"}))
    forms = {"plain": given.document, "yaml": yaml_of(given), "bytes": yaml_of(given).encode()}
    contracts.create(caller, forms[form])
    assert contracts.show(caller, "orders", "1.0.0") == given


def test_the_same_again_changes_nothing_and_other_content_is_refused(caller: Caller) -> None:
    first = contracts.create(caller, document())
    assert contracts.create(caller, document() | {"status": "proposed"}) == first
    with pytest.raises(Conflict) as caught:
        contracts.create(caller, document(column("other")))
    assert (caught.value.code, caught.value.data["status"]) == (Code.CONTRACT_STANDS, "draft")
    assert contracts.create(caller, document(column("other"), version="1.1.0")).version == "1.1.0"


def test_one_version_is_in_force(caller: Caller) -> None:
    for version in ("1.0.0", "1.10.0", "1.9.0"):
        contracts.create(caller, document(version=version))
    assert list(states(caller)) == ["1.10.0", "1.9.0", "1.0.0"]
    contracts.activate(caller, "orders", "1.0.0")
    assert contracts.show(caller, "orders").version == "1.0.0"
    activated = contracts.activate(caller, "orders", "1.9.0")
    assert activated.activated_at is not None
    assert states(caller) == {"1.10.0": DRAFT, "1.9.0": ACTIVE, "1.0.0": DEPRECATED}
    assert contracts.activate(caller, "orders", "1.9.0") == activated
    contracts.deprecate(caller, "orders", "1.9.0")
    assert contracts.show(caller, "orders").version == "1.10.0"
    with pytest.raises(Conflict, match="does not come back"):
        contracts.activate(caller, "orders", "1.9.0")
    assert contracts.show(caller, "orders", "1.9.0").document["status"] == "deprecated"


def test_only_drafts_are_removed(caller: Caller) -> None:
    contracts.create(caller, document())
    contracts.create(caller, document(version="2.0.0"))
    contracts.activate(caller, "orders", "2.0.0")
    assert contracts.remove(caller, "orders", "1.0.0").version == "1.0.0"
    with pytest.raises(Conflict, match="only drafts"):
        contracts.remove(caller, "orders", "2.0.0")
    assert list(states(caller)) == ["2.0.0"]


def test_what_is_not_there_is_said_with_what_is(caller: Caller) -> None:
    with pytest.raises(NotFound) as caught:
        contracts.show(caller, "orders")
    assert caught.value.code is Code.NO_CONTRACT
    contracts.create(caller, document())
    for act in (contracts.show, contracts.activate, contracts.deprecate, contracts.remove):
        with pytest.raises(NotFound, match=r"it has 1\.0\.0") as caught:
            act(caller, "orders", "7.0.0")
        assert caught.value.data == {"versions": ["1.0.0"]}


def test_contracts_of_others_are_not_there(caller: Caller, other_caller: Caller, tmp_path: Path) -> None:
    contracts.create(caller, document(column("absent")))
    contracts.activate(caller, "orders", "1.0.0")
    assert contracts.list_contracts(other_caller).items == ()
    for act in (contracts.show, contracts.activate, contracts.deprecate, contracts.remove):
        with pytest.raises(NotFound):
            act(other_caller, "orders", "1.0.0")
    path = tmp_path / "orders.csv"
    path.write_text("a\n1\n2\n")
    analyze(other_caller, source_from(other_caller, str(path)), kind="ingest")


def test_lists_come_a_page_at_a_time(caller: Caller) -> None:
    for number in range(5):
        contracts.create(caller, document(version=f"1.{number}.0"))
    contracts.activate(caller, "orders", "1.2.0")
    first = contracts.list_contracts(caller, limit=3)
    rest = contracts.list_contracts(caller, limit=3, cursor=first.next_cursor)
    assert [kept.version for kept in (*first.items, *rest.items)] == ["1.4.0", "1.3.0", "1.2.0", "1.1.0", "1.0.0"]
    assert rest.next_cursor is None
    assert [kept.version for kept in contracts.list_contracts(caller, status=ACTIVE).items] == ["1.2.0"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"id": "a/b"}, "cannot be named"),
        ({"id": "a@b"}, "cannot be named"),
        ({"id": "a b"}, "cannot be named"),
        ({"id": "x" * 300}, "cannot be named"),
        ({"version": "latest"}, "no semantic version"),
        ({"schema": []}, "has no schema"),
    ],
)
def test_what_cannot_be_kept_is_refused(caller: Caller, change: dict[str, object], told: str) -> None:
    with pytest.raises(InvalidInput, match=told) as caught:
        contracts.create(caller, document() | change)
    assert caught.value.code is Code.BAD_CONTRACT


def test_what_is_kept_is_looked_at_to_its_statements(caller: Caller) -> None:
    hostile = document(column("a", quality=[{"type": "sql", "query": "DROP TABLE orders", "mustBe": 0}]))
    for take in (lambda: contracts.create(caller, hostile), lambda: contracts.contract_from(caller, hostile)):
        with pytest.raises(InvalidInput):
            take()


def test_a_contract_is_bound_to_a_source_that_is_there(caller: Caller, tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        contracts.create(caller, document(), source_id="src_none")
    assert caught.value.code is Code.NO_SOURCE


def test_a_name_a_file_and_a_text_mean_a_contract(caller: Caller, tmp_path: Path) -> None:
    contracts.create(caller, document())
    contracts.create(caller, document(version="1.1.0"))
    path = tmp_path / "c.yaml"
    path.write_text(yaml_of(contract_of(document(version="3.0.0"))))
    found = {
        given: contracts.contract_from(caller, given).version
        for given in ("orders", "orders@1.0.0", str(path), path.read_text())
    }
    assert list(found.values()) == ["1.1.0", "1.0.0", "3.0.0", "3.0.0"]
    with pytest.raises(NotFound):
        contracts.contract_from(Caller(tenant=caller.tenant, subject="afar"), str(path))


def test_a_draft_is_kept_by_what_it_was_drafted_from_and_broken_by_worse(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "Orders 2024.csv"
    rows = [f"{n},p{n}@example.com,{n % 7}.5,2024-01-{n % 28 + 1:02}" for n in range(1, 60)]
    path.write_text("Order ID,Email,Amount (EUR),Day\n" + "\n".join(rows) + "\n")
    source = source_from(caller, str(path))
    draft = contract_checks.infer(caller, source)
    assert contract_of(yaml_of(draft)) == draft
    [table] = draft.document["schema"]
    said = {entry["name"]: entry for entry in table["properties"]}
    assert table["name"] == draft.id == "orders_2024"
    assert said["order_id"] == {
        "name": "order_id", "physicalName": "Order ID", "logicalType": "integer", "primaryKey": True,
        "primaryKeyPosition": 1, "required": True,
    } | {name: said["order_id"][name] for name in ("quality",) if name in said["order_id"]}  # fmt: skip
    assert (said["email"]["classification"], said["email"]["tags"]) == ("personal", ["email"])
    assert said["day"]["logicalType"] == "date"
    assert contract_checks.check(caller, draft, source).outcome in {Outcome.KEPT, Outcome.WARNED}
    assert "@example.com" not in yaml_of(draft)
    assert contracts.coverage_of(draft).not_enforceable == ()
    for check in (check for entry in said.values() for check in entry.get("quality", ())):
        assert "columns" not in check["implementation"]
        assert check["customProperties"][0]["value"] not in check["description"]
    path.write_text(path.read_text() + "1,,,yesterday\n")
    broken = {result.clause for result in contract_checks.check(caller, draft, source).broken if result.stops}
    assert {"orders_2024:primary_key", "orders_2024.email:required", "orders_2024.amount_eur:required"} <= broken


def test_drafts_are_made_of_completed_profiles_only(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("a\n1\n2\n")
    with pytest.raises(InvalidInput, match="profiles nothing"):
        contract_checks.infer_from(caller, analyze(caller, source_from(caller, str(path)), kind="ingest"))
    with pytest.raises(NotFound):
        contract_checks.infer_from(caller, "job_none")


def test_two_contracts_are_compared_however_they_are_named(caller: Caller) -> None:
    contracts.create(caller, document(column("a", required=True)))
    found = contracts.compare(caller, "orders", document(column("a"), version="1.0.1", customProperties=action("warn")))
    assert (found.breaking, found.wanted, found.sufficient) == (True, "2.0.0", False)
