"""SQL over the network; what the statements may do is tested with the service."""

from __future__ import annotations

from tests.api.client import Client, problem
from voyant.domain.serialization import to_compact_json
from voyant.services.sql import query


def test_a_statement_is_answered_as_the_service_answers_it(client: Client, source: str) -> None:
    client.finished_job("ingest", source)
    assert client.get("/v1/sql/tables").json() == {"items": ["orders"], "next_cursor": None}
    columns = client.get("/v1/sql/tables/orders/columns").json()["items"]
    assert [column["name"] for column in columns] == ["day", "country", "amount"]
    assert columns[0]["type"] == "DATE"

    sql = "SELECT country, sum(amount) AS total FROM orders GROUP BY country"
    answer = client.post("/v1/sql/query", {"sql": sql})
    assert answer.content == to_compact_json(query(client.caller, sql))
    assert answer.json()["rows"] == [["NL", "1800.0"]]
    assert client.post("/v1/sql/query", {"sql": "SELECT * FROM orders", "limit": 2}).json()["truncated"] is True


def test_what_is_refused_says_so(client: Client, source: str) -> None:
    client.finished_job("ingest", source)
    problem(client.post("/v1/sql/query", {"sql": "DROP TABLE orders"}), 422, "VYNT-1006")
    problem(client.post("/v1/sql/query", {"sql": "SELECT * FROM read_csv('/etc/passwd')"}), 422, "VYNT-1006")
    told = problem(client.post("/v1/sql/query", {"sql": "SELECT * FROM nowhere"}), 404, "VYNT-2006")
    assert told["data"] == {"tables": ["orders"]}
    problem(client.get("/v1/sql/tables/nowhere/columns"), 404, "VYNT-2006")
    problem(client.get('/v1/sql/tables/o"; DROP/columns'), 404, "VYNT-2006")
