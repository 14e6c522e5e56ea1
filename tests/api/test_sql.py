"""SQL over the network; what the statements may do is tested with the service."""

from __future__ import annotations

from tests.api.client import Client, problem
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
