"""What contracts say of the columns of a load: names, types, references, and changes of them."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.governance.contracts.documents import action, column, contract
from tests.services.contract_loads import COLUMNS, GOOD, Ingest, checks_of, rows_of, violation
from voyant.domain.caller import Caller
from voyant.domain.contract import Outcome
from voyant.domain.normalization import Normalization
from voyant.domain.serialization import from_json
from voyant.services.artifacts import read_artifact


def test_a_rule_about_a_column_that_is_nowhere_is_broken(ingest: Ingest) -> None:
    rule = {"type": "custom", "engine": "voyant", "implementation": {"kind": "range", "column": "price", "minimum": 0}}
    error = violation(lambda: ingest(GOOD, contract(*COLUMNS, quality=[rule])))
    assert "“price lies at or above 0” does not hold: There is no column price; the table has order_id" in error.message


@pytest.mark.parametrize("name", ["raw_0", "data_1", "rejects_0", "quarantined_0"])
def test_a_table_may_be_called_as_the_engine_calls_its_own(caller: Caller, ingest: Ingest, name: str) -> None:
    promised = contract(*COLUMNS, customProperties=action("quarantine"))
    text = GOOD + "5,eve@example.com,-1\n"
    assert ingest(text, promised, name=f"{name}.csv").dataset.rows == 4


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
