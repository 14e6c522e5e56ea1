"""SQL over the network; what the statements may do is tested with the service."""

from __future__ import annotations

import json
import threading

import httpx
import pyarrow.ipc
import pytest

from tests.api.client import Client, problem
from voyant.api.sql import ARROW
from voyant.domain.cancellation import Cancellation
from voyant.domain.serialization import to_compact_json
from voyant.services.sql import query


def test_a_statement_is_answered_as_the_service_answers_it(client: Client, source: str) -> None:
    client.finished_job("ingest", source)
    [table] = client.get("/v1/sql/tables").json()["items"]
    assert (table["name"], table["columns"]) == ("orders", 3)
    columns = client.get("/v1/sql/tables/orders/columns").json()["items"]
    assert [column["name"] for column in columns] == ["day", "country", "amount"]
    assert columns[0]["type"] == "DATE"

    sql = "SELECT country, sum(amount) AS total FROM orders GROUP BY country"
    answer = client.post("/v1/sql/query", {"sql": sql})
    assert answer.content == to_compact_json(query(client.caller, sql))
    assert answer.json()["rows"] == [["NL", 1800]]
    cut = client.post("/v1/sql/query", {"sql": "SELECT * FROM orders", "limit": 2}).json()["omitted"]
    assert cut["cut_by"] == "rows"


def test_parameters_are_bound(client: Client) -> None:
    for sql, parameters in (("SELECT ? + ? AS x", [1, 2]), ("SELECT $a + $b AS x", {"a": 1, "b": 2})):
        assert client.post("/v1/sql/query", {"sql": sql, "parameters": parameters}).json()["rows"] == [[3]]
    problem(client.post("/v1/sql/query", {"sql": "SELECT ?"}), 422, "VYNT-1004")


def test_what_is_refused_says_so(client: Client, source: str) -> None:
    client.finished_job("ingest", source)
    problem(client.post("/v1/sql/query", {"sql": "DROP TABLE orders"}), 422, "VYNT-1006")
    problem(client.post("/v1/sql/query", {"sql": "SELECT * FROM read_csv('/etc/passwd')"}), 422, "VYNT-1006")
    told = problem(client.post("/v1/sql/query", {"sql": "SELECT * FROM nowhere"}), 404, "VYNT-2006")
    assert told["data"]["tables"] == ["orders"]
    problem(client.get("/v1/sql/tables/nowhere/columns"), 404, "VYNT-2006")
    problem(client.get('/v1/sql/tables/o"; DROP/columns'), 404, "VYNT-2006")


def test_with_its_job_a_statement_reads_what_the_job_read_and_made(client: Client, source: str) -> None:
    job = client.finished_job("quality", source)
    sql = 'SELECT count(*) AS n, (SELECT count(*) FROM job.failing_rows) AS failing FROM "orders"'
    asked = client.post("/v1/sql/query", {"sql": sql, "job_id": job})
    assert asked.content == to_compact_json(query(client.caller, sql, job_id=job))
    listed = [table["name"] for table in client.get(f"/v1/sql/tables?job_id={job}").json()["items"]]
    assert listed == ["job.failing_rows", "job.rejects", "orders"]
    found = client.get(f"/v1/sql/tables/job.failing_rows/columns?job_id={job}").json()["items"]
    assert found[0]["name"] == "_row"
    arrow = client.http.post("/v1/sql/query", json={"sql": sql, "job_id": job}, headers={"Accept": ARROW})
    assert pyarrow.ipc.open_stream(arrow.content).read_all()["n"].to_pylist() == asked.json()["rows"][0][:1]

    told = problem(client.post("/v1/sql/query", {"sql": sql}), 422, "VYNT-1004")
    assert "job_id" in told["remedy"]
    for nowhere in (
        client.post("/v1/sql/query", {"sql": "SELECT 1", "job_id": "job_0"}),
        client.get("/v1/sql/tables?job_id=job_0"),
        client.get("/v1/sql/tables/orders/columns?job_id=job_0"),
    ):
        problem(nowhere, 404, "VYNT-2001")
    problem(client.post("/v1/sql/query", {"sql": "SELECT 1", "job_id": "../x"}), 422, "VYNT-1001")


def test_an_answer_in_arrow_holds_the_same_rows(client: Client, source: str) -> None:
    client.finished_job("ingest", source)
    body = {"sql": "SELECT day, amount FROM orders WHERE amount > $least ORDER BY amount", "parameters": {"least": 50}}
    asked = client.http.post("/v1/sql/query", json=body | {"limit": 3}, headers={"Accept": ARROW})
    assert asked.headers["content-type"] == ARROW
    rows = pyarrow.ipc.open_stream(asked.content).read_all()
    assert [str(amount) for amount in rows["amount"].to_pylist()] == ["50.5", "51.5", "52.5"]
    told = client.post("/v1/sql/query", body | {"limit": 3}).json()
    assert json.loads(asked.headers["x-omitted"]) == told["omitted"]
    assert told["omitted"]["cut_by"] == "rows"


def test_a_client_that_goes_away_stops_its_statement(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = threading.Event()

    def endless(*_: object, cancellation: Cancellation, **__: object) -> None:
        with cancellation.calling(stopped.set):
            stopped.wait(20)

    monkeypatch.setattr("voyant.api.sql.query", endless)
    with pytest.raises(httpx.ReadTimeout):
        client.post("/v1/sql/query", {"sql": "SELECT 1"}, timeout=0.3)
    assert stopped.wait(5)
