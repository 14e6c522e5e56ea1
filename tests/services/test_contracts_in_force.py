"""Which contract a load, a table or a job is held against."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.governance.contracts.documents import action, column, contract, document
from tests.services.contract_loads import BAD, COLUMNS, GOOD, Ingest, checks_of, rows_of, violation
from voyant.domain.caller import Caller
from voyant.domain.contract import Outcome
from voyant.errors import Code, InvalidInput, NotFound
from voyant.governance.contracts import contract_of
from voyant.services import contracts
from voyant.services.access import job_of
from voyant.services.analysis import analyze
from voyant.services.contract_checks import check
from voyant.services.jobs import list_jobs
from voyant.services.results import read_result
from voyant.services.sources import list_sources, source_from
from voyant.services.verification import replay, verify
from voyant.services.wiring import lake


def test_a_table_of_another_source_that_is_called_as_the_contracts_is_told(caller: Caller, ingest: Ingest) -> None:
    contracts.create(caller, document(*COLUMNS))
    contracts.activate(caller, "orders", "1.0.0")
    ingest(GOOD)
    result = ingest(BAD, name="orders.tsv")
    assert (result.dataset.table, result.contracts) == ("orders_2", ())
    assert any("was not held against the contract orders 1.0.0" in warning for warning in result.warnings)
    assert verify(caller, result.job_id).holds


@pytest.mark.parametrize("kind", ["analyze", "quality", "profile", "kpi"])
def test_every_kind_of_job_holds_its_source_against_the_contract(ingest: Ingest, kind: str) -> None:
    violation(lambda: ingest(BAD, contract(*COLUMNS), kind=kind))


def test_an_active_contract_is_used_when_none_is_named(caller: Caller, ingest: Ingest) -> None:
    contracts.create(caller, document(*COLUMNS))
    assert ingest(BAD).contracts == ()  # a draft is not in force
    contracts.activate(caller, "orders", "1.0.0")
    violation(lambda: ingest(BAD))
    result = ingest(GOOD)
    assert result.contracts[0].outcome is Outcome.KEPT
    assert not checks_of(caller, result)[0].named
    contracts.deprecate(caller, "orders", "1.0.0")
    assert ingest(BAD).contracts == ()


def test_a_table_of_the_lake_is_held_against_its_contract_before_it_is_analysed(caller: Caller, ingest: Ingest) -> None:
    ingest(BAD)
    contracts.create(caller, document(*COLUMNS))
    contracts.activate(caller, "orders", "1.0.0")
    error = violation(lambda: analyze(caller, source_from(caller, "orders")))
    assert {row["row"] for entry in error.data["broken"] for row in entry["rows"]} == {1, 2, 3, 4}


def test_rows_of_a_table_that_stands_are_listed_and_stay(caller: Caller, ingest: Ingest) -> None:
    ingest(BAD)
    promised = contract(*COLUMNS, customProperties=action("quarantine"))
    job_id = analyze(caller, source_from(caller, "orders"), kind="quality", contract=promised)
    result = read_result(caller, job_id, max_tokens=10_000)
    assert result.dataset.rows == 4
    apart = rows_of(caller, result)
    assert len(apart) == 4
    assert "@example.com" not in str(apart)
    assert any("still in it" in warning for warning in result.warnings)
    assert replay(caller, result.job_id).holds


def test_a_contract_of_a_source_goes_with_it_whatever_its_table_is_called(caller: Caller, ingest: Ingest) -> None:
    ingest(GOOD)
    [source] = list_sources(caller).items
    there = document(*COLUMNS)
    there["schema"][0]["name"] = "something_else"
    contracts.create(caller, there, source_id=source.id)
    contracts.activate(caller, "orders", "1.0.0")
    violation(lambda: ingest(BAD))
    assert ingest(BAD, name="other.csv").contracts == ()


def test_a_replay_uses_the_contract_of_the_job_and_not_todays(caller: Caller, ingest: Ingest) -> None:
    contracts.create(caller, document(*COLUMNS))
    contracts.activate(caller, "orders", "1.0.0")
    result = ingest(GOOD, kind="quality")
    contracts.create(caller, document(column("amount", logicalTypeOptions={"minimum": 1_000}), version="2.0.0"))
    contracts.activate(caller, "orders", "2.0.0")
    assert replay(caller, result.job_id).holds
    assert verify(caller, result.job_id).holds


def test_a_job_keeps_the_whole_contract_and_lists_name_it(caller: Caller, ingest: Ingest) -> None:
    result = ingest(GOOD, contract(*COLUMNS))
    assert job_of(caller, result.job_id).parameters["contract"]["document"]["schema"]
    assert list_jobs(caller).items[0].parameters["contract"] == "orders@1.0.0"


def test_a_contract_about_other_tables_is_refused(ingest: Ingest) -> None:
    there = document(column("a"))
    there["schema"].append({"name": "two", "properties": [column("b")]})
    with pytest.raises(InvalidInput) as caught:
        ingest(GOOD, contract_of(there), name="weather.csv")
    assert caught.value.code is Code.BAD_CONTRACT
    assert caught.value.data == {"tables": ["orders", "two"]}


def test_checking_keeps_nothing(caller: Caller, tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(BAD)
    checked = check(caller, contract(*COLUMNS), source_from(caller, str(path)))
    assert checked.outcome is Outcome.VIOLATED
    assert [len(result.violations) for result in checked.broken] == [1, 1, 2]
    assert lake().tables(caller.tenant) == []
    assert list_jobs(caller).items == ()
    with pytest.raises(NotFound):
        lake().snapshot(caller.tenant, "orders")


def test_a_table_that_the_named_contract_is_not_about_is_held_against_its_own(caller: Caller, ingest: Ingest) -> None:
    there = document(column("price", logicalTypeOptions={"minimum": 0})) | {"id": "items"}
    there["schema"][0]["name"] = "orders_items"
    contracts.create(caller, there)
    contracts.activate(caller, "items", "1.0.0")
    orders = json.dumps([{"id": n, "items": [{"price": -n}, {"price": n}]} for n in range(1, 4)])
    error = violation(lambda: ingest(orders, contract(column("id")), name="orders.json"))
    assert (error.data["contract"], error.data["broken"][0]["table"]) == ("items", "orders_items")
