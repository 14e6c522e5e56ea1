"""Data are held against contracts before anybody sees them, and what follows is what the contract says."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from tests.governance.contracts.documents import action, column, contract, document
from tests.services.contract_loads import BAD, COLUMNS, GOOD, Ingest, checks_of, rows_of, violation
from voyant.domain.caller import Caller
from voyant.domain.contract import Outcome
from voyant.domain.finding import Severity
from voyant.domain.normalization import Normalization
from voyant.domain.quality import Origin, Quality
from voyant.domain.serialization import from_json
from voyant.governance.contracts import contract_of
from voyant.services.artifacts import read_artifact
from voyant.services.jobs import list_jobs
from voyant.services.sources import list_sources
from voyant.services.verification import replay, verify
from voyant.services.wiring import lake


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


def test_a_clause_that_only_warns_stops_nothing(ingest: Ingest) -> None:
    quality = [{"metric": "nullValues", "mustBe": 0, "severity": "warning"}]
    result = ingest(BAD, contract(column("amount", quality=quality)))
    assert result.contracts[0].outcome is Outcome.WARNED


def test_personal_data_are_masked_in_errors(ingest: Ingest) -> None:
    text = "id,email\n" + "".join(f"{n},person{n}@example.com\n" for n in range(20)) + "20,person1@example.com\n"
    error = violation(lambda: ingest(text, contract(column("email", unique=True))))
    told = json.dumps(error.as_dict())
    assert "@example.com" not in told
    assert [row["row"] for row in error.data["broken"][0]["rows"]] == [2, 21]


def test_the_same_data_and_contract_give_the_same_bytes(caller: Caller, ingest: Ingest) -> None:
    promised = contract(*COLUMNS, customProperties=action("warn"))
    first, second = ingest(BAD, promised), ingest(BAD, promised)
    hashes = [
        {artifact.name: artifact.sha256 for artifact in result.artifacts if artifact.name != "manifest.json"}
        for result in (first, second)
    ]
    assert hashes[0] == hashes[1]
    assert "contract.json" in hashes[0]


def test_a_load_that_was_compressed_or_named_otherwise_is_held_alike(ingest: Ingest) -> None:
    violation(lambda: ingest(gzip.compress(BAD.encode()), contract(*COLUMNS), name="delivery-7.csv.gz"))
