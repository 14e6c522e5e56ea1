"""Data are held against contracts before anybody sees them, and what follows is what the contract says."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.governance.contracts.documents import action, column, contract, document
from voyant.domain.caller import Caller
from voyant.domain.contract import Contract, ContractCheck, ContractChecks, Outcome
from voyant.domain.finding import Severity
from voyant.domain.normalization import Normalization
from voyant.domain.quality import Origin, Quality
from voyant.domain.result import Result
from voyant.domain.serialization import from_json
from voyant.errors import Code, GateFailed, InvalidInput, NotFound
from voyant.governance.contracts import contract_of
from voyant.services import contracts
from voyant.services.access import job_of
from voyant.services.analysis import analyze
from voyant.services.artifacts import read_artifact
from voyant.services.contract_checks import check
from voyant.services.jobs import list_jobs
from voyant.services.results import read_result
from voyant.services.sources import list_sources, source_from
from voyant.services.verification import replay, verify
from voyant.services.wiring import lake

GOOD = (
    "order_id,email,amount\n1,ann@example.com,10.5\n2,bob@example.com,20\n3,cat@example.com,5.25\n4,dan@example.com,7\n"
)
BAD = GOOD.replace("20\n", "-20\n").replace("5.25", "").replace("4,dan", "1,dan")
"""Row 2 is below the minimum, row 3 lacks its amount, row 4 has the key of row 1."""
COLUMNS = (
    column("order_id", logicalType="integer", primaryKey=True),
    column("email", logicalType="string", logicalTypeOptions={"format": "email"}),
    column("amount", logicalType="number", required=True, logicalTypeOptions={"minimum": 0}),
)

Ingest = Callable[..., Result]


@pytest.fixture
def ingest(caller: Caller, tmp_path: Path) -> Ingest:
    """Takes a text in as the file ``orders.csv``, or another, by that kind of job."""

    def take_in(
        text: str | bytes, promised: Contract | None = None, *, kind: str = "ingest", name: str = "orders.csv"
    ) -> Result:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        job_id = analyze(caller, source_from(caller, str(path)), kind=kind, contract=promised)
        return read_result(caller, job_id, max_tokens=10_000)

    return take_in


def checks_of(caller: Caller, result: Result) -> tuple[ContractCheck, ...]:
    data = b"".join(read_artifact(caller, result.job_id, "contract.json"))
    return from_json(data, ContractChecks).checks


def rows_of(caller: Caller, result: Result, name: str = "quarantined_rows.parquet") -> list[dict[str, Any]]:
    data = b"".join(read_artifact(caller, result.job_id, name))
    rows: list[dict[str, Any]] = pq.read_table(io.BytesIO(data)).to_pylist()
    return rows


def violation(take_in: Callable[[], object]) -> GateFailed:
    with pytest.raises(GateFailed) as caught:
        take_in()
    assert caught.value.code is Code.CONTRACT_VIOLATED
    return caught.value


def test_data_that_keep_the_contract_load_and_the_result_says_so(caller: Caller, ingest: Ingest) -> None:
    result = ingest(GOOD, contract(*COLUMNS))
    [told] = result.contracts
    assert (told.id, told.version, told.outcome, told.failed, told.rows_quarantined) == (
        "orders", "1.0.0", Outcome.KEPT, 0, 0,
    )  # fmt: skip
    assert result.dataset.rows == 4
    [checked] = checks_of(caller, result)
    assert all(clause.passed for clause in checked.tables[0].clauses)
    text = b"".join(read_artifact(caller, result.job_id, "contract.yaml"))
    assert contract_of(text) == contract(*COLUMNS)


def test_a_broken_contract_blocks_with_clauses_and_rows(caller: Caller, ingest: Ingest) -> None:
    error = violation(lambda: ingest(BAD, contract(*COLUMNS)))
    broken = {entry["clause"]: entry for entry in error.data["broken"]}
    assert set(broken) == {"orders:primary_key", "orders.amount:range", "orders.amount:required"}
    assert broken["orders.amount:range"]["rows"] == [{"row": 2, "values": {"amount": -20.0}}]
    assert [row["row"] for row in broken["orders.amount:required"]["rows"]] == [3]
    assert [row["row"] for row in broken["orders:primary_key"]["rows"]] == [1, 4]
    assert "row 2" in error.message or "row 3" in error.message
    [job] = list_jobs(caller).items
    assert job.error is not None
    assert job.error["code"] == "VYNT-7001"
    assert job.error["data"] == json.loads(json.dumps(error.data))


def test_nothing_of_a_blocked_load_can_be_seen(caller: Caller, ingest: Ingest, home: Path) -> None:
    violation(lambda: ingest(BAD, contract(*COLUMNS)))
    assert lake().tables(caller.tenant) == []
    [job] = list_jobs(caller).items
    assert list((home / "artifacts").glob(f"**/{job.id}/*")) == []
    assert [source.tables for source in list_sources(caller).items] == [()]


def test_a_blocked_load_leaves_the_rows_before_it(caller: Caller, ingest: Ingest) -> None:
    before = ingest(GOOD)
    violation(lambda: ingest(BAD, contract(*COLUMNS)))
    assert lake().snapshot(caller.tenant, "orders").id == before.dataset.snapshot


def test_of_several_tables_none_loads_where_one_breaks_the_contract(caller: Caller, ingest: Ingest) -> None:
    orders = [{"id": n, "items": [{"price": n}, {"price": -n}]} for n in range(1, 4)]
    there = document(column("id"))
    there["schema"].append({"name": "orders_items", "properties": [column("price", logicalTypeOptions={"minimum": 0})]})
    error = violation(lambda: ingest(json.dumps(orders), contract_of(there), name="orders.json"))
    assert [entry["table"] for entry in error.data["broken"]] == ["orders_items"]
    assert lake().tables(caller.tenant) == []


def test_bad_rows_are_kept_apart_whole_and_counts_add_up(caller: Caller, ingest: Ingest) -> None:
    text = GOOD + "".join(f"{n},x{n}@example.com,{n}\n" for n in range(5, 40)) + "40,bad,-1\n41,fay@example.com,\n"
    result = ingest(text, contract(*COLUMNS, customProperties=action("quarantine")))
    apart = rows_of(caller, result)
    assert [(row["_row"], row["_clauses"]) for row in apart] == [
        (40, "orders.amount:range, orders.email:format"),
        (41, "orders.amount:required"),
    ]
    assert apart[0]["email"] == "bad"
    [checked] = checks_of(caller, result)
    [table] = checked.tables
    assert (table.rows, table.rows_loaded, table.rows_quarantined) == (41, 39, 2)
    assert result.dataset.rows == 39 == lake().snapshot(caller.tenant, "orders").rows
    assert result.contracts[0].rows_quarantined == 2
    assert any("2 of 41 rows" in warning for warning in result.warnings)
    normalization = from_json(b"".join(read_artifact(caller, result.job_id, "normalize.json")), Normalization)
    assert normalization.dataset.rows == 39
    assert verify(caller, result.job_id).holds
    assert replay(caller, result.job_id).holds


def test_other_rows_in_quarantine_are_another_snapshot(caller: Caller, ingest: Ingest) -> None:
    text = GOOD.replace("20\n", "-20\n").replace("5.25", "900")
    low = contract(column("amount", logicalTypeOptions={"minimum": 0}), customProperties=action("quarantine"))
    high = contract(column("amount", logicalTypeOptions={"maximum": 500}), customProperties=action("quarantine"))
    first, second = ingest(text, low), ingest(text, high)
    assert first.dataset.rows == second.dataset.rows == 3
    assert first.dataset.snapshot != second.dataset.snapshot


def test_what_no_row_is_to_blame_for_blocks_even_then(caller: Caller, ingest: Ingest) -> None:
    promised = contract(column("amount"), column("currency"), customProperties=action("quarantine"))
    error = violation(lambda: ingest(GOOD, promised))
    assert [entry["clause"] for entry in error.data["broken"]] == ["orders.currency:exists"]
    assert "nothing to keep apart" in error.message
    few = contract(quality=[{"metric": "rowCount", "mustBeGreaterThan": 10}], customProperties=action("quarantine"))
    assert "it is 4, must be > 10 rows" in violation(lambda: ingest(GOOD, few)).message
    assert lake().tables(caller.tenant) == []


def test_a_quarantine_that_leaves_nothing_blocks(caller: Caller, ingest: Ingest) -> None:
    promised = contract(column("amount", logicalTypeOptions={"minimum": 1000}), customProperties=action("quarantine"))
    assert "none is left" in violation(lambda: ingest(GOOD, promised)).message


def test_a_warning_loads_everything_and_says_it(caller: Caller, ingest: Ingest) -> None:
    result = ingest(BAD, contract(*COLUMNS, customProperties=action("warn")))
    assert (result.dataset.rows, result.contracts[0].outcome, result.contracts[0].failed) == (4, Outcome.WARNED, 3)
    assert any("amount is at least 0" in warning and "row 2" in warning for warning in result.warnings)


def test_what_breaks_a_contract_is_counted_once_in_the_quality(caller: Caller, ingest: Ingest) -> None:
    many = GOOD + "".join(f"{n},p{n}@example.com,{n}\n" for n in range(5, 60))
    bad = many.replace("5.25", "")
    promised = contract(*COLUMNS, customProperties=action("warn"))
    alone, held = (ingest(bad, each, kind="quality") for each in (None, promised))
    assert held.quality is not None
    assert alone.quality is not None
    assert held.quality.score < alone.quality.score
    kept = ingest(many, promised, kind="quality")
    assert kept.quality is not None
    assert kept.quality.score == ingest(many, kind="quality").quality.score  # type: ignore[union-attr]
    judged = from_json(b"".join(read_artifact(caller, held.job_id, "quality.json")), Quality)
    failed = {check.id: (check.origin, check.severity) for check in judged.checks if not check.passed}
    assert failed == {"orders.amount:required": (Origin.PROMISED, Severity.CRITICAL)}
    assert [row["_rules"] for row in rows_of(caller, held, "failing_rows.parquet")] == [["orders.amount:required"]]
    assert replay(caller, held.job_id).holds


def test_rows_in_quarantine_do_not_lower_the_quality_of_the_others(caller: Caller, ingest: Ingest) -> None:
    promised = contract(*COLUMNS, customProperties=action("quarantine"))
    result = ingest(BAD + "5,eve@example.com,3\n", promised, kind="quality")
    judged = from_json(b"".join(read_artifact(caller, result.job_id, "quality.json")), Quality)
    assert {check.failed for check in judged.checks if check.origin is Origin.PROMISED} == {0}


def test_a_table_of_another_source_that_is_called_as_the_contracts_is_told(caller: Caller, ingest: Ingest) -> None:
    contracts.create(caller, document(*COLUMNS))
    contracts.activate(caller, "orders", "1.0.0")
    ingest(GOOD)
    result = ingest(BAD, name="orders.tsv")
    assert (result.dataset.table, result.contracts) == ("orders_2", ())
    assert any("was not held against the contract orders 1.0.0" in warning for warning in result.warnings)
    assert verify(caller, result.job_id).holds


def test_a_rule_about_a_column_that_is_nowhere_is_broken(ingest: Ingest) -> None:
    rule = {"type": "custom", "engine": "voyant", "implementation": {"kind": "range", "column": "price", "minimum": 0}}
    error = violation(lambda: ingest(GOOD, contract(*COLUMNS, quality=[rule])))
    assert "“price lies at or above 0” does not hold: There is no column price; the table has order_id" in error.message


def test_a_clause_that_only_warns_stops_nothing(ingest: Ingest) -> None:
    quality = [{"metric": "nullValues", "mustBe": 0, "severity": "warning"}]
    result = ingest(BAD, contract(column("amount", quality=quality)))
    assert result.contracts[0].outcome is Outcome.WARNED


@pytest.mark.parametrize("name", ["raw_0", "data_1", "rejects_0", "quarantined_0"])
def test_a_table_may_be_called_as_the_engine_calls_its_own(caller: Caller, ingest: Ingest, name: str) -> None:
    promised = contract(*COLUMNS, customProperties=action("quarantine"))
    text = GOOD + "5,eve@example.com,-1\n"
    assert ingest(text, promised, name=f"{name}.csv").dataset.rows == 4


def test_personal_data_are_masked_in_errors(ingest: Ingest) -> None:
    text = "id,email\n" + "".join(f"{n},person{n}@example.com\n" for n in range(20)) + "20,person1@example.com\n"
    error = violation(lambda: ingest(text, contract(column("email", unique=True))))
    told = json.dumps(error.as_dict())
    assert "@example.com" not in told
    assert [row["row"] for row in error.data["broken"][0]["rows"]] == [2, 21]


def test_cells_that_do_not_fit_the_type_are_rows_that_break_it(caller: Caller, ingest: Ingest) -> None:
    text = "amount\n" + "".join(f"{n}\n" for n in range(500)) + "twelve\n"
    error = violation(lambda: ingest(text, contract(column("amount", logicalType="number"))))
    assert error.data["broken"][0]["rows"] == [{"row": 501, "values": {"amount": "twelve"}}]
    quarantined = contract(column("amount", logicalType="number"), customProperties=action("quarantine"))
    result = ingest(text, quarantined)
    assert [row["_row"] for row in rows_of(caller, result)] == [501]
    assert result.dataset.rows == 500


def test_a_column_of_another_type_tells_the_cells_that_made_it_so(ingest: Ingest) -> None:
    error = violation(lambda: ingest("amount\n1\n2\nx\ny\n", contract(column("amount", logicalType="number"))))
    [told] = error.data["broken"]
    assert "of the type text" in told["reason"]
    assert [row["row"] for row in told["rows"]] == [3, 4]


def test_what_is_promised_as_text_is_kept_by_whatever_was_read_of_text(ingest: Ingest) -> None:
    promised = contract(
        column("zip", logicalType="string", logicalTypeOptions={"minLength": 5, "maxLength": 5, "pattern": "^[0-9]+$"}),
        column("day", logicalType="string", enum=[{"value": "2024-01-01"}]),
    )
    text = "zip,day\n" + "".join(f"{n},2024-01-01\n" for n in range(10001, 10031))
    assert ingest(text, promised).contracts[0].outcome is Outcome.KEPT
    error = violation(lambda: ingest(text + "123456,2024-01-02\n", promised))
    assert {entry["clause"] for entry in error.data["broken"]} == {"orders.zip:length", "orders.day:enum"}


def test_numbers_of_a_typed_source_are_no_text(tmp_path: Path, ingest: Ingest) -> None:
    sink = io.BytesIO()
    pq.write_table(pa.table({"zip": [1, 2, 3]}), sink)
    promised = contract(column("zip", logicalType="string"))
    assert "type integer" in violation(lambda: ingest(sink.getvalue(), promised, name="orders.parquet")).message


def test_references_are_looked_up_in_the_load_and_in_the_lake(caller: Caller, ingest: Ingest) -> None:
    promised = contract(column("customer", relationships=[{"to": "customers.id"}]))
    alone = ingest("customer\n1\n2\n", promised)
    assert any("no table 'customers'" in warning for warning in alone.warnings)
    ingest("id\n1\n2\n", name="customers.csv")
    assert ingest("customer\n1\n2\n", promised).contracts[0].outcome is Outcome.KEPT
    error = violation(lambda: ingest("customer\n1\n3\n", promised))
    assert error.data["broken"][0]["rows"] == [{"row": 2, "values": {"customer": 3}}]


def test_a_column_with_a_dot_in_its_name_may_refer_to_another_table(caller: Caller, ingest: Ingest) -> None:
    ingest("id\n1\n2\n", name="customers.csv")
    promised = contract(column("customers.id", relationships=[{"to": "customers.id"}]))
    error = violation(lambda: ingest("customers.id\n1\n3\n", promised))
    assert error.data["broken"][0]["rows"] == [{"row": 2, "values": {"customers_id": 3}}]


def test_a_cell_that_does_not_fit_its_type_is_not_called_missing(ingest: Ingest) -> None:
    rows = "".join(f"{n},{n}\n" for n in range(40))
    promised = contract(column("amount", logicalType="integer", required=True))
    error = violation(lambda: ingest(f"id,amount\n{rows}40,many\n41,\n", promised))
    told = {broken["clause"]: broken["rows"] for broken in error.data["broken"]}
    assert told == {
        "orders.amount:type": [{"row": 41, "values": {"amount": "many"}}],
        "orders.amount:required": [{"row": 42, "values": {"amount": None}}],
    }


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


def test_the_same_data_and_contract_give_the_same_bytes(caller: Caller, ingest: Ingest) -> None:
    promised = contract(*COLUMNS, customProperties=action("warn"))
    first, second = ingest(BAD, promised), ingest(BAD, promised)
    hashes = [
        {artifact.name: artifact.sha256 for artifact in result.artifacts if artifact.name != "manifest.json"}
        for result in (first, second)
    ]
    assert hashes[0] == hashes[1]
    assert "contract.json" in hashes[0]


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


def test_changes_of_columns_since_the_snapshot_before_are_told(caller: Caller, ingest: Ingest) -> None:
    ingest("id,amount,note\n1,2.5,a\n2,3.5,b\n")
    result = ingest("id,amount,currency\n1,2.5,EUR\n2,3.5,USD\n")
    told = from_json(b"".join(read_artifact(caller, result.job_id, "normalize.json")), Normalization).schema_changes
    assert [(change.kind, change.column, change.compatible) for change in told] == [
        ("removed", "note", False),
        ("added", "currency", True),
    ]
    assert any("orders.note removed" in warning for warning in result.warnings)
    again = ingest("id,amount,currency\n1,2.5,EUR\n2,3.5,USD\n")
    assert [a.sha256 for a in again.artifacts if a.name == "normalize.json"] == [
        a.sha256 for a in result.artifacts if a.name == "normalize.json"
    ]


def test_a_change_is_judged_by_the_contract_too(caller: Caller, ingest: Ingest) -> None:
    ingest("id,amount\n1,2\n2,3\n")
    promised = contract(column("amount", logicalType="number"), customProperties=action("warn"))
    result = ingest("id,amount\n1,2.5\n2,3.5\n", promised)
    [change] = checks_of(caller, result)[0].tables[0].schema_changes
    assert (change.column, change.kind, change.compatible) == ("amount", "retyped", True)
    assert "contract allows" in change.reason
    result = ingest("id,price\n1,2.5\n2,3.5\n", promised)
    changes = checks_of(caller, result)[0].tables[0].schema_changes
    assert [(c.column, c.compatible) for c in changes if c.column == "amount"] == [("amount", False)]
    assert "There is a column amount" in changes[0].reason


def test_a_load_that_was_compressed_or_named_otherwise_is_held_alike(ingest: Ingest) -> None:
    violation(lambda: ingest(gzip.compress(BAD.encode()), contract(*COLUMNS), name="delivery-7.csv.gz"))


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
