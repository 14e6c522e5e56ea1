"""The database server goes down and comes back: requests are told to come again, and then are answered."""

from __future__ import annotations

from django.db import connection

from tests.api.client import Client
from tests.fixtures.own_database import OwnDatabase


def test_requests_while_the_database_is_away(client: Client, own_database: OwnDatabase, source: str) -> None:
    assert own_database.server
    job_id = client.job("profile", source)
    own_database.server.process.stop()
    try:
        for path in ("/v1/jobs", f"/v1/jobs/{job_id}", f"/v1/jobs/{job_id}/result", "/v1/sources"):
            answer = client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (503, "VYNT-5002"), answer.text
            assert int(answer.headers["Retry-After"]) > 0
            assert own_database.server.password not in answer.text
        assert client.post("/v1/jobs/profile", {"source": source}).status_code == 503
        assert client.get("/health").status_code == 200
        readiness = client.get("/ready").json()
        assert [entry["ok"] for entry in readiness["data"]["dependencies"] if entry["name"] == "database"] == [False]
    finally:
        own_database.server.process.start()
        connection.close()
    assert [job["id"] for job in client.get("/v1/jobs").json()["items"]] == [job_id]
    assert client.post("/v1/jobs/profile", {"source": source}).status_code == 202
